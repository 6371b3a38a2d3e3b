import { HTTPException } from "hono/http-exception";
import * as v from "valibot";
import type { EmulatorControl } from "./control.ts";
import { withBody } from "./control-body.ts";
import { refuseControl } from "./control-error.ts";
import { FaultRule } from "./faults.ts";
import { createApp, type EmulatorApp, jsonResponse } from "./http.ts";
import type { EmulatedPlatform } from "./platform.ts";
import { PlatformName } from "./platforms.ts";

const TEN_YEARS_SECONDS = 10 * 365 * 86_400;

const TimeBody = v.strictObject({
  seconds: v.pipe(v.number(), v.minValue(0), v.maxValue(TEN_YEARS_SECONDS)),
});

const RevokeBody = v.strictObject({ platform: PlatformName, login: v.string() });

const HELP = `Control API of the emulated platforms. Requests and responses are JSON.

POST   /_control/time      {"seconds":28800}   advance the clock: tokens and codes get older
POST   /_control/revoke    {"platform":"github","login":"octocat"}   remove the app for an account
GET    /_control/requests  list requests to the platforms: platform, method, path, status
POST   /_control/faults    add a fault; faults apply in the order in which they were added
DELETE /_control/faults    remove all faults
POST   /_control/reset     delete tokens, codes, faults and requests, and reset the clock

A fault:
  {"platform":"github","method":"POST","path":"/login/oauth/access_token",
   "times":1,"milliseconds":0,"fault":{"kind":"status","status":503}}

  path          path without the platform's segment; "*" matches any characters
  times         a number, or "until_cleared"
  milliseconds  delay before the request is handled; without "fault" it is only delayed
  kind          status (status, headers, body)   drop        lose_reply   hang
                redirect (location)              truncate    html
                huge (megabytes)                 drip (milliseconds between bytes)
                late_reply (milliseconds after the request was handled)
`;

/** Creates the control API, with the parts of all platforms. */
export function createControlApi(
  control: EmulatorControl,
  platforms: Readonly<Record<string, EmulatedPlatform>>,
): EmulatorApp {
  const api = createApp();
  // Browsers send the origin of the page with a POST or DELETE, and no page may use this API.
  api.use((c, next) =>
    c.req.header("origin") === undefined
      ? next()
      : Promise.resolve(refuseControl(403, "Web pages cannot use this API.")),
  );
  api.onError((error) => {
    if (error instanceof HTTPException) return refuseControl(409, error.message);
    throw error;
  });

  api.get("/", (c) => c.text(helpOf(platforms)));
  addClockRoutes(api, control);
  addFaultRoutes(api, control);
  for (const [name, { controlApp }] of Object.entries(platforms)) api.route(`/${name}`, controlApp);
  api.all("*", () => refuseControl(404, "GET /_control lists what is available."));
  return api;
}

function helpOf(platforms: Readonly<Record<string, EmulatedPlatform>>): string {
  return [HELP, ...Object.values(platforms).map(({ controlHelp }) => controlHelp)].join("\n");
}

function addClockRoutes(api: EmulatorApp, control: EmulatorControl): void {
  api.post(
    "/time",
    withBody(TimeBody, async ({ seconds }) => {
      await control.letTimePass(seconds);
      return jsonResponse(200, { passed_seconds: control.passedSeconds() });
    }),
  );
  api.post(
    "/revoke",
    withBody(RevokeBody, async ({ platform, login }) =>
      jsonResponse(200, { revoked: await control.revoke(platform, login) }),
    ),
  );
  api.post("/reset", async (c) => {
    await control.reset();
    return c.body(null, 204);
  });
}

function addFaultRoutes(api: EmulatorApp, control: EmulatorControl): void {
  api.get("/requests", () => jsonResponse(200, { requests: control.requests() }));
  api.post(
    "/faults",
    withBody(FaultRule, (rule) => {
      control.addFault(rule);
      return new Response(null, { status: 204 });
    }),
  );
  api.delete("/faults", (c) => {
    control.clearFaults();
    return c.body(null, 204);
  });
}
