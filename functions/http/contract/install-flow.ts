import * as v from "valibot";
import { Platform } from "../../../core/installation.ts";
import { NoQuery } from "../request.ts";
import { AuthorizeQuery } from "../requests/authorize.ts";
import { InstallPageQuery } from "../requests/install-page.ts";
import { OrganizationChoiceForm } from "../requests/organization-choice.ts";
import { WaitingQuery } from "../requests/waiting.ts";
import { InstallSuccess, OrganizationChoice, RequestStatus, SetupPending } from "../responses.ts";
import type { RouteContract } from "./route-contract.ts";

const platformPath = {
  schema: v.object({ platform: Platform }),
  fields: { platform: "The platform to install the bot on." },
};

const redirectUriText =
  "Where the browser is sent after the install. Must be one of `redirectUris` in the configuration.";

const successFields = {
  status: "Always `success`.",
  installation_id: "The id of the installation.",
  organization: "The name of the organization.",
  webhook_secret:
    "The secret of the installation's own webhooks, if this install created the installation.",
  redirect_uri: "The `redirect_uri` that the install started with, or `null`.",
};

const pageOrJson =
  "A page that reports the result. JSON for a client that accepts JSON and not HTML." as const;

const resultRedirect = {
  summary:
    "A redirect to `redirect_uri` with `status=success`, `platform`, `installation_id` and `organization`, or with `status=error`, `error`, `platform` and `request_id`.",
} as const;

export const installPage = {
  summary:
    "Shows what the bot will be able to do, on the only platform, on `platform` or by an install link. Otherwise, lists the platforms.",
  query: {
    schema: InstallPageQuery,
    fields: {
      link: "The sealed install link, as `POST /install-links` returned it.",
      platform: "The platform to install the bot on.",
      lang: "The language of the page, such as `de`. Default: the language of the browser.",
    },
  },
  responses: { 200: { summary: "The page.", isPage: true } },
  errors: ["invalid_request", "invalid_state", "retry_later"],
  example: { path: "/?link=v1.k1.…", response: { status: 200 } },
} as const satisfies RouteContract;

export const authorize = {
  summary: "Starts an install and sends the browser to the platform.",
  path: platformPath,
  query: {
    schema: AuthorizeQuery,
    fields: {
      redirect_uri: `${redirectUriText} Not together with \`link\`.`,
      link: "The sealed install link that the install belongs to.",
      request: "The sealed confirmation of a member's request, from the page of that request.",
      connect:
        "`true` connects a GitHub App that is installed already: the person authorizes, and chooses among the organizations that this person owns.",
      nonce:
        "With `link`: the nonce of the button on the link's page. Without it, or in another browser, the response is a redirect to that page.",
    },
  },
  responses: {
    302: {
      summary: "A redirect to the platform. Sets a cookie that binds the install to this browser.",
    },
  },
  errors: [
    "invalid_request",
    "invalid_redirect_uri",
    "invalid_state",
    "unknown_platform",
    "platform_not_configured",
    "retry_later",
  ],
  example: {
    path: "/oauth/slack/authorize",
    response: {
      status: 302,
      location: "https://slack.com/oauth/v2/authorize?client_id=…&scope=chat%3Awrite&state=…",
    },
  },
} as const satisfies RouteContract;

export const callback = {
  summary:
    "Completes an install: exchanges the code that the platform adds to the query, and stores the installation.",
  path: platformPath,
  responses: {
    200: {
      summary: pageOrJson,
      isPage: true,
      json: {
        schema: v.variant("status", [InstallSuccess, OrganizationChoice, SetupPending]),
        fields: {
          ...successFields,
          status:
            '`success`; `choose_organization` if the grant covers several organizations; or `pending` if an owner of the organization has to approve the app, or, with `ownership: "installer"`, if the webhook has not arrived.',
          pending_id: "With `choose_organization`: the id of the unfinished install.",
          organizations: "With `choose_organization`: the organizations to choose from.",
          "organizations[].id": "The id of the organization.",
          "organizations[].name": "The name of the organization.",
          "organizations[].url": "The URL of the organization.",
        },
      },
    },
    302: {
      summary:
        "A redirect to GitHub's consent page, if GitHub sends the result of its install page to this route.",
    },
    303: resultRedirect,
  },
  errors: [
    "invalid_request",
    "invalid_state",
    "invalid_redirect_uri",
    "access_denied",
    "authorization_failed",
    "exchange_failed",
    "missing_scope",
    "unsupported_install",
    "shared_account",
    "installation_not_verified",
    "installation_bound_elsewhere",
    "unknown_platform",
    "platform_not_configured",
    "provider_error",
    "provider_misconfigured",
    "provider_rate_limited",
    "provider_unavailable",
    "retry_later",
  ],
  example: {
    path: "/oauth/slack/callback?code=…&state=…",
    response: {
      status: 200,
      json: {
        status: "success",
        installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
        organization: "Acme",
        webhook_secret: "3f9a…",
        redirect_uri: null,
      },
    },
  },
} as const satisfies RouteContract;

