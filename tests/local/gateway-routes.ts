import { REQUEST_TIMEOUT_SECONDS } from "../../infra/runtime.ts";
import type { Route } from "../../local/gateway/routes.ts";

export const PAGE: Route = {
  name: "page",
  handler: "functions/page.handler",
  timeoutSeconds: REQUEST_TIMEOUT_SECONDS,
  trigger: { type: "route", method: "GET", path: "/", auth: "public" },
};
export const FORM: Route = {
  name: "form",
  handler: "functions/form.handler",
  timeoutSeconds: REQUEST_TIMEOUT_SECONDS,
  trigger: { type: "route", method: "POST", path: "/", auth: "public" },
};
export const ITEM: Route = {
  name: "items-get",
  handler: "functions/items/get.handler",
  timeoutSeconds: REQUEST_TIMEOUT_SECONDS,
  trigger: { type: "route", method: "GET", path: "/items/{id}", auth: "public" },
};
/** A GET that must not happen by HEAD. */
export const EFFECT: Route = {
  name: "effect",
  handler: "functions/effect.handler",
  timeoutSeconds: REQUEST_TIMEOUT_SECONDS,
  trigger: { type: "route", method: "GET", path: "/effect", auth: "public", withoutHead: true },
};
