import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  readEventBusName,
  readPublicUrl,
  readStateKeyringArn,
  readTokenKeyringArn,
} from "../../functions/environment/config.ts";

function set(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(PUBLIC_|STATE_|TOKEN_|EVENT_)/.test(name)) vi.stubEnv(name, undefined);
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the address of Grantkeep", () => {
  test.each([
    ["https://grantkeep.example", "https://grantkeep.example"],
    ["https://grantkeep.example/", "https://grantkeep.example"],
    ["https://grantkeep.example/bots//", "https://grantkeep.example/bots"],
    ["HTTPS://Grantkeep.example:443/Bots", "https://grantkeep.example/Bots"],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
    ["http://[::1]:3000/", "http://[::1]:3000"],
    ["http://localhost:3000", "http://localhost:3000"],
  ])("%s is read as %s", (PUBLIC_URL, publicUrl) => {
    set({ PUBLIC_URL });

    expect(readPublicUrl()).toBe(publicUrl);
  });

  test.each([
    ["plain http elsewhere", "http://canary.example"],
    ["http on what only looks like loopback", "http://127.0.0.1.canary.example"],
    ["another scheme", "ftp://canary.example"],
    ["a query", "https://canary.example/?a=b"],
    ["a fragment", "https://canary.example/#a"],
    ["a user", "https://canary@grantkeep.example"],
    ["a password", "https://:canary@grantkeep.example"],
    ["no URL at all", "canary.example"],
  ])("is refused with %s, by name and without its value", (_, PUBLIC_URL) => {
    set({ PUBLIC_URL });

    expect(readPublicUrl).toThrow(refusalOf("PUBLIC_URL"));
  });

  test.each([{}, { PUBLIC_URL: "" }])("is required, and an empty one is none: %j", (variables) => {
    set(variables);

    expect(readPublicUrl).toThrow(refusalOf("PUBLIC_URL"));
  });
});

describe("the event bus", () => {
  test.each([
    "grantkeep-production-events",
    "aws.partner/example.com/1",
    "arn:aws:events:eu-west-1:123456789012:event-bus/bots",
  ])("can be %s", (EVENT_BUS_NAME) => {
    set({ EVENT_BUS_NAME });

    expect(readEventBusName()).toBe(EVENT_BUS_NAME);
  });

  test("is none by default, and none when it is empty", () => {
    const absent = readEventBusName();
    set({ EVENT_BUS_NAME: "" });

    expect([absent, readEventBusName()]).toEqual([undefined, undefined]);
  });

  test.each(["my bus", "arn:aws:sns:eu-west-1:123456789012:topic", "b".repeat(257)])(
    "cannot be %s",
    (EVENT_BUS_NAME) => {
      set({ EVENT_BUS_NAME });

      expect(() => readEventBusName()).toThrow(/^The environment variable EVENT_BUS_NAME is /);
    },
  );
});

describe("a ring", () => {
  test("is found by the ARN of its secret", () => {
    set({ STATE_KEYRING_SECRET_ARN: "arn:state", TOKEN_KEYRING_SECRET_ARN: "arn:token" });

    expect(readStateKeyringArn()).toBe("arn:state");
    expect(readTokenKeyringArn()).toBe("arn:token");
  });

  test("whose ARN is absent or empty is refused by name", () => {
    set({ TOKEN_KEYRING_SECRET_ARN: "" });

    expect(readStateKeyringArn).toThrow(refusalOf("STATE_KEYRING_SECRET_ARN"));
    expect(readTokenKeyringArn).toThrow(refusalOf("TOKEN_KEYRING_SECRET_ARN"));
  });
});

/** The whole message: it names the variable, and has no room for the value. */
function refusalOf(name: string): RegExp {
  return new RegExp(`^The environment variable ${name} is missing or malformed\\.$`);
}
