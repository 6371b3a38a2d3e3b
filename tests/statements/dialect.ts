/**
 * The SQL that PostgreSQL 15 to 18 and Aurora DSQL all take, as far as Grantkeep uses it. Tests refuse a
 * statement with anything else. Each row names its source; add a row only with one.
 *
 * The golden sources are responses of a real cluster in September 2026, recorded by the project dsql-emulator.
 * An unrecorded row is a part of PostgreSQL 16, which Aurora DSQL is based on, that no source lists as
 * unsupported. It is unproven until it has run on a cluster.
 */
const GUIDE = "https://docs.aws.amazon.com/aurora-dsql/latest/userguide";
const GOLDEN =
  "https://github.com/Dreamescaper/dsql-emulator/blob/0b4d5fabddae47865ad850bb873bd52f237a855d/test/conformance/golden";

export const SOURCES = {
  subsets: `${GUIDE}/working-with-postgresql-compatibility-supported-sql-subsets.html`,
  features: `${GUIDE}/working-with-postgresql-compatibility-supported-sql-features.html`,
  types: `${GUIDE}/working-with-postgresql-compatibility-supported-data-types.html`,
  alterTable: `${GUIDE}/alter-table-syntax-support.html`,
  createIndex: `${GUIDE}/create-index-syntax-support.html`,
  asyncIndexes: `${GUIDE}/working-with-create-index-async.html`,
  concurrency: `${GUIDE}/working-with-concurrency-control.html`,
  quotas: `${GUIDE}/CHAP_quotas.html`,
  goldenQueries: `${GOLDEN}/queries.json`,
  goldenSupported: `${GOLDEN}/supported.json`,
  goldenTypes: `${GOLDEN}/types.json`,
  goldenIndex: `${GOLDEN}/index.json`,
  goldenAlters: `${GOLDEN}/alters.json`,
  goldenTransaction: `${GOLDEN}/transaction.json`,
  goldenUnsupported: `${GOLDEN}/unsupported.json`,
  recordedRules:
    "https://github.com/Dreamescaper/dsql-emulator/blob/01d7871459e4fa5f34a26bae5d6f8745e640debe/rules/dsql-2026.09.yaml",
  advisoryLocks: "https://github.com/golang-migrate/migrate/issues/1289",
  settings: "https://github.com/Lore-Hex/quill-router/issues/672",
  unrecorded: "https://www.postgresql.org/docs/16/",
} as const;

type Source = keyof typeof SOURCES;
type Rows = Readonly<Record<string, Source>>;

interface NodeRow {
  readonly source: Source;
  readonly fields: readonly string[];
}

const node = (source: Source, ...fields: string[]): NodeRow => ({ source, fields });

/** The nodes of a parsed statement, with the clauses that each may have. */
export const NODES: Readonly<Record<string, NodeRow>> = {
  SelectStmt: node(
    "goldenQueries",
    ...["targetList", "fromClause", "whereClause", "groupClause", "valuesLists", "sortClause"],
    ...["limitCount", "limitOption", "withClause", "op", "larg", "rarg"],
  ),
  InsertStmt: node(
    "goldenQueries",
    ...["relation", "cols", "selectStmt", "onConflictClause", "returningList", "override"],
  ),
  UpdateStmt: node(
    "goldenQueries",
    ...["relation", "targetList", "whereClause", "fromClause", "returningList"],
  ),
  DeleteStmt: node("goldenQueries", "relation", "whereClause", "returningList"),
  OnConflictClause: node("goldenQueries", "action", "infer", "targetList", "whereClause"),
  InferClause: node("goldenQueries", "indexElems"),
  WithClause: node("goldenQueries", "ctes"),
  CommonTableExpr: node("goldenQueries", "ctename", "ctematerialized", "ctequery"),
  TransactionStmt: node("goldenTransaction", "kind"),

  RangeVar: node("goldenQueries", "relname", "inh", "relpersistence", "alias"),
  RangeSubselect: node("goldenQueries", "lateral", "subquery", "alias"),
  RangeFunction: node("goldenQueries", "functions", "alias", "coldeflist"),
  JoinExpr: node("goldenQueries", "jointype", "larg", "rarg", "quals", "usingClause", "alias"),
  Alias: node("goldenQueries", "aliasname", "colnames"),
  ResTarget: node("goldenQueries", "name", "val"),
  SortBy: node("goldenQueries", "node", "sortby_dir", "sortby_nulls"),

  A_Const: node("goldenQueries", "ival", "fval", "boolval", "sval", "isnull"),
  Integer: node("goldenQueries", "ival"),
  Float: node("goldenQueries", "fval"),
  Boolean: node("goldenQueries", "boolval"),
  String: node("goldenQueries", "sval"),
  List: node("goldenQueries", "items"),
  ParamRef: node("goldenQueries", "number"),
  ColumnRef: node("goldenQueries", "fields"),
  A_Star: node("goldenQueries"),
  A_Expr: node("goldenQueries", "kind", "name", "lexpr", "rexpr"),
  BoolExpr: node("goldenQueries", "boolop", "args"),
  NullTest: node("goldenQueries", "arg", "nulltesttype"),
  CaseExpr: node("goldenQueries", "args", "defresult"),
  CaseWhen: node("goldenQueries", "expr", "result"),
  CoalesceExpr: node("goldenQueries", "args"),
  TypeCast: node("goldenQueries", "arg", "typeName"),
  SubLink: node("goldenQueries", "subLinkType", "testexpr", "operName", "subselect"),
  FuncCall: node("goldenQueries", "funcname", "args", "agg_star", "funcformat"),
  NamedArgExpr: node("unrecorded", "arg", "name", "argnumber"),
  TypeName: node("types", "names", "typemod"),

  CreateStmt: node("subsets", "relation", "tableElts", "oncommit", "if_not_exists"),
  ColumnDef: node("subsets", "colname", "typeName", "is_local", "constraints"),
  Constraint: node(
    "subsets",
    ...["contype", "conname", "raw_expr", "generated_when", "keys", "initially_valid"],
  ),
  IndexStmt: node(
    "createIndex",
    ...["idxname", "relation", "accessMethod", "indexParams", "whereClause", "unique"],
    ...["if_not_exists", "indexIncludingParams"],
  ),
  IndexElem: node("createIndex", "name", "ordering", "nulls_ordering"),
  AlterTableStmt: node("alterTable", "relation", "cmds", "objtype"),
  AlterTableCmd: node("alterTable", "subtype", "name", "def", "behavior", "missing_ok"),
  DropStmt: node("goldenSupported", "objects", "removeType", "behavior", "missing_ok"),
};

