import * as v from "valibot";
import type { Control } from "./control.ts";
import { isRefusal } from "./control-error.ts";
import { type ControlRoute, refuse, withBody } from "./control-route.ts";
import { FaultRule } from "./faults.ts";
import { GITHUB_HELP, githubControlRoutes } from "./github/control-routes.ts";
import { json, noContent, type PlatformRequest, plain, type Reply } from "./http.ts";
import { JIRA_HELP, jiraControlRoutes } from "./jira/control-routes.ts";
import { PlatformName } from "./platform.ts";
import { route } from "./router.ts";
import { SLACK_HELP, slackControlRoutes } from "./slack/control-routes.ts";

const TEN_YEARS_SECONDS = 10 * 365 * 86_400;

const TimeBody = v.strictObject({
  seconds: v.pipe(v.number(), v.minValue(0), v.maxValue(TEN_YEARS_SECONDS)),
});

const RevokeBody = v.strictObject({ platform: PlatformName, login: v.string() });
type RevokeBody = v.InferOutput<typeof RevokeBody>;

const HELP = `Control of the emulated platforms. Bodies and answers are JSON.

POST   /_control/time      {"seconds":28800}   let time pass: tokens and codes grow older
POST   /_control/revoke    {"platform":"github","login":"octocat"}   the user removes the app
                           {"platform":"slack","login":"T0ACME"}, {"platform":"jira","login":"mia"}
GET    /_control/requests  what the platforms were asked: platform, method, path, status
POST   /_control/faults    let requests go wrong, in the order of these calls
DELETE /_control/faults    no more faults
POST   /_control/reset     forget tokens, codes, faults, requests and passed time

A fault:
  {"platform":"github","method":"POST","path":"/login/oauth/access_token",
   "times":1,"milliseconds":0,"fault":{"kind":"status","status":503}}

  path          below the platform, "*" stands for anything
  times         a number, or "until_cleared"
  milliseconds  how late it happens; without "fault" the answer is only late
  kind          status (status, headers, body)   drop        lose_reply   hang
                redirect (location)              truncate    html
                huge (megabytes)                 drip (milliseconds between bytes)

${GITHUB_HELP}
${SLACK_HELP}
${JIRA_HELP}`;

/** Answers a request below `/_control`, handed over without that segment. */
export async function handleControl(control: Control, request: PlatformRequest): Promise<Reply> {
  // Browsers name the page that sends a POST or DELETE, and no page has business here.
  if (request.headers.origin !== undefined) return refuse(403, "Not for web pages.");

  try {
    const answer = await route(controlRoutes(control), request);
    return answer ?? refuse(404, "GET /_control says what there is.");
  } catch (error) {
    if (isRefusal(error)) return refuse(409, error.message);
    throw error;
  }
}

function controlRoutes(control: Control): ControlRoute[] {
  const onTime = withBody(TimeBody, ({ seconds }) => letTimePass(control, seconds));
  const onRevoke = withBody(RevokeBody, (body) => revoke(control, body));
  const onFault = withBody(FaultRule, (rule) => addFault(control, rule));
  return [
    { method: "GET", path: "/", handle: () => plain(200, HELP) },
    { method: "POST", path: "/time", handle: onTime },
    { method: "POST", path: "/revoke", handle: onRevoke },
    { method: "GET", path: "/requests", handle: () => json(200, { requests: control.requests() }) },
    { method: "POST", path: "/faults", handle: onFault },
    { method: "DELETE", path: "/faults", handle: () => clearFaults(control) },
    { method: "POST", path: "/reset", handle: () => reset(control) },
    ...githubControlRoutes(control.github),
    ...(control.slack ? slackControlRoutes(control.slack) : []),
    ...(control.jira ? jiraControlRoutes(control.jira) : []),
  ];
}

async function letTimePass(control: Control, seconds: number): Promise<Reply> {
  await control.letTimePass(seconds);
  return json(200, { passed_seconds: control.passedSeconds() });
}

async function revoke(control: Control, { platform, login }: RevokeBody): Promise<Reply> {
  return json(200, { revoked: await control.revoke(platform, login) });
}

function addFault(control: Control, rule: FaultRule): Reply {
  control.addFault(rule);
  return noContent();
}

function clearFaults(control: Control): Reply {
  control.clearFaults();
  return noContent();
}

async function reset(control: Control): Promise<Reply> {
  await control.reset();
  return noContent();
}
