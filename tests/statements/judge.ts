import { loadModule, parse } from "libpg-query";
import { FUNCTIONS, NODES, OPERATORS, REFUSALS, RULES, SOURCES, TYPES, VALUES } from "./dialect.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The kinds of nodes that stand in a field without their name. */
const UNNAMED: Readonly<Record<string, string>> = {
  alias: "Alias",
  boolval: "Boolean",
  fval: "Float",
  infer: "InferClause",
  ival: "Integer",
  larg: "SelectStmt",
  onConflictClause: "OnConflictClause",
  rarg: "SelectStmt",
  relation: "RangeVar",
  sval: "String",
  typeName: "TypeName",
  withClause: "WithClause",
};

/** Where in the text it stands. */
const POSITIONS = new Set(["location", "stmt_location", "stmt_len"]);

/** Columns of which one value is one row, or a few. */
const KEYS = new Set(["guid", "id", "name", "provider_installation_id"]);
/** Together they are a key. */
const NATURAL_KEY = ["organization_id", "platform"];

/**
 * Returns why Aurora DSQL or one of the PostgreSQL versions may refuse a statement; nothing for a statement
 * of which every part is in the tables. The grammar is that of PostgreSQL 15, which later versions take.
 */
export async function judge(text: string): Promise<string[]> {
  const statements = await parseAll(text);
  if (typeof statements === "string") return [statements];
  const [statement] = statements;
  if (!statement || statements.length > 1) return ["more than one statement in one text"];
  return judgeParts(statement);
}

/**
 * Returns why a statement cannot be part of a migration: it must be in the tables, be able to run twice, and
 * add no column with a constraint.
 */
export async function judgeMigration(text: string): Promise<string[]> {
  const statements = await parseAll(text);
  const reasons = await judge(text);
  if (typeof statements === "string") return reasons;
  for (const [kind, fields] of statements) {
    if (!isRepeatable(kind, fields)) reasons.push("it cannot run twice: write `if not exists`");
  }
  return reasons;
}

type Named = readonly [kind: string, fields: Fields];

async function parseAll(text: string): Promise<Named[] | string> {
  await loadModule();
  try {
    const tree: unknown = await parse(text);
    return listOf(fieldsOf(tree).stmts).map((raw) => named(fieldsOf(raw).stmt) ?? ["", {}]);
  } catch (error) {
    return `PostgreSQL 15 does not parse it: ${error instanceof Error ? error.message : error}`;
  }
}

function judgeParts([kind, fields]: Named): string[] {
  const reasons = new Set<string>();
  for (const part of partsOf(kind, fields)) {
    for (const what of refusedIn(part)) {
      const known = REFUSALS[what];
      reasons.add(`${what}: ${known ? explain(known) : "not in tests/statements/dialect.ts"}`);
    }
    for (const rule of brokenRules(part)) reasons.add(explain(RULES[rule]));
  }
  return [...reasons];
}

function explain({ reason, source }: (typeof REFUSALS)[string]): string {
  return `${reason} (${SOURCES[source]})`;
}

/** Yields all nodes of a statement, each with its kind. */
function* partsOf(kind: string, fields: Fields): Generator<Named> {
  yield [kind, fields];
  for (const [field, value] of Object.entries(fields)) {
    for (const item of listOf(value)) {
      const child = named(item);
      if (child) yield* partsOf(...child);
      else if (Object.keys(fieldsOf(item)).length > 0)
        yield* partsOf(UNNAMED[field] ?? `${kind}.${field}`, fieldsOf(item));
    }
  }
}

function* refusedIn([kind, fields]: Named): Generator<string> {
  const row = NODES[kind];
  if (!row) {
    yield kind;
    return;
  }
  for (const [field, value] of Object.entries(fields)) {
    const name = `${kind}.${field}`;
    if (POSITIONS.has(field)) continue;
    if (!row.fields.includes(field)) yield name;
    const values = VALUES[name];
    if (values && !(String(value) in values)) yield `${name} ${value}`;
  }
  if (kind === "FuncCall") yield* refusedNames("function", fields.funcname, FUNCTIONS);
  if (kind === "TypeName") yield* refusedNames("type", fields.names, TYPES);
  if (kind === "A_Expr") yield* refusedNames("operator", fields.name, OPERATORS);
}

