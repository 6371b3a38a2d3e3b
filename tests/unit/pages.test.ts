import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { html } from "../../functions/http/pages/html.ts";
import { CODES, GALLERY, HOSTILE } from "../support/page-gallery.ts";

const ESCAPED =
  "&#34;&#62;&#60;script&#62;document.title=&#34;x&#34;&#60;/script&#62;&#60;style&#62;*{color:red}&#60;/style&#62;&#60;form action=/x&#62;&#39;&#38;amp;";

const bodyOf = (name: string) => `${GALLERY.get(name)?.body}`;

/** Returns the script of a page that waits for somebody else; no other page has one. */
function scriptOf(name: string): string | undefined {
  const isWaiting = ["waiting", "waiting-hostile", "waiting-installer", "unconfirmed"].includes(
    name,
  );
  return isWaiting ? /<script>(.*?)<\/script>/.exec(bodyOf(name))?.[1] : undefined;
}

/** Returns the tags of a page with their attributes. Text cannot contain a tag, because it is escaped. */
const tagsOf = (body: string) => body.match(/<[a-z][^>]*>/gi) ?? [];

describe("a template", () => {
  test("escapes every inserted text, in content and in attributes", () => {
    const { markup } = html`<a title="${HOSTILE}">${HOSTILE}</a>`;

    expect(markup).toBe(`<a title="${ESCAPED}">${ESCAPED}</a>`);
  });

  test("keeps every character of a text", () => {
    const read = (markup: string) =>
      markup.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

    fc.assert(
      fc.property(fc.string(), (text) => {
        const { markup } = html`${text}`;
        return read(markup) === text && !/[<>"'&]/.test(markup.replace(/&#\d+;/g, ""));
      }),
    );
  });

  test("inserts Html without escaping it again, alone or as a list", () => {
    const item = html`<li>${"a&b"}</li>`;

    expect(html`<ul>${[item, item]}</ul>${item}`.markup).toBe(
      "<ul><li>a&#38;b</li><li>a&#38;b</li></ul><li>a&#38;b</li>",
    );
  });
});

describe.each([...GALLERY.keys()])("the page %s", (name) => {
  test("has one style sheet, no script but one that asks for a status, and no markup from its contents", () => {
    const tags = tagsOf(bodyOf(name));

    expect(tags.filter((tag) => /^<(script|iframe|link|base|object|embed)/i.test(tag))).toEqual(
      scriptOf(name) === undefined ? [] : ["<script>"],
    );
    expect(tags.filter((tag) => /^<img/i.test(tag))).toEqual([
      expect.stringMatching(
        /^<img class="logo" src="data:image\/svg\+xml;base64,[\w+/=]+" alt="">$/,
      ),
    ]);
    expect(tags.filter((tag) => /\s(style|on\w+)\s*=/i.test(tag))).toEqual([]);
    expect(tags.filter((tag) => tag.startsWith("<style"))).toEqual(["<style>"]);
    expect(bodyOf(name)).not.toContain(HOSTILE);
  });

  test("links only to pages of the service, of the brand and of the platform", () => {
    const targets = tagsOf(bodyOf(name)).flatMap((tag) => {
      const [, target] = /\s(?:href|src|action|formaction)="([^"]*)"/.exec(tag) ?? [];
      return target === undefined ? [] : [target];
    });

    const known =
      /^https:\/\/(app\.)?example\.com|^mailto:help@example\.com$|^https:\/\/(github|slack)\.com\/|^https:\/\/(id|www)\.atlassian\.com\/|^data:image/;
    const others = targets.filter((target) => /^\/|^[a-z]+:/i.test(target));
    expect(others.filter((target) => !known.test(target))).toEqual([]);
  });

  test("has a policy that allows its style sheet and its script by hash, and no other resource", () => {
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(bodyOf(name)) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    const policy = `${GALLERY.get(name)?.headers?.["content-security-policy"]}`;

    const directives = policy
      .split("; ")
      .filter((directive) => !directive.startsWith("form-action"));
    const script = scriptOf(name);
    const scriptHash = createHash("sha256").update(`${script}`).digest("base64");
    expect(directives).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      ...(script === undefined ? [] : [`script-src 'sha256-${scriptHash}'`, "connect-src 'self'"]),
      "img-src data:",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  test("is smaller than 16 KB", () => {
    expect(Buffer.byteLength(bodyOf(name))).toBeLessThan(16_000);
  });
});

describe.each(CODES)("%s", (code) => {
  test("has two complete sentences: what happened, and what to do next", () => {
    const paragraphs = [...bodyOf(code).matchAll(/<p>([^<]+)<\/p>/g)].map(([, text]) => text);

    expect(paragraphs).toEqual([
      expect.stringMatching(/^[A-Z].{15,}\.$/),
      expect.stringMatching(/^[A-Z].{15,}\.$/),
    ]);
  });

  test("links to the start page, and shows a reference for support", () => {
    const body = bodyOf(code);

    expect(body).toMatch(/<a [^>]*href="\.\.\/">/);
    expect(body).toContain(`<code>${code}</code> <code>JKJaXmPLvHcESHA=</code>`);
  });
});
