import type { Codes } from "../codes.ts";
import type { PlatformTools } from "../platform.ts";
import type { GithubRegistration } from "./registration.ts";

/** All that GitHub's handlers share. */
export interface GithubContext extends PlatformTools {
  readonly registration: Required<GithubRegistration>;
  /** Requests that wait for a person's decision, by the id in the consent form. */
  readonly pending: Codes<AuthorizationRequest>;
  /** The app is the only client there is, so a code needs no note of whom it is for. */
  readonly codes: Codes<Authorization>;
}

/** An authorization request that has passed every check. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string | null;
  readonly scopes: readonly string[];
  /** Whether the scope `offline_access` asked for tokens that expire. */
  readonly isOffline: boolean;
  /** Of the method S256. */
  readonly codeChallenge: string | null;
}

/** What a code stands for: a request, granted by an account. */
interface Authorization extends AuthorizationRequest {
  readonly login: string;
}
