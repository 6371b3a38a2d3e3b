import * as v from "valibot";
import type { DeliveryHistory } from "../../ports/delivery-history.ts";
import { callGithub } from "./api.ts";
import { asApp, type GithubAppConfig } from "./app-credential.ts";
import { githubApiError } from "./errors.ts";

const PATH = "/app/hook/deliveries";

/**
 * The statuses of a delivery that nobody refused: 502 and 504 stand for no response, 503 is ours, and with 500 the
 * gateway reports a function that was killed.
 */
const LOST = new Set([0, 500, 502, 503, 504]);

const Deliveries = v.array(
  v.object({
    id: v.pipe(v.number(), v.safeInteger(), v.transform(String)),
    guid: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
    delivered_at: v.pipe(
      v.string(),
      v.isoTimestamp(),
      v.transform((text) => new Date(text)),
    ),
    status_code: v.number(),
  }),
);

/**
 * Creates the history of a GitHub App's webhook, which GitHub keeps for three days. GitHub sends each delivery once.
 *
 * @see [REST API endpoints for GitHub App webhooks](https://docs.github.com/en/rest/apps/webhooks)
 */
export function createHookDeliveries(config: GithubAppConfig): DeliveryHistory {
  return {
    async list({ cursor, signal }) {
      const query = new URLSearchParams({ per_page: "100", ...(cursor !== null && { cursor }) });
      const response = await asApp(config, signal, (app) =>
        callGithub({ ...app, path: `${PATH}?${query}` }),
      );
      const parsed = v.safeParse(Deliveries, response.body);
      if (response.status !== 200 || !parsed.success) throw githubApiError(response);
      return {
        deliveries: parsed.output.map(({ id, guid, delivered_at, status_code: status }) => ({
          id,
          guid,
          deliveredAt: delivered_at,
          hasSucceeded: status >= 200 && status < 400,
          mayBeLost: LOST.has(status),
        })),
        next: nextCursor(response.headers.get("link")),
      };
    },

    async redeliver(id, { signal }) {
      const response = await asApp(config, signal, (app) =>
        callGithub({ ...app, method: "POST", path: `${PATH}/${id}/attempts` }),
      );
      if (response.status !== 202) throw githubApiError(response);
    },
  };
}

/** Returns the cursor of the next page, as the header `Link` names it. */
function nextCursor(link: string | null): string | null {
  const [, url] = /<([^>]+)>;\s*rel="next"/.exec(link ?? "") ?? [];
  return url === undefined ? null : new URL(url).searchParams.get("cursor");
}
