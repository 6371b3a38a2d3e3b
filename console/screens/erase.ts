import { html } from "hono/html";
import { eraseWithReceipt, findSubject } from "../../cli/erase/erasure.ts";
import { describeReceipt, openReceipt, receiptPathOf } from "../../cli/erase/receipt.ts";
import type { ConsoleApp, Markup, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { readFields } from "../reads.ts";

/** A person has to type this, as in the command. */
const CONFIRMATION = "erase";
const MAX_SHOWN = 100;

/** Adds the screen that erases a customer: it lists what will go, and shows the receipt afterwards. */
export function addErase(app: ConsoleApp, screen: Screen): void {
  const { target, stage } = screen.subject;

  app.get("/erase", async (c) => {
    const { customer } = readFields(c.req.query(), ["customer"]);
    return renderPage(c, screen, {
      title: "Erase a customer",
      content: html`<form class="bar" action="/erase"><label>Customer <input name="customer" value="${customer ?? ""}" required></label><button class="plain">Show what will be erased</button></form>
${customer === undefined ? "" : renderFound(screen, customer, await findSubject(target, { customer }))}`,
    });
  });

  app.post("/erase", async (c) => {
    const form = readFields(await c.req.parseBody(), ["customer", "confirmation"]);
    if (form.customer === undefined || form.confirmation !== CONFIRMATION) {
      throw new Error(`Nothing was erased. Type "${CONFIRMATION}" to erase a customer.`);
    }
    const subject = { customer: form.customer };
    const path = receiptPathOf(subject);
    const opened = await openReceipt(path, subject, stage);
    const receipt = await eraseWithReceipt(target, opened, { path, stage });
    const isComplete = receipt.finished_at !== null;
    return renderPage(c, screen, {
      title: isComplete ? "The customer was erased" : "Not all was erased",
      content: html`<p role="${isComplete ? "status" : "alert"}">${
        isComplete
          ? `The receipt is in ${path}, and for people in ${path}.txt.`
          : "Some installations could not be deleted. Erase the customer again to continue."
      }</p>
<section class="card" aria-label="Receipt"><pre>${describeReceipt(receipt).join("\n")}</pre></section>`,
    });
  });
}

function renderFound(
  { session }: Screen,
  customer: string,
  found: Awaited<ReturnType<typeof findSubject>>,
): Markup {
  if (found.length === 0) return html`<p>The customer has no installations.</p>`;
  const items = found
    .slice(0, MAX_SHOWN)
    .map(
      (item) =>
        html`<li><a href="/installations/${item.id}">${item.organization_name}</a> on ${item.platform}</li>`,
    );
  return html`<section class="card" aria-label="To erase"><p>These are revoked at their platforms and deleted, with their tokens and metadata:</p>
<ul>${items}</ul>
${found.length > MAX_SHOWN ? html`<p>And ${String(found.length - MAX_SHOWN)} more.</p>` : ""}
<form class="bar" method="post" action="/erase">
<input type="hidden" name="customer" value="${customer}">
<label>Type “${CONFIRMATION}” <input name="confirmation" autocomplete="off" required></label>
<button class="danger"${session.isUnlocked() ? "" : html` disabled title="Unlock changes first"`}>Erase the customer</button>
</form></section>`;
}
