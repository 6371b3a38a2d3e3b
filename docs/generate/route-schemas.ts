import * as v from "valibot";
import { AuthorizeQuery } from "../../functions/http/requests/authorize.ts";
import { CreateInstallationBody } from "../../functions/http/requests/create-installation.ts";
import { DeleteInstallationQuery } from "../../functions/http/requests/delete-installation.ts";
import { InstallLinkBody } from "../../functions/http/requests/install-link.ts";
import { InstallPageQuery } from "../../functions/http/requests/install-page.ts";
import { ListInstallationsQuery } from "../../functions/http/requests/list-installations.ts";
import { SiteChoiceForm } from "../../functions/http/requests/site-choice.ts";
import { UpdateInstallationBody } from "../../functions/http/requests/update-installation.ts";
import {
  InstallationItem,
  InstallationPage,
  InstallLinkCreated,
  InstallSuccess,
  SiteChoice,
  WebhookAccepted,
  WebhookChallenge,
} from "../../functions/http/responses.ts";

/** The schemas of the HTTP API, by the names that `routes.json` gives them. */
export const SCHEMAS = {
  AuthorizeQuery,
  CreateInstallationBody,
  DeleteInstallationQuery,
  InstallLinkBody,
  InstallLinkCreated,
  InstallPageQuery,
  InstallSuccess,
  InstallationItem,
  InstallationPage,
  ListInstallationsQuery,
  SiteChoice,
  SiteChoiceForm,
  UpdateInstallationBody,
  WebhookAccepted,
  WebhookChallenge,
} as const;

export const SchemaName = v.custom<keyof typeof SCHEMAS>(
  (name) => typeof name === "string" && Object.hasOwn(SCHEMAS, name),
);
export type SchemaName = v.InferOutput<typeof SchemaName>;
