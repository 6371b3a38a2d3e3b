import * as v from "valibot";

/**
 * The name of a repository at GitHub, without its owner.
 *
 * @see [Create an installation access token](https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app)
 */
export const RepositoryName = v.pipe(v.string(), v.regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/));