/** The values of clauses that have a choice. */
export const VALUES: Readonly<Record<string, Rows>> = {
  "SelectStmt.op": { SETOP_NONE: "goldenQueries", SETOP_UNION: "goldenQueries" },
  "SelectStmt.limitOption": {
    LIMIT_OPTION_DEFAULT: "goldenQueries",
    LIMIT_OPTION_COUNT: "goldenQueries",
  },
  "InsertStmt.override": { OVERRIDING_NOT_SET: "goldenQueries" },
  "OnConflictClause.action": {
    ONCONFLICT_UPDATE: "goldenQueries",
    ONCONFLICT_NOTHING: "goldenSupported",
  },
  "CommonTableExpr.ctematerialized": { CTEMaterializeDefault: "goldenQueries" },
  "TransactionStmt.kind": {
    TRANS_STMT_BEGIN: "goldenTransaction",
    TRANS_STMT_COMMIT: "goldenTransaction",
    TRANS_STMT_ROLLBACK: "goldenTransaction",
  },
  "RangeVar.relpersistence": { p: "goldenSupported" },
  "JoinExpr.jointype": { JOIN_INNER: "goldenQueries", JOIN_LEFT: "goldenQueries" },
  "SortBy.sortby_dir": { SORTBY_DEFAULT: "goldenQueries", SORTBY_DESC: "goldenQueries" },
  "SortBy.sortby_nulls": {
    SORTBY_NULLS_DEFAULT: "goldenQueries",
    SORTBY_NULLS_LAST: "features",
  },
  "A_Expr.kind": {
    AEXPR_OP: "goldenQueries",
    AEXPR_IN: "unrecorded",
    AEXPR_NULLIF: "goldenQueries",
    AEXPR_LIKE: "unrecorded",
    AEXPR_DISTINCT: "goldenQueries",
    AEXPR_BETWEEN: "goldenQueries",
  },
  "BoolExpr.boolop": { AND_EXPR: "unrecorded", OR_EXPR: "unrecorded", NOT_EXPR: "unrecorded" },
  "SubLink.subLinkType": {
    ANY_SUBLINK: "goldenQueries",
    EXISTS_SUBLINK: "goldenQueries",
    // A subquery as a value.
    EXPR_SUBLINK: "unrecorded",
  },
  "FuncCall.funcformat": {
    COERCE_EXPLICIT_CALL: "goldenQueries",
    // `extract(… from …)`
    COERCE_SQL_SYNTAX: "unrecorded",
  },
  "CreateStmt.oncommit": { ONCOMMIT_NOOP: "subsets" },
  "Constraint.contype": {
    CONSTR_NOTNULL: "subsets",
    CONSTR_DEFAULT: "subsets",
    CONSTR_GENERATED: "subsets",
    CONSTR_CHECK: "subsets",
    CONSTR_PRIMARY: "subsets",
    CONSTR_UNIQUE: "subsets",
  },
  "Constraint.generated_when": { a: "subsets" },
  "IndexStmt.accessMethod": { btree: "createIndex" },
  "IndexElem.ordering": { SORTBY_DEFAULT: "goldenIndex" },
  "IndexElem.nulls_ordering": {
    SORTBY_NULLS_DEFAULT: "goldenIndex",
    SORTBY_NULLS_FIRST: "asyncIndexes",
  },
  "AlterTableStmt.objtype": { OBJECT_TABLE: "alterTable" },
  "AlterTableCmd.subtype": { AT_AddColumn: "goldenAlters", AT_DropColumn: "goldenAlters" },
  "AlterTableCmd.behavior": { DROP_RESTRICT: "alterTable" },
  "DropStmt.removeType": { OBJECT_TABLE: "goldenSupported", OBJECT_INDEX: "asyncIndexes" },
  "DropStmt.behavior": { DROP_RESTRICT: "goldenSupported" },
};

