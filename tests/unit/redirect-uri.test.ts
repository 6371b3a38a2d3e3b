import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isAllowableRedirectUri,
  matchRedirectUri,
  withResult,
} from "../../core/install/redirect-uri.ts";
import { anyText, forAll, someText, spoiled } from "../support/properties.ts";

const good = "https://app.example.com/integrations/callback";
const other = "https://other.example.com:8443/done?from=bot";
const redirectUris = new Set([good, other]);

const refused = expect.objectContaining({
  code: "invalid_redirect_uri",
  message: "The redirect_uri is not on the allow-list.",
});

const address = fc
  .tuple(
    fc.constantFrom("https://", "http://", "http://127.0.0.1", "https:", "//", "data:"),
    anyText,
  )
  .map((parts) => parts.join(""));

/** Spellings of an address that some parsers treat as equal to it, and others do not. */
const TRICKS: readonly ((uri: URL, text: string) => string)[] = [
  ({ href }) => href.toUpperCase(),
  ({ href }) => href.replace(/^https/, "HTTPS"),
  ({ href }) => href.replace(/^https/, "http"),
  ({ href }) => href.replace("https:", ""),
  ({ href, host }) => href.replace(host, host.toUpperCase()),
  ({ href, hostname }) => href.replace(hostname, `${hostname}.`),
  ({ href, host }) => href.replace(host, `user:password@${host}`),
  ({ href, host }) => href.replace(host, `@${host}`),
  ({ href, host }, text) => href.replace(host, `${host}@${text}`),
  ({ href, host }, text) => href.replace(host, `${text}.${host}`),
  ({ href, host }, text) => href.replace(host, `${host}.${text}`),
  ({ href, hostname }) => href.replace(hostname, `${hostname}:443`),
  ({ href, hostname }) => href.replace(hostname, hostname.replace("e", "%65")),
  ({ href, hostname }) => href.replace(hostname, hostname.replace("e", "\uff45")),
  ({ href, hostname }) => href.replace(hostname, hostname.replace("e", "\u0435")),
  ({ href, hostname }) => href.replace(hostname, hostname.replace("e", "\u00ade")),
  ({ href }) => href.replaceAll("/", "\\"),
  ({ href }) => href.replace("//", "///"),
  ({ href }) => href.replace("//", "/\t/"),
  ({ origin, pathname, search }) => `${origin}/.${pathname}${search}`,
  ({ origin, pathname, search }) => `${origin}/x/..${pathname}${search}`,
  ({ origin, pathname, search }) => `${origin}/${pathname}${search}`,
  ({ origin, pathname, search }) => origin + encodeURIComponent(pathname) + search,
  ({ origin, pathname, search }) => `${origin}${pathname};${search}`,
  ({ origin, pathname, search }) => `${origin}${pathname}/${search}`,
  ({ origin, pathname }, text) => `${origin}${pathname}?${text}`,
  ({ href }, text) => `${href}#${text}`,
  ({ href }, text) => `${href}&${text}`,
  ({ href }, text) => `${text}${href}`,
  ({ href }) => ` ${href}`,
  ({ href }) => `${href}\0`,
  ({ href }) => `${href}\r\nset-cookie: a=b`,
  ({ href }) => `blob:${href}`,
  ({ href }) => `${href},${href}`,
];

