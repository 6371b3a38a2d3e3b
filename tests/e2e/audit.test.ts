import * as v from "valibot";
import { expect, test } from "vitest";
import { callApi, startTestStack } from "../support/stack.ts";

const Line = v.looseObject({ message: v.string(), request_id: v.string() });

const stack = await startTestStack();

/** The log lines with these messages. */
function linesOf(...messages: readonly string[]) {
  return stack
    .output()
    .split("\n")
    .flatMap((text) => {
      const line = text.startsWith("{") ? v.safeParse(Line, JSON.parse(text)) : undefined;
      return line?.success && messages.includes(line.output.message) ? [line.output] : [];
    });
}

test("C3 each change by the API is logged with its installation, the names of the fields and its request", async () => {
  const created = await callApi(stack, "POST", "/installations", {
    platform: "slack",
    organization_id: "T0AUDIT",
    organization_name: "Audited",
    access_token: "xoxb-canary",
    installed_by: "mona",
  });
  const { id } = v.parse(v.looseObject({ id: v.string() }), await created.json());
  await callApi(stack, "PATCH", `/installations/${id}`, { access_token: "xoxb-canary-2" });
  await callApi(stack, "DELETE", `/installations/${id}?revoke=false`);

  const changes = linesOf("created", "updated", "deleted");
  expect(changes).toMatchObject([
    { message: "created", installation_id: id, route: "POST /installations" },
    {
      message: "updated",
      installation_id: id,
      route: "PATCH /installations/{id}",
      changed: ["access_token"],
    },
    { message: "deleted", installation_id: id, route: "DELETE /installations/{id}" },
  ]);
  const requests = linesOf("request").map((line) => line.request_id);
  expect(changes.map((line) => line.request_id)).toEqual(requests.slice(0, 3));
  expect(stack.output()).not.toMatch(/xoxb-canary/);
});
