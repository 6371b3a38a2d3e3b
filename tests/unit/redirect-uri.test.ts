import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAllowableRedirectUri, matchRedirectUri, withResult } from "../../core/redirect-uri.ts";

const good = "https://app.example.com/integrations/callback";
const redirectUris = new Set([good]);

describe("the allow-list", () => {
  test("matches an entry by its exact bytes", () => {
    expect(matchRedirectUri(redirectUris, good)).toBe(good);
  });

  test("matches nothing else, whatever is put around, into or instead of the entry", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.webUrl(),
      fc
        .tuple(fc.nat(good.length), fc.string({ minLength: 1 }))
        .map(([at, text]) => good.slice(0, at) + text + good.slice(at)),
      fc.nat(good.length - 1).map((at) => good.slice(0, at) + good.slice(at + 1)),
      fc.constantFrom(good.toUpperCase(), `${good}/`, `${good}?`, `${good}#`, `${good}\0`),
    );

    fc.assert(
      fc.property(anything, (candidate) => {
        fc.pre(candidate !== good);
        expect(() => matchRedirectUri(redirectUris, candidate)).toThrow(
          expect.objectContaining({ code: "invalid_redirect_uri" }),
        );
      }),
    );
  });

  test.each([
    good,
    "https://app.example.com",
    "https://app.example.com/",
    "https://app.example.com:8443/a?b=c",
    "http://127.0.0.1:3000/installed",
    "http://localhost/",
    "http://[::1]:3000/",
  ])("may hold %s", (entry) => {
    expect(isAllowableRedirectUri(entry)).toBe(true);
  });

  test.each([
    ["plain http", "http://app.example.com/"],
    ["another scheme", "myapp://callback"],
    ["javascript", "javascript:alert(1)"],
    ["user info", "https://user:pass@app.example.com/"],
    ["an empty user", "https://@app.example.com/"],
    ["a fragment", "https://app.example.com/#x"],
    ["a backslash", "https:\\\\app.example.com/"],
    ["upper case", "https://APP.example.com/"],
    ["a dot segment", "https://app.example.com/a/../b"],
    ["a default port", "https://app.example.com:443/"],
    ["a letter outside ASCII", "https://ａpp.example.com/"],
    ["a space", "https://app.example.com/ a"],
    ["a host that only looks like loopback", "http://127.0.0.1.evil.example/"],
    ["more than 512 bytes", `https://app.example.com/${"a".repeat(512)}`],
    ["a result parameter of ours", "https://app.example.com/?status=success"],
    ["nothing", ""],
  ])("may not hold an entry with %s", (_, entry) => {
    expect(isAllowableRedirectUri(entry)).toBe(false);
  });
});

describe("the result", () => {
  test("is appended, and what the entry had stays as it is", () => {
    const result = { status: "success", organization: "a&b=c #d" };

    expect(withResult(good, result)).toBe(`${good}?status=success&organization=a%26b%3Dc+%23d`);
    expect(withResult(`${good}?x=1`, result)).toBe(
      `${good}?x=1&status=success&organization=a%26b%3Dc+%23d`,
    );
  });
});
