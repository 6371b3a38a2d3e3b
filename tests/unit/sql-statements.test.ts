import fc from "fast-check";
import { parse } from "libpg-query";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { splitStatements } from "../../core/postgres/sql-statements.ts";
import { forAll } from "../support/properties.ts";

describe("SQL is split", () => {
  test.each<[string, string, string[]]>([
    ["at semicolons", "select 1; select 2;", ["select 1", "select 2"]],
    ["with a last statement that has none", "select 1;\nselect 2\n", ["select 1", "select 2"]],
    ["without empty statements", ";; select 1;;", ["select 1"]],
    ["not in a string", "select 'a;b', 'it''s;'", ["select 'a;b', 'it''s;'"]],
    [
      "not in a string with escapes",
      "select E'\\';', e'\\\\';select 2",
      ["select E'\\';', e'\\\\'", "select 2"],
    ],
    ["not in a name", 'select ";"";"', ['select ";"";"']],
    ["not between dollar quotes", "select $$a;'b$$, $x$;$$;$x$", ["select $$a;'b$$, $x$;$$;$x$"]],
    [
      "not at a dollar sign in a name",
      "select a$b$c; select $b$;$b$",
      ["select a$b$c", "select $b$;$b$"],
    ],
    [
      "not in a comment",
      "select 1 -- a;b'\n + 1; /* ; /* ; */ ' */ select 2",
      ["select 1 -- a;b'\n + 1", "select 2"],
    ],
    [
      "without the comments around a statement",
      "-- one\n/* two */ select 1 /* three */;-- four",
      ["select 1"],
    ],
    ["into nothing when there are comments alone", "-- one\n/* two */", []],
  ])("%s", (_, text, statements) => {
    expect(splitStatements(text)).toEqual(statements);
  });

  test.each([
    ["a string", "select 1;\nselect 'a"],
    ["a string with escapes", "select 1;\nselect E'a\\'"],
    ["a name", 'select 1;\nselect "a'],
    ["a dollar quote", "select 1;\nselect $a$ $b$"],
    ["a comment", "select 1;\n/* /* */ select 2"],
  ])("only when %s ends", (_, text) => {
    expect(() => splitStatements(text)).toThrow(/^Line 2 of the SQL opens/);
  });

  test("as PostgreSQL's own parser splits it", () => {
    const statement = fc.constantFrom(
      "select 1",
      "select ';'",
      "select e'\\';'",
      "select $$;$$",
      "select $a$;$$;$a$",
      'select ";" from t',
      "select /* ; /* ' */ ; */ 'é;'",
      "select 1 -- ;",
      "",
    );
    const space = fc.constantFrom("", " ", "\n", "-- a;b'\n", "/* ; */");
    const statements = fc.array(fc.tuple(space, statement, space));
    return forAll(statements, async (list) => {
      const text = list.map((parts) => parts.join("")).join("\n;");

      const split = splitStatements(text);

      expect(split).toHaveLength(await countStatements(text));
      for (const part of split) expect(await countStatements(part)).toBe(1);
    });
  });
});

const Tree = v.object({ stmts: v.optional(v.array(v.unknown()), []) });

async function countStatements(text: string): Promise<number> {
  // The parser refuses an empty text.
  return v.parse(Tree, await parse(`${text}\n;`)).stmts.length;
}
