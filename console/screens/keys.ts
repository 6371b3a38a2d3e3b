import { html } from "hono/html";
import { type KeyRingSummary, readKeyRing } from "../../cli/key-rotation/key-ring.ts";
import type { ConsoleApp, Markup, Screen } from "../context.ts";
import { renderPage } from "../page.ts";
import { renderTime } from "../parts.ts";

/** Adds the screen of the key rings: which keys they have, what needs each key, and the next step of a rotation. */
export function addKeys(app: ConsoleApp, screen: Screen): void {
  app.get("/keys", async (c) => {
    const { invoke } = screen.subject.target;
    const rings = await Promise.all([readKeyRing(invoke, "token"), readKeyRing(invoke, "state")]);
    return renderPage(c, screen, {
      title: "Keys",
      content: html`${rings.map(renderRing)}
<p class="quiet">Take the next step with <code>grantkeep rotate-keys</code>.</p>`,
    });
  });
}

function renderRing(ring: KeyRingSummary): Markup {
  const ids = [...new Set([...ring.keys, ...Object.keys(ring.sealed)])];
  const rows = ids.map(
    (id) => html`<tr><th scope="row">${id}</th>
<td>${ring.ring === "token" ? String(ring.sealed[id] ?? 0) : "–"}</td>
<td>${renderState(id, ring)}</td></tr>`,
  );
  const name = ring.ring === "token" ? "Key ring of tokens" : "Key ring of states and links";
  return html`<h2>${name}</h2><p class="quiet">Changed ${renderTime(ring.changed_at)} UTC</p>
<div class="table" tabindex="0" role="region" aria-label="${name}"><table class="stack">
<thead><tr><th scope="col">Key</th><th scope="col">Stored values</th><th scope="col">State</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function renderState(id: string, ring: KeyRingSummary): Markup {
  if (!ring.keys.includes(id))
    return html`<span class="bad">not in the ring: cannot be decrypted</span>`;
  if (id === ring.primary) return html`<span class="good">encrypts and decrypts</span>`;
  const count = ring.sealed[id] ?? 0;
  return html`decrypts; can be promoted from ${renderTime(ring.promote_at)}${
    count > 0
      ? "; reseal before it is removed"
      : html`; can be removed from ${renderTime(ring.remove_at)}`
  }`;
}