export const githubWaiting = {
  summary:
    'The page of a member\'s request: waits for the approval of an owner, and then shows the result. Finishes the install if it can be finished. With `ownership: "installer"`, also the page of an install that waits for the webhook.',
  query: {
    schema: WaitingQuery,
    fields: {
      request: "The id of the request.",
      lang: "The language of the page: `en`, `de`, `es`, `fr` or `ja`.",
    },
  },
  responses: {
    200: {
      summary: "The page. JSON for a client that accepts JSON and not HTML.",
      isPage: true,
      json: {
        schema: RequestStatus,
        fields: {
          status:
            "`waiting` for the approval of an owner on GitHub, or for the webhook; `unconfirmed` if an owner has to confirm it on this page; or `finished`.",
        },
      },
    },
    303: {
      summary:
        "A redirect to `redirect_uri` with `status=success`, `platform`, `installation_id` and `organization`, or with `status=error`, `error`, `platform` and `request_id`.",
    },
  },
  errors: [
    "invalid_request",
    "invalid_state",
    "invalid_redirect_uri",
    "installation_not_verified",
    "installation_bound_elsewhere",
    "platform_not_configured",
    "decryption_failed",
    "retry_later",
  ],
  example: {
    path: "/oauth/github/waiting?request=req-9f86d081884c7d659a2feaa0c55ad015",
    response: { status: 200 },
  },
} as const satisfies RouteContract;

export const githubSetup = {
  summary:
    "The setup URL of the GitHub App: continues an install after GitHub's install page. Does not trust the query, which anybody can forge.",
  responses: {
    200: {
      summary:
        "A page that asks the person to continue, or that reports that an owner has to approve the app. JSON for a client that accepts JSON and not HTML.",
      isPage: true,
      json: {
        schema: SetupPending,
        fields: {
          status: "Always `pending`: an owner of the organization has to approve the app.",
        },
      },
    },
    302: { summary: "A redirect to the consent page of GitHub." },
    303: { summary: "A redirect to `redirect_uri` with `status=pending`." },
  },
  errors: ["invalid_request", "invalid_redirect_uri", "platform_not_configured", "retry_later"],
  example: {
    path: "/oauth/github/setup?installation_id=4711&setup_action=install&state=…",
    response: {
      status: 302,
      location: "https://github.com/login/oauth/authorize?client_id=…&state=…",
    },
  },
} as const satisfies RouteContract;

export const chooseOrganization = {
  summary: "Completes an install whose grant covers several organizations, for one of them.",
  path: platformPath,
  query: { schema: NoQuery, fields: {} },
  form: {
    schema: OrganizationChoiceForm,
    fields: {
      pending_id: "The id of the unfinished install.",
      organization_id: "The id of the chosen organization.",
    },
  },
  responses: {
    200: {
      summary: pageOrJson,
      isPage: true,
      json: { schema: InstallSuccess, fields: successFields },
    },
    303: resultRedirect,
  },
  errors: [
    "invalid_request",
    "invalid_state",
    "invalid_redirect_uri",
    "shared_account",
    "installation_bound_elsewhere",
    "too_large",
    "unsupported_media_type",
    "retry_later",
  ],
  example: {
    path: "/oauth/jira/organization",
    form: {
      pending_id: "9f86d081884c7d659a2feaa0c55ad015",
      organization_id: "11223344-a1b2-3b33-c444-def123456789",
    },
    response: {
      status: 200,
      json: {
        status: "success",
        installation_id: "inst-0197a1b2c3d47e8f9a0b1c2d3e4f5a6b",
        organization: "acme",
        redirect_uri: null,
      },
    },
  },
} as const satisfies RouteContract;
