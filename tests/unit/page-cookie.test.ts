import { describe, expect, test } from "vitest";
import {
  createPageCookie,
  createPageSecret,
  hasOpenedPage,
  linkNonce,
  readPageSecret,
} from "../../core/install/page-cookie.ts";

const SECRET = createPageSecret();
const COOKIE = createPageCookie(SECRET).split(";", 1).join();
const LINK_ID = `link-${"0".repeat(32)}`;
const NONCE = linkNonce(SECRET, LINK_ID);

describe("the page cookie", () => {
  test("is bound to the host, and not readable by scripts", () => {
    const [pair, ...attributes] = createPageCookie(SECRET).split("; ");

    expect(pair).toMatch(/^__Host-grantkeep-page=[\w-]{43}$/);
    expect(attributes).toEqual(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]);
  });

  test("is read back, and is another one in each browser", () => {
    expect(readPageSecret(["a=b", COOKIE])).toBe(SECRET);
    expect(createPageSecret()).not.toBe(SECRET);
  });

  test.each([
    ["is absent", []],
    ["is there twice", [COOKIE, COOKIE]],
    ["is empty", ["__Host-grantkeep-page="]],
    ["has another form", [`${COOKIE}=`]],
    ["has another name", [COOKIE.replace("page", "pag")]],
  ])("is not read if it %s", (_, cookies) => {
    expect(readPageSecret(cookies)).toBeUndefined();
  });
});

describe("the nonce of a link's button", () => {
  test("is valid in the browser that opened the page of this link", () => {
    expect(hasOpenedPage([COOKIE], LINK_ID, NONCE)).toBe(true);
  });

  test.each<[string, string[], string, string | undefined]>([
    ["in another browser", [createPageCookie(createPageSecret())], LINK_ID, NONCE],
    ["in a browser without the cookie", [], LINK_ID, NONCE],
    ["for another link", [COOKIE], `link-${"1".repeat(32)}`, NONCE],
    ["if it is absent", [COOKIE], LINK_ID, undefined],
    ["if it is empty", [COOKIE], LINK_ID, ""],
    ["if it is longer", [COOKIE], LINK_ID, `${NONCE}A`],
  ])("is not valid %s", (_, cookies, linkId, nonce) => {
    expect(hasOpenedPage(cookies, linkId, nonce)).toBe(false);
  });
});
