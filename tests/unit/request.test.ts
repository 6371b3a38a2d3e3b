import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { ServiceError } from "../../core/errors.ts";
import {
  parseBody,
  parseForm,
  parsePageQuery,
  parseQuery,
  readPageQuery,
} from "../../functions/http/request.ts";
import { httpEvent } from "../support/http-event.ts";
import { anyText, forAll } from "../support/properties.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const JSON_TYPE = { "content-type": "application/json" };

const Fields = v.strictObject({ platform: v.optional(v.string()), code: v.optional(v.string()) });

/** Text with characters that have a meaning in queries and forms. */
const urlText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "platform",
        "code",
        "=",
        "&",
        ";",
        "[",
        "]",
        "%",
        "%FF",
        "%00",
        "+",
        "__proto__",
      ),
      anyText,
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

/** Returns the result of a parser, or `undefined` if it throws one of the documented errors. */
function resultOf<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ code: "invalid_request", message: expect.stringMatching(/\.$/) });
    return undefined;
  }
}

describe("a query", () => {
  test("of a page has the known names once each, or is rejected, for any input", () =>
    forAll(urlText, (rawQueryString) => {
      const query = resultOf(() => readPageQuery(httpEvent({ rawQueryString }), ["code"]));

      const all = new URLSearchParams(rawQueryString).getAll("code");
      if (query) expect([...query]).toEqual(all.map((value) => ["code", value]));
      expect(query === undefined || all.length < 2).toBe(true);
    }));

  test.each([
    "utm_source=newsletter&fbclid=x",
    "utm_source=a&utm_source=b",
    "filter[]=1&filter[]=2&__proto__=1",
  ])("of a page may have parameters that the page does not know: %s", (others) => {
    const event = httpEvent({ rawQueryString: `${others}&code=1&${others}` });

    expect(parsePageQuery(Fields, event)).toEqual({ code: "1" });
  });

  test.each(["CODE=1", "Code=1&code=2", "code[]=1", "code[a][b]=1"])(
    "of a page that a platform sets is rejected if a known name is written in another way: %s",
    (rawQueryString) => {
      expect(() => readPageQuery(httpEvent({ rawQueryString }), ["code"])).toThrow(
        expect.objectContaining({ code: "invalid_request" }),
      );
    },
  );

  test.each([
    "code=1&code=2",
    "code[]=1",
    "code[0][x]=1",
    "CODE=1",
    "c%6fde=1&code=1",
    "scope=all",
  ])("of a page is rejected if a known parameter is not exactly right: %s", (rawQueryString) => {
    const event = httpEvent({ rawQueryString });

    expect(() => parsePageQuery(Fields, event, ["scope"])).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  test("is rejected unless it has only the parameters of the schema", () =>
    forAll(urlText, (rawQueryString) => {
      const query = resultOf(() => parseQuery(Fields, httpEvent({ rawQueryString })));

      for (const [name, value] of Object.entries(query ?? {})) {
        expect(["platform", "code"]).toContain(name);
        expect(new URLSearchParams(rawQueryString).getAll(name)).toEqual([value]);
      }
    }));

  test("with a repeated name is rejected, in any position and encoding", () =>
    forAll(
      fc.tuple(urlText, urlText, fc.constantFrom("code", "c%6fde", "%63ode"), urlText),
      ([before, value, name, after]) => {
        const rawQueryString = `${before}&code=${value}&${name}=${after}`;

        expect(() => readPageQuery(httpEvent({ rawQueryString }), ["code"])).toThrow(
          expect.objectContaining({ code: "invalid_request" }),
        );
      },
    ));

  test.each([
    ["50 parameters are read", 50, false],
    ["51 parameters are refused", 51, true],
  ])("%s", (_, count, isRefused) => {
    const rawQueryString = Array.from({ length: count }, (_, index) => `p${index}=`).join("&");

    const query = resultOf(() => readPageQuery(httpEvent({ rawQueryString }), []));

    expect(query === undefined).toBe(isRefused);
  });
});

describe("a form", () => {
  test("is parsed or rejected, for any bytes", () =>
    forAll(fc.oneof(bytes, urlText.map(Buffer.from)), (body) => {
      const event = { headers: FORM, body: body.toString("base64"), isBase64Encoded: true };
      const form = resultOf(() => parseForm(Fields, httpEvent(event)));

      for (const [name, value] of Object.entries(form ?? {})) {
        expect(new URLSearchParams(body.toString("utf8")).getAll(name)).toEqual([value]);
      }
    }));

  test("is parsed or rejected, for text that is not base64 although the event says so", () =>
    forAll(fc.tuple(anyText, fc.boolean()), ([body, isBase64Encoded]) => {
      resultOf(() => parseForm(Fields, httpEvent({ headers: FORM, body, isBase64Encoded })));
    }));
});

describe("a JSON body", () => {
  test("is parsed or rejected without an echo, for any bytes", () =>
    forAll(fc.oneof(bytes, fc.json().map(Buffer.from)), (body) => {
      const event = { headers: JSON_TYPE, body: body.toString("base64"), isBase64Encoded: true };
      const fields = resultOf(() => parseBody(Fields, httpEvent(event)));

      if (fields) expect(JSON.parse(body.toString("utf8"))).toEqual(fields);
    }));

  test("that is rejected causes a message with at most a field of the schema, and nothing of the input", () =>
    forAll(fc.tuple(anyText, anyText), ([name, value]) => {
      fc.pre(!["platform", "code"].includes(name));
      const body = JSON.stringify({ code: 7, [name]: value });

      expect(() => parseBody(Fields, httpEvent({ headers: JSON_TYPE, body }))).toThrow(
        /^The body is not valid(: code|: it has an unknown field)?\.$/,
      );
    }));

  test.each(["", "text/plain", "application/jsonp", "application/x-www-form-urlencoded"])(
    "of the type %j is refused before it is read",
    (type) => {
      const event = httpEvent({ headers: { "content-type": type }, body: "{}" });

      expect(() => parseBody(Fields, event)).toThrow(
        expect.objectContaining({ code: "unsupported_media_type" }),
      );
    },
  );
});
