import type { Platform } from "../../../core/installation.ts";
import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW } from "./marks.ts";
import { namesOf, type View } from "./view.ts";

/** Returns the page for a person who installed the App on GitHub or in another browser, and starts the flow here. */
export function continuePage(view: View, platform: Platform, query: string): string {
  const { title, text, button, notYou } = view.words.unfinished;
  const names = namesOf(view, platform);
  return layout(view, {
    title,
    content: html`<p>${text(names)}</p>
<ul class="go"><li><a href="?${query}">${button(names)} ${ARROW}</a></li></ul>
<ul class="fine"><li>${notYou}</li></ul>`,
    status: "paused",
  });
}

/** Returns the page for a member whose request an owner of the organization has to approve. */
export function pendingPage(view: View, platform: Platform): string {
  const { title, asked, afterwards } = view.words.waiting;
  const names = namesOf(view, platform);
  return layout(view, {
    title,
    content: html`<p>${asked(names)}</p>
<p>${afterwards(names)}</p>`,
    status: "delayed",
  });
}
