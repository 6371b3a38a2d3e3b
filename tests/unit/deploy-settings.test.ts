import { afterEach, expect, test, vi } from "vitest";
import { readSettings } from "../../infra/settings.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:bots/database-url";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("an empty setting is an absent one", () => {
  vi.stubEnv("DOMAIN", "");

  expect(readSettings().domain).toBeUndefined();
});

test("accounts are separated by commas or white space", () => {
  vi.stubEnv("LOOKUP_ACCOUNTS", "111122223333, 444455556666");

  expect(readSettings().lookupAccounts).toEqual(["111122223333", "444455556666"]);
});

test("a secret is named in full", () => {
  vi.stubEnv("DATABASE_URL_SECRET_ARN", `${SECRET}-AbCdEf`);

  expect(readSettings().databaseUrlSecretArn).toBe(`${SECRET}-AbCdEf`);
});

test.each([
  ["DOMAIN", "https://bot.example.com"],
  ["DOMAIN_CERTIFICATE_ARN", "canary"],
  ["DATABASE_URL_SECRET_ARN", "postgres://user:canary@db.example/grantkeep"],
  ["DATABASE_URL_SECRET_ARN", SECRET],
  ["DATABASE_URL_SECRET_ARN", `${SECRET}-*`],
  ["LOOKUP_ACCOUNTS", "*"],
  ["LOOKUP_ACCOUNTS", "12345678901"],
  ["ALARM_EMAIL", "nobody"],
])("%s is refused when it is malformed, without its value", (name, value) => {
  vi.stubEnv(name, value);

  expect(readSettings).toThrow(new Error(`The environment variable ${name} is malformed.`));
});
