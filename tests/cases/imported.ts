import * as v from "valibot";
import { InstallationItem } from "../../functions/http/responses.ts";
import { callApi, type TestStack } from "../support/stack.ts";

/** A body that `POST /installations` takes. */
export const IMPORT = {
  platform: "github",
  organization_id: "42",
  organization_name: "octo-org",
  access_token: "gho_IMPORTEDIMPORTEDIMPORTED",
  installed_by: "operator@example.com",
};

/** Imports an installation over the API, and answers its id. */
export async function importInstallation(stack: TestStack, changes: object = {}): Promise<string> {
  const response = await callApi(stack, "POST", "/installations", { ...IMPORT, ...changes });
  return v.parse(InstallationItem, await response.json()).id;
}
