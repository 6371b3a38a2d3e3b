import type { CheckedRequest } from "../../../core/install/check-request.ts";
import { platformPages } from "../../../core/providers/platform-pages.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW } from "./marks.ts";
import { isolate, namesOf, type View } from "./view.ts";

/**
 * Reloads the page when the status of the request is another one, or when it was refused, so that the page continues by
 * itself.
 */
export const WAITING_SCRIPT = `const shown=document.querySelector("[data-status]").dataset.status;setInterval(async()=>{try{const response=await fetch(location.href,{headers:{accept:"application/json"}});if((response.status>=400&&response.status<500&&response.status!==429)||(response.ok&&(await response.json()).status!==shown))location.reload()}catch{}},5000)`;

type Waiting = Pick<CheckedRequest, "status" | "request" | "confirmUrl">;

/** The content of the page, in one of its three forms. */
interface Content {
  readonly title: string;
  readonly text: string;
  readonly links: readonly Html[];
  readonly continues: string;
}

/**
 * Returns the page of a request that waits for the approval, or for the confirmation, of an owner; or of an App that is
 * installed, until the platform has confirmed who installed it.
 */
export function waitingPage(view: View, waiting: Waiting): string {
  const { invited } = view.words;
  const { status, request } = waiting;
  const customer = request.metadata.display_name;
  const script: Html = { markup: `<script>${WAITING_SCRIPT}</script>` };
  const { title, text, links, continues } = contentOf(view, waiting);
  return layout(view, {
    title,
    content: html`${customer ? html`<p class="note">${invited(isolate(customer))}</p>` : ""}
<p data-status="${status}">${text}</p>
<ul class="go">${links}</ul>
<ul class="fine"><li>${continues}</li></ul>
${script}`,
    status: "delayed",
  });
}

function contentOf(view: View, { request, confirmUrl }: Waiting): Content {
  const { waitingRequest, waitingInstaller, confirmRequest, checkNow } = view.words;
  const { id, platform, account, requester } = request;
  const names = namesOf(view, platform);
  const organization = isolate(account.name);
  if (confirmUrl !== null) {
    return {
      title: confirmRequest.title(names.bot, organization),
      text: confirmRequest.text(isolate(requester.name), organization),
      links: [html`<li><a href="${confirmUrl}">${confirmRequest.button(names)} ${ARROW}</a></li>`],
      continues: waitingRequest.continues,
    };
  }
  // For a browser without scripts, and for somebody who does not want to wait.
  const again = `?${new URLSearchParams({ request: id })}`;
  const check = html`<li><a class="plain" href="${again}">${checkNow} ${ARROW}</a></li>`;
  if (request.claimedInstallationId !== undefined) {
    return {
      title: waitingInstaller.title(names),
      text: waitingInstaller.text(names, organization),
      links: [check],
      continues: waitingInstaller.continues,
    };
  }
  return {
    title: waitingRequest.title(organization),
    text: waitingRequest.asked(names, organization),
    links: [...ownerLink(view, request), check],
    continues: waitingRequest.continues,
  };
}

/** Returns the link to the page on which an owner approves, with its address, which the member can send. */
function ownerLink(view: View, { platform, account }: Waiting["request"]): Html[] {
  const url = platformPages[platform].approveUrl?.(view.platforms, account.name);
  if (url === undefined) return [];
  const { ownerLink: label } = view.words.waitingRequest;
  return [
    html`<li><a class="plain" href="${url}"><span>${label} <small>${url}</small></span> ${ARROW}</a></li>`,
  ];
}
