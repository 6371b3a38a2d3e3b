import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, TIE } from "./marks.ts";

/** For somebody who installed the App on GitHub itself, or in another browser: the flow starts here. */
export function continuePage(query: string): string {
  return layout(
    TIE.offered,
    "One more step",
    html`<p>The bot is installed on GitHub. To finish, GitHub has to confirm that it was you.</p>
<ul class="go"><li><a href="?${query}">Continue with GitHub ${ARROW}</a></li></ul>
<ul class="fine"><li>You did not install a bot just now? Then close this page: nothing has happened here.</li></ul>`,
  );
}

/** For a member who asked an owner of the organization to approve the App. */
export function pendingPage(): string {
  return layout(
    TIE.paused,
    "Waiting for an owner",
    html`<p>GitHub has asked an owner of the organization to approve the bot.</p>
<p>When that is done, start the install again to finish it. You can close this page.</p>`,
  );
}
