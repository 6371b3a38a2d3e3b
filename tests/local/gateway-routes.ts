import type { Route } from "../../infra/routes.ts";

export const PAGE: Route = {
  method: "GET",
  path: "/",
  auth: "public",
  handler: "functions/page.handler",
};
export const FORM: Route = {
  method: "POST",
  path: "/",
  auth: "public",
  handler: "functions/form.handler",
};
export const ITEM: Route = {
  method: "GET",
  path: "/items/{id}",
  auth: "public",
  handler: "functions/items/get.handler",
};
