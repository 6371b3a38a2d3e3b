import type { GrantState } from "../ports/provider.ts";
import type { StoredSecrets } from "../ports/token-store.ts";

/** The changes to store, so that an installation has the status and the name that its platform reports. */
export type StatusDifference =
  | ({ readonly type: "end" } & Pick<EndedState, "status" | "evidence">)
  | { readonly type: "reactivate"; readonly organizationName: string | undefined }
  /** The bot was uninstalled before anybody connected it. */
  | { readonly type: "delete" }
  | { readonly type: "rename"; readonly organizationName: string };

type EndedState = Exclude<GrantState, { status: "active" }>;

type StoredStatus = Pick<
  StoredSecrets,
  "inactiveReason" | "lifeLeftSeconds" | "organizationId" | "organizationName"
>;

/**
 * Returns how the stored status differs from the one at the platform; `undefined` if it does not.
 *
 * An installation that an operator disabled stays disabled. One that is stored as ended is reactivated only
 * with `restoresEnded`, and only if the platform names its organization: Slack cannot, for an expired token.
 */
export function differenceOf(
  stored: StoredStatus,
  state: GrantState,
  { restoresEnded = false }: { restoresEnded?: boolean },
): StatusDifference | undefined {
  const { inactiveReason } = stored;
  if (state.status !== "active") {
    if (inactiveReason === "unclaimed" && state.status === "uninstalled") return { type: "delete" };
    const isOpen = inactiveReason === null || inactiveReason === "suspended";
    if (!isOpen || state.status === inactiveReason) return undefined;
    if (isOnlyExpired(stored, state)) return undefined;
    return { type: "end", status: state.status, evidence: state.evidence };
  }

  const isRenamed =
    state.organizationName !== undefined && state.organizationName !== stored.organizationName;
  const organizationName = isRenamed ? state.organizationName : undefined;
  const isEnded = inactiveReason === "uninstalled" || inactiveReason === "reauthorization_required";
  const isConfirmed = restoresEnded && state.organizationId === stored.organizationId;
  if (inactiveReason === "suspended" || (isEnded && isConfirmed)) {
    return { type: "reactivate", organizationName };
  }
  return organizationName === undefined ? undefined : { type: "rename", organizationName };
}

/** Returns whether a platform that does not tell why it rejects a token may do so because it has expired. */
function isOnlyExpired(
  { lifeLeftSeconds }: StoredStatus,
  { status, evidence }: EndedState,
): boolean {
  const isExpired = lifeLeftSeconds !== null && lifeLeftSeconds <= 0;
  return isExpired && evidence === "token" && status === "reauthorization_required";
}