export const FUNCTIONS: Rows = {
  clock_timestamp: "unrecorded",
  count: "goldenQueries",
  date_part: "unrecorded",
  extract: "unrecorded",
  has_table_privilege: "unrecorded",
  jsonb_build_object: "unrecorded",
  jsonb_strip_nulls: "unrecorded",
  jsonb_to_recordset: "unrecorded",
  jsonb_typeof: "unrecorded",
  left: "unrecorded",
  length: "goldenQueries",
  make_interval: "unrecorded",
  max: "goldenQueries",
  now: "unrecorded",
  pg_table_is_visible: "unrecorded",
  split_part: "unrecorded",
};

export const OPERATORS: Rows = {
  "=": "goldenQueries",
  "<>": "goldenIndex",
  "<": "goldenQueries",
  "<=": "unrecorded",
  ">": "unrecorded",
  ">=": "goldenQueries",
  "+": "goldenQueries",
  "-": "unrecorded",
  "||": "goldenQueries",
  // A regular expression.
  "~": "unrecorded",
  // What `like` stands for.
  "~~": "unrecorded",
  // Whether a jsonb list or object holds a text.
  "?": "unrecorded",
  // Whether a jsonb object holds all of another one.
  "@>": "unrecorded",
  BETWEEN: "goldenQueries",
};

export const TYPES: Rows = {
  bigint: "goldenTypes",
  bool: "goldenTypes",
  float8: "goldenTypes",
  int4: "goldenTypes",
  int8: "goldenTypes",
  interval: "goldenTypes",
  jsonb: "goldenTypes",
  text: "goldenTypes",
  timestamptz: "goldenTypes",
};

interface Refusal {
  readonly source: Source;
  readonly reason: string;
}

const refusal = (source: Source, reason: string): Refusal => ({ source, reason });

const NO_ARRAYS = "an array exists only while a query runs: use jsonb";
const NO_LOCKS = "0A000 function not supported: use a lease in a row";

/** Why some of what is not in the tables must stay out of them. */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  "TypeName.arrayBounds": refusal("goldenTypes", "0A000 datatype text[] not supported: use jsonb"),
  A_ArrayExpr: refusal("types", NO_ARRAYS),
  "SubLink.subLinkType ARRAY_SUBLINK": refusal("types", NO_ARRAYS),
  "A_Expr.kind AEXPR_OP_ANY": refusal("types", NO_ARRAYS),
  "A_Expr.kind AEXPR_OP_ALL": refusal("types", NO_ARRAYS),
  MergeStmt: refusal("recordedRules", "0A000 unsupported statement type: MERGE"),
  TruncateStmt: refusal("goldenUnsupported", "0A000 unsupported statement: Truncate"),
  VariableSetStmt: refusal("settings", "0A000 setting configuration parameter not supported"),
  "SelectStmt.lockingClause": refusal("concurrency", "no row is locked: it conflicts at commit"),
  "IndexElem.ordering SORTBY_DESC": refusal("subsets", "an index takes neither ASC nor DESC"),
  "IndexStmt.concurrent": refusal("createIndex", "the migrator writes CREATE INDEX ASYNC"),
  "function pg_advisory_lock": refusal("advisoryLocks", NO_LOCKS),
  "function pg_advisory_xact_lock": refusal("advisoryLocks", NO_LOCKS),
  "function pg_try_advisory_lock": refusal("advisoryLocks", NO_LOCKS),
};

/** Rules about more than one row. */
export const RULES = {
  bounded: refusal("quotas", "54000 transaction row limit exceeded: it may change over 3,000 rows"),
  changingWith: refusal("unrecorded", "a `with` that changes data is not known to be supported"),
  constrainedColumn: refusal(
    "goldenAlters",
    "0A000 ALTER TABLE ADD COLUMN with constraint not supported",
  ),
  leftLateral: refusal("goldenQueries", "42804 by a defect of the planner: left join lateral"),
} as const;
