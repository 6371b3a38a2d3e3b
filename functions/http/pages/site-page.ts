import type { Platform } from "../../../core/installation.ts";
import type { Grant } from "../../../core/ports/provider.ts";
import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW } from "./marks.ts";
import { namesOf, type View } from "./view.ts";

type Site = Pick<Grant, "organizationId" | "organizationName" | "organizationUrl">;

/** Returns the page that asks an installer whose grant covers several sites for one of them. */
export function sitePage(
  view: View,
  platform: Platform,
  { pendingId, sites }: { pendingId: string; sites: readonly Site[] },
): string {
  const { title, text, again } = view.words.chooseSite;
  const names = namesOf(view, platform);
  const buttons = sites.map(
    ({ organizationId, organizationName, organizationUrl }) =>
      html`<li><button name="cloud_id" value="${organizationId}"><span><bdi>${organizationName}</bdi> <small>${organizationUrl ?? ""}</small></span> ${ARROW}</button></li>`,
  );
  return layout(view, {
    title,
    content: html`<p>${text(names)}</p>
<form method="post" action="site">
<input type="hidden" name="pending_id" value="${pendingId}">
<ul class="go">${buttons}</ul>
</form>
<ul class="fine"><li>${again(names)}</li></ul>`,
  });
}
