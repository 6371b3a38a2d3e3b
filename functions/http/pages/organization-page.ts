import type { Platform } from "../../../core/installation.ts";
import type { Grant } from "../../../core/ports/provider.ts";
import { platformPages } from "../../../core/providers/platform-pages.ts";
import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW } from "./marks.ts";
import { namesOf, type View } from "./view.ts";

/** The choice among the organizations that a grant covers. */
interface Choice {
  readonly pendingId: string;
  readonly organizations: readonly Pick<
    Grant,
    "organizationId" | "organizationName" | "organizationUrl"
  >[];
}

/** Returns the page that asks an installer whose grant covers several organizations for one of them. */
export function organizationPage(
  view: View,
  platform: Platform,
  { pendingId, organizations }: Choice,
): string {
  const { title, text, again } = view.words[platformPages[platform].choice];
  const names = namesOf(view, platform);
  const buttons = organizations.map(
    ({ organizationId, organizationName, organizationUrl }) =>
      html`<li><button name="organization_id" value="${organizationId}"><span><bdi>${organizationName}</bdi> <small>${organizationUrl ?? ""}</small></span> ${ARROW}</button></li>`,
  );
  return layout(view, {
    title,
    content: html`<p>${text(names)}</p>
<form method="post" action="organization">
<input type="hidden" name="pending_id" value="${pendingId}">
<ul class="go">${buttons}</ul>
</form>
<ul class="fine"><li>${again(names)}</li></ul>`,
  });
}