describe("the allow-list", () => {
  test.each([good, other])("matches %s byte for byte", (entry) => {
    expect(matchRedirectUri(redirectUris, entry)).toBe(entry);
  });

  test("matches no other address, even if a browser treats it as equal", () =>
    forAll(
      fc.tuple(fc.constantFrom(good, other), fc.constantFrom(...TRICKS), someText),
      ([entry, trick, text]) => {
        const candidate = trick(new URL(entry), text);
        fc.pre(!redirectUris.has(candidate));
        expect(() => matchRedirectUri(redirectUris, candidate)).toThrow(refused);
      },
    ));

  test("matches no address with anything added, inserted or replaced", () =>
    forAll(fc.oneof(anyText, address, spoiled(good), spoiled(other)), (candidate) => {
      fc.pre(!redirectUris.has(candidate));
      expect(() => matchRedirectUri(redirectUris, candidate)).toThrow(refused);
    }));

  test("control: each trick changes at least one entry", () => {
    for (const trick of TRICKS) {
      const candidates = [good, other].map((entry) => trick(new URL(entry), "evil.example"));
      expect(candidates.some((candidate) => !redirectUris.has(candidate))).toBe(true);
    }
  });

  test.each([
    good,
    "https://app.example.com",
    "https://app.example.com/",
    "https://app.example.com:8443/a?b=c",
    "http://127.0.0.1:3000/installed",
    "http://localhost/",
    "http://[::1]:3000/",
    "https://app.example.com/".padEnd(512, "a"),
  ])("may contain %s", (entry) => {
    expect(isAllowableRedirectUri(entry)).toBe(true);
  });

  test.each([
    ["plain http", "http://app.example.com/"],
    ["another scheme", "myapp://callback"],
    ["javascript", "javascript:alert(1)"],
    ["user info", "https://user:pass@app.example.com/"],
    ["a user without a password", "https://user@app.example.com/"],
    ["a password without a user", "https://:pass@app.example.com/"],
    ["an empty user", "https://@app.example.com/"],
    ["a fragment", "https://app.example.com/#x"],
    ["a backslash", "https:\\\\app.example.com/"],
    ["a backslash in its query", "https://app.example.com/?x=\\y"],
    ["upper case", "https://APP.example.com/"],
    ["a dot segment", "https://app.example.com/a/../b"],
    ["a default port", "https://app.example.com:443/"],
    ["a letter outside ASCII", "https://ａpp.example.com/"],
    ["a space", "https://app.example.com/ a"],
    ["a host that only looks like loopback", "http://127.0.0.1.evil.example/"],
    ["more than 512 bytes", "https://app.example.com/".padEnd(513, "a")],
    ["nothing", ""],
  ])("may not contain an entry with %s", (_, entry) => {
    expect(isAllowableRedirectUri(entry)).toBe(false);
  });

  test.each(["status", "error", "platform", "installation_id", "organization"])(
    "may not contain an entry whose query has the result parameter %s",
    (name) => {
      expect(isAllowableRedirectUri(`${good}?a=b&${name}=success`)).toBe(false);
    },
  );

  test("contains only addresses that every parser reads in the same way", () => {
    const entries = fc.oneof(spoiled(good), spoiled(other), address, anyText);

    return forAll(entries, (entry) => {
      if (!isAllowableRedirectUri(entry)) return;
      const { href, protocol, hostname, username, password, hash } = new URL(entry);
      expect([entry, `${entry}/`]).toContain(href);
      expect(entry).toMatch(/^[\x21-\x7e]{1,512}$/);
      expect(protocol === "https:" || hostname === "127.0.0.1").toBe(true);
      expect(username + password + hash).toBe("");
    });
  });
});

describe("the result", () => {
  test("is appended and does not change the entry", () => {
    const result = { status: "success", organization: "a&b=c #d" };

    expect(withResult(good, result)).toBe(`${good}?status=success&organization=a%26b%3Dc+%23d`);
    expect(withResult(`${good}?x=1`, result)).toBe(
      `${good}?x=1&status=success&organization=a%26b%3Dc+%23d`,
    );
  });

  test("cannot change the entry, whatever the name of an organization is", () =>
    forAll(fc.tuple(fc.constantFrom(good, other), anyText), ([entry, organization]) => {
      const url = withResult(entry, { status: "success", organization });

      expect(url.startsWith(entry)).toBe(true);
      expect(url).toMatch(/^[\x21-\x7e]+$/);
      const { origin, pathname, searchParams, hash } = new URL(url);
      expect(origin + pathname + hash).toBe(entry.replace(/\?.*/, ""));
      expect(searchParams.getAll("status")).toEqual(["success"]);
      expect(searchParams.getAll("organization")).toEqual([organization.toWellFormed()]);
    }));
});
