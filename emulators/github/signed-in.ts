import * as v from "valibot";
import type { RequestContext } from "../http.ts";
import { ACCOUNTS, Login } from "./accounts.ts";
import type { GithubContext } from "./context.ts";
import { accountOf, knownAccounts } from "./directory.ts";

/** Returns the user who is signed in: `login` of the query, or the first known one. */
export function signedInLogin(github: Pick<GithubContext, "records">, c: RequestContext): string {
  const login = c.req.query("login");
  const [first] = knownAccounts(github);
  const otherwise = first?.login ?? ACCOUNTS[0].login;
  return v.is(Login, login) ? accountOf(github, login).login : otherwise;
}