function* refusedNames(what: string, names: unknown, table: object): Generator<string> {
  const name = textsOf(names).at(-1) ?? "";
  if (!(name in table)) yield `${what} ${name}`;
}

function* brokenRules([kind, fields]: Named): Generator<keyof typeof RULES> {
  if (kind === "CommonTableExpr" && named(fields.ctequery)?.[0] !== "SelectStmt") {
    yield "changingWith";
  }
  if (kind === "JoinExpr" && fields.jointype === "JOIN_LEFT" && isLateral(fields.rarg)) {
    yield "leftLateral";
  }
  if (kind === "AlterTableCmd" && listOf(named(fields.def)?.[1].constraints).length > 0) {
    yield "constrainedColumn";
  }
  if (kind === "DeleteStmt" || kind === "UpdateStmt") {
    const conditions = conjuncts(fields.whereClause);
    if (!conditions.some(isBounded) && !isNaturalKey(conditions)) {
      yield "bounded";
    }
  }
}

function isLateral(item: unknown): boolean {
  return named(item)?.[1].lateral === true;
}

function isRepeatable(kind: string, fields: Fields): boolean {
  if (kind === "CreateStmt" || kind === "IndexStmt") return fields.if_not_exists === true;
  if (kind === "DropStmt") return fields.missing_ok === true;
  if (kind === "InsertStmt") return fields.onConflictClause !== undefined;
  if (kind !== "AlterTableStmt") return kind === "UpdateStmt" || kind === "DeleteStmt";
  const commands = listOf(fields.cmds);
  return commands.length === 1 && named(commands[0])?.[1].missing_ok === true;
}

/** Whether a condition holds for few rows: those with a key, or those of a list with a limit. */
function isBounded(condition: Named): boolean {
  const [kind, fields] = condition;
  if (kind === "A_Expr") {
    return isComparedKey(fields, "AEXPR_OP") || isComparedKey(fields, "AEXPR_IN");
  }
  const [, list] = named(fields.subselect) ?? [];
  return kind === "SubLink" && list?.limitCount !== undefined;
}

function isComparedKey(fields: Fields, kind: string): boolean {
  return (
    fields.kind === kind &&
    textsOf(fields.name).at(-1) === "=" &&
    KEYS.has(columnOf(fields.lexpr) ?? "")
  );
}

function isNaturalKey(conditions: readonly Named[]): boolean {
  const columns = conditions
    .filter(([kind, fields]) => kind === "A_Expr" && fields.kind === "AEXPR_OP")
    .map(([, fields]) => columnOf(fields.lexpr));
  return NATURAL_KEY.every((column) => columns.includes(column));
}

/** The conditions of which all must hold. */
function conjuncts(where: unknown): Named[] {
  const condition = named(where);
  if (!condition) return [];
  const [kind, fields] = condition;
  if (kind !== "BoolExpr" || fields.boolop !== "AND_EXPR") return [condition];
  return listOf(fields.args).flatMap(conjuncts);
}

function columnOf(item: unknown): string | undefined {
  const column = named(item);
  return column?.[0] === "ColumnRef" ? textsOf(column[1].fields).at(-1) : undefined;
}

/** The node in an item such as `{ ColumnRef: { … } }`. */
function named(item: unknown): Named | undefined {
  const [entry, ...others] = Object.entries(fieldsOf(item));
  if (!entry || others.length > 0 || !/^[A-Z]/.test(entry[0])) return undefined;
  return [entry[0], fieldsOf(entry[1])];
}

function textsOf(names: unknown): string[] {
  return listOf(names).map((name) => String(named(name)?.[1].sval ?? ""));
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
