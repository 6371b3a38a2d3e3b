import { chooseOrganization } from "../core/install/choose-organization.ts";
import { endpoint } from "./http/endpoint.ts";
import { installReply } from "./http/install-reply.ts";
import { failurePage } from "./http/reply.ts";
import { parseForm, parsePlatform } from "./http/request.ts";
import { OrganizationChoiceForm } from "./http/requests/organization-choice.ts";
import { chooseOrganizationDeps, pageViews } from "./wiring/dependencies.ts";

const deps = await chooseOrganizationDeps();
const views = pageViews();

/** `POST /oauth/{platform}/organization` */
export const handler = endpoint(
  async (event) => {
    const platform = parsePlatform(event);
    const form = parseForm(OrganizationChoiceForm, event);
    const { cookies = [] } = event;
    const result = await chooseOrganization(deps, {
      platform,
      pendingId: form.pending_id,
      organizationId: form.organization_id,
      cookies,
    });
    return installReply(event, result, views);
  },
  { failurePage: failurePage(views) },
);
