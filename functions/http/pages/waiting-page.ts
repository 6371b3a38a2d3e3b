import type { CheckedRequest } from "../../../core/install/check-request.ts";
import { platformPages } from "../../../core/providers/platform-pages.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW } from "./marks.ts";
import { isolate, namesOf, type View } from "./view.ts";

/** Reloads the page when the status of the request is another one, so that the page continues by itself. */
export const WAITING_SCRIPT = `const shown=document.querySelector("[data-status]").dataset.status;setInterval(async()=>{try{const response=await fetch(location.href,{headers:{accept:"application/json"}});if((response.status>=400&&response.status<500&&response.status!==429)||(response.ok&&(await response.json()).status!==shown))location.reload()}catch{}},5000)`;

/**
 * Returns the page of a request that waits for the approval, or for the confirmation, of an owner; or of an App that is
 * installed, until the platform has confirmed who installed it.
 */
export function waitingPage(
  view: View,
  { status, request, confirmUrl }: Pick<CheckedRequest, "status" | "request" | "confirmUrl">,
): string {
  const { waitingRequest, waitingInstaller, confirmRequest, invited } = view.words;
  const { platform, account, requester, metadata } = request;
  const names = namesOf(view, platform);
  const organization = isolate(account.name);
  const customer = metadata.display_name;
  const note = customer ? html`<p class="note">${invited(isolate(customer))}</p>` : "";
  const script: Html = { markup: `<script>${WAITING_SCRIPT}</script>` };
  if (confirmUrl !== null) {
    return layout(view, {
      title: confirmRequest.title(names.bot, organization),
      content: html`${note}
<p data-status="${status}">${confirmRequest.text(isolate(requester.name), organization)}</p>
<ul class="go"><li><a href="${confirmUrl}">${confirmRequest.button(names)} ${ARROW}</a></li></ul>
<ul class="fine"><li>${waitingRequest.continues}</li></ul>
${script}`,
      status: "delayed",
    });
  }
  if (request.claimedInstallationId !== undefined) {
    return layout(view, {
      title: waitingInstaller.title(names),
      content: html`${note}
<p data-status="${status}">${waitingInstaller.text(names, organization)}</p>
<ul class="fine"><li>${waitingInstaller.continues}</li></ul>
${script}`,
      status: "delayed",
    });
  }
  const approveUrl = platformPages[platform].approveUrl?.(view.platforms, account.name);
  const owner = approveUrl
    ? html`<ul class="go"><li><a class="plain" href="${approveUrl}">${waitingRequest.ownerLink} ${ARROW}</a></li></ul>`
    : "";
  return layout(view, {
    title: waitingRequest.title(organization),
    content: html`${note}
<p data-status="${status}">${waitingRequest.asked(names, organization)}</p>
${owner}
<ul class="fine"><li>${waitingRequest.continues}</li></ul>
${script}`,
    status: "delayed",
  });
}
