import type { Platform } from "../../../core/installation.ts";
import { PLATFORMS } from "../../../core/platforms.ts";
import type { Grant } from "../../../core/ports/provider.ts";
import { html } from "./html.ts";
import { layout } from "./layout.ts";
import { ARROW, ILLUSTRATIONS } from "./marks.ts";

type Choice = Pick<Grant, "organizationId" | "organizationName" | "organizationUrl">;

/** Returns the page that asks an installer whose grant covers several sites for one of them. */
export function choicePage(
  platform: Platform,
  pendingId: string,
  organizations: readonly Choice[],
): string {
  const buttons = organizations.map(
    ({ organizationId, organizationName, organizationUrl }) =>
      html`<li><button name="cloud_id" value="${organizationId}"><span><bdi>${organizationName}</bdi> <small>${organizationUrl ?? ""}</small></span> ${ARROW}</button></li>`,
  );
  return layout(
    ILLUSTRATIONS.offered,
    "Choose a site",
    html`<p>You gave the bot access to several sites on ${PLATFORMS[platform].displayName}. Which one is it for?</p>
<form method="post" action="site">
<input type="hidden" name="pending_id" value="${pendingId}">
<ul class="go">${buttons}</ul>
</form>
<ul class="fine"><li>To use the bot on another site too, install it again and choose that site.</li></ul>`,
  );
}
