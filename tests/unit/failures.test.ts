import { describe, expect, test } from "vitest";
import { causeOf, nextClick } from "../../functions/http/pages/failures.ts";

const STEP = { isInstalled: false, isConnect: false };

describe("the cause that a page shows", () => {
  test.each([
    ["used", "used"],
    ["expired", "expired"],
    ["not_pending", "expired"],
    ["no_cookie", "otherBrowser"],
    ["other_browser", "otherBrowser"],
    ["malformed", "forged"],
    ["constructor", "forged"],
    [undefined, "forged"],
    ["link_used", "linkUsed"],
    ["link_expired", "linkExpired"],
    ["link_ended", "linkEnded"],
    ["link_malformed", "linkForged"],
  ])("of a state that is refused for %j is %s", (reason, cause) => {
    expect(causeOf({ code: "invalid_state", reason }, STEP)).toBe(cause);
  });

  test.each([
    ["access_denied", "cancelled", "notConnected"],
    ["authorization_failed", "notAuthorized", "notConnected"],
    ["unsupported_install", "unsupported", "notConnected"],
    ["installation_not_verified", "notOwner", "notOwner"],
    ["provider_unavailable", "busy", "busy"],
  ] as const)("of %s is %s, and after the App was installed %s", (code, before, after) => {
    const error = { code, reason: undefined };

    expect(causeOf(error, STEP)).toBe(before);
    expect(causeOf(error, { ...STEP, isInstalled: true })).toBe(after);
  });

  test("has a next click: the start, or what else solves it", () => {
    expect(nextClick("cancelled")).toBe("startAgain");
    expect(nextClick("notConnected")).toBe("finish");
    expect(nextClick("noSite")).toBe("createSite");
    expect(nextClick("linkUsed")).toBe("goToStart");
  });
});
