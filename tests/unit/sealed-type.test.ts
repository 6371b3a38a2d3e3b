import { describe, expectTypeOf, test } from "vitest";
import type { InstallationCreate, InstallationUpdate } from "../../core/installation.ts";
import type { InstallationRecord } from "../../core/ports/installation-transfer.ts";
import type { SealedTexts } from "../../core/ports/sealed-rows.ts";
import type { insert } from "../../core/postgres/installation-statements.ts";
import type {
  insertAll,
  selectAfter,
} from "../../core/postgres/installation-transfer-statements.ts";
import type { update } from "../../core/postgres/installation-update-statements.ts";
import type { SealedColumn } from "../../core/sealing/sealed-column-names.ts";
import type { openColumn, sealColumn } from "../../core/sealing/sealed-columns.ts";
import type { Sealed } from "../../core/sealing/sealer.ts";

/** The second parameter of a statement, after `sql`, or its third. */
type Row<
  Statement extends (...parameters: never[]) => unknown,
  Index extends 1 | 2 = 1,
> = Parameters<Statement>[Index];

/** `tsc` checks these tests: they assert nothing at run time. */
describe("a plain string does not compile", () => {
  test("as sealed text, although sealed text is a string", () => {
    expectTypeOf<string>().not.toExtend<Sealed>();
    expectTypeOf<Sealed>().toExtend<string>();
    expectTypeOf<ReturnType<typeof sealColumn>>().toEqualTypeOf<Promise<Sealed>>();
    expectTypeOf<ReturnType<typeof openColumn>>().toEqualTypeOf<Promise<string>>();
  });

  test("in a new row", () => {
    expectTypeOf<InstallationCreate & { id: string }>().not.toExtend<Row<typeof insert>>();
    expectTypeOf<Row<typeof insert>["accessToken"]>().toEqualTypeOf<Sealed | null>();
    expectTypeOf<Row<typeof insert>["refreshToken"]>().toEqualTypeOf<Sealed | null>();
    expectTypeOf<Row<typeof insert>["webhookSecret"]>().toEqualTypeOf<Sealed>();
    expectTypeOf<Row<typeof insert>["registration"]>().toEqualTypeOf<Sealed>();
  });

  test("in a partial update", () => {
    type Update = Row<typeof update, 2>;
    expectTypeOf<InstallationUpdate>().not.toExtend<Update>();
    expectTypeOf<{ accessToken: string }>().not.toExtend<Update>();
    expectTypeOf<{ refreshToken: string }>().not.toExtend<Update>();
    expectTypeOf<{ webhookSecret: string }>().not.toExtend<Update>();
    expectTypeOf<{ organizationName: string }>().toExtend<Update>();
  });

  test("in an import, and what an export reads is sealed", () => {
    type Import = Row<typeof insertAll>[number];
    type Export = Awaited<ReturnType<typeof selectAfter>>[number];
    expectTypeOf<InstallationRecord>().not.toExtend<Import>();
    expectTypeOf<Import["accessToken"]>().toEqualTypeOf<Sealed | null>();
    expectTypeOf<Export["webhookSecret"]>().toEqualTypeOf<Sealed>();
  });

  test("in the columns that are re-encrypted", () => {
    expectTypeOf<Record<SealedColumn, string>>().not.toExtend<SealedTexts>();
    expectTypeOf<Record<SealedColumn, Sealed>>().toExtend<SealedTexts>();
  });
});
