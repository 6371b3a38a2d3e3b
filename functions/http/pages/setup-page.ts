import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, ILLUSTRATIONS } from "./marks.ts";

/** Returns the page for a person who installed the App on GitHub or in another browser, and starts the flow here. */
export function continuePage(query: string): string {
  return layout(
    ILLUSTRATIONS.offered,
    "One more step",
    html`<p>The bot is installed on GitHub. To finish, GitHub has to confirm that you installed it.</p>
<ul class="go"><li><a href="?${query}">Continue with GitHub ${ARROW}</a></li></ul>
<ul class="fine"><li>If you did not just install a bot, close this page. Nothing has changed here.</li></ul>`,
  );
}

/** Returns the page for a member whose request an owner of the organization has to approve. */
export function pendingPage(): string {
  return layout(
    ILLUSTRATIONS.paused,
    "Waiting for an owner",
    html`<p>GitHub has asked an owner of the organization to approve the bot.</p>
<p>After the approval, start the install again to finish it. You can close this page.</p>`,
  );
}
