import * as v from "valibot";
import { ReportedPermissions } from "../../grants/permissions.ts";
import { OpaqueText } from "../../text.ts";
import { ReportedName } from "../reported-text.ts";

const Id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const Permissions = v.fallback(v.optional(ReportedPermissions, {}), {});

/**
 * An installation of a GitHub App. Its account can be an enterprise, which has neither `login` nor `type`. GitHub
 * may add other types: only an install depends on the type. The id stands for a login that cannot be shown.
 *
 * @see [Get an installation](https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app)
 */
export const GithubInstallationInfo = v.pipe(
  v.object({
    app_id: Id,
    account: v.union([
      v.object({ id: Id, login: ReportedName, type: v.string() }),
      v.pipe(
        v.object({ id: Id, slug: ReportedName }),
        v.transform(({ id, slug }) => ({ id, login: slug, type: "Enterprise" })),
      ),
    ]),
    permissions: Permissions,
    created_at: v.nullish(v.string(), null),
    suspended_at: v.nullish(v.string(), null),
  }),
  v.transform(({ app_id, account, permissions, created_at, suspended_at }) => ({
    appId: app_id,
    accountId: account.id,
    accountLogin: account.login || String(account.id),
    accountType: account.type,
    permissions,
    createdAt: created_at,
    isSuspended: suspended_at !== null,
  })),
);
export type GithubInstallationInfo = v.InferOutput<typeof GithubInstallationInfo>;

/**
 * A minted installation token. Its length varies: since 2026 it can be a JWT of 520 characters.
 *
 * @see [Create an installation access token](https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app)
 */
export const GithubAppInstallationToken = v.object({
  token: OpaqueText,
  expires_at: v.pipe(v.string(), v.isoTimestamp()),
  permissions: Permissions,
});
export type GithubAppInstallationToken = v.InferOutput<typeof GithubAppInstallationToken>;
