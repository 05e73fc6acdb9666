// How dangerous a change is: each changed field gets a class from a table, the first row that fits, and the change as a whole
// the highest of them. DESIGN 2.4.
import {
  diffObjects,
  type FieldChange,
  type FieldPath,
  formatFieldPath,
  isJsonObject,
  type JsonValue,
  matchesGlob,
  matchesGlobs,
  type Review,
  resourceNameOf,
} from '../kubernetes/index.js';

/** `none` only of a change that changes nothing. */
export type Risk = 'none' | 'low' | 'medium' | 'high';

/** Lowest first. */
export const RISKS: readonly Risk[] = ['none', 'low', 'medium', 'high'];

/** The higher of two classes. */
export const higherRisk = (a: Risk, b: Risk): Risk => (RISKS.indexOf(a) >= RISKS.indexOf(b) ? a : b);

/** One row of the table: what it speaks about, and the class it gives. */
export interface RiskRow {
  /** `plural[.group][/subresource]`, globs allowed. */
  readonly resources: readonly string[];
  /** Names of objects, globs allowed; undefined: any. */
  readonly names?: readonly string[] | undefined;
  /** Field paths without list indices; `*` one step, `**` any number of steps. A path speaks for everything below it. */
  readonly paths: readonly string[];
  readonly risk: Exclude<Risk, 'none'>;
}

interface CompiledRow {
  readonly row: RiskRow;
  readonly patterns: readonly (readonly string[])[];
}

/** A table ready for use. */
export interface RiskTable {
  /** Rows that speak about a resource, in order. */
  rowsOf(resource: string, name: string): readonly CompiledRow[];
}

const STEP = /\['((?:[^'\\]|\\.)*)'\]|([^.[\]]+)/g;

/** The steps of a path pattern: `metadata.labels['a.b/*']` → metadata, labels, a.b/*. */
function stepsOf(pattern: string): readonly string[] {
  return [...pattern.matchAll(STEP)].map(
    ([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
  );
}

const MAX_TABLE_KEYS = 1024;

/** Compiles a table; rows given first win. */
export function createRiskTable(rows: readonly RiskRow[]): RiskTable {
  const compiled = rows.map((row) => ({ row, patterns: row.paths.map(stepsOf) }));
  const byResource = new Map<string, readonly CompiledRow[]>();
  return {
    rowsOf(resource, name) {
      let known = byResource.get(resource);
      if (known === undefined) {
        known = compiled.filter(({ row }) => matchesGlobs(row.resources, resource));
        if (byResource.size < MAX_TABLE_KEYS) byResource.set(resource, known);
      }
      return known.some(({ row }) => row.names !== undefined)
        ? known.filter(({ row }) => row.names === undefined || matchesGlobs(row.names, name))
        : known;
    },
  };
}

/** Whether `pattern` from step `at` on fits the path from `from` on, or a beginning of it. */
function fits(pattern: readonly string[], path: readonly string[], at = 0, from = 0): boolean {
  const step = pattern[at];
  if (step === undefined) return true;
  if (step === '**') {
    for (let skip = from; skip <= path.length; skip++) if (fits(pattern, path, at + 1, skip)) return true;
    return false;
  }
  const name = path[from];
  return name !== undefined && matchesGlob(step, name) && fits(pattern, path, at + 1, from + 1);
}

function classOf(path: readonly string[], rows: readonly CompiledRow[]): Risk {
  for (const { row, patterns } of rows) if (patterns.some((pattern) => fits(pattern, path))) return row.risk;
  return 'medium';
}

const MAX_DEPTH = 128;

/** The highest class of the fields in a value: what is added as a whole is as dangerous as its worst part. */
function worstBelow(
  value: JsonValue,
  path: readonly string[],
  rows: readonly CompiledRow[],
  depth = 0,
): Risk {
  const parts: readonly (readonly [string | undefined, JsonValue])[] = Array.isArray(value)
    ? value.map((item: JsonValue) => [undefined, item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  if (parts.length === 0 || depth > MAX_DEPTH) return classOf(path, rows);
  let worst: Risk = 'none';
  for (const [step, part] of parts) {
    worst = higherRisk(worst, worstBelow(part, step === undefined ? path : [...path, step], rows, depth + 1));
    if (worst === 'high') break;
  }
  return worst;
}

function riskOf({ path, before, after }: FieldChange, rows: readonly CompiledRow[]): Risk {
  const names = path.filter((step) => typeof step === 'string');
  const risks = [before, after].map((value) =>
    value === undefined ? 'none' : worstBelow(value, names, rows),
  );
  return risks.reduce(higherRisk);
}

/** A changed field and its class. */
export interface RatedField {
  readonly op: FieldChange['op'];
  readonly path: FieldPath;
  /** The path as people read it. */
  readonly field: string;
  readonly risk: Risk;
}

/** What a request changes, and how dangerous that is. */
export interface RatedChange {
  readonly risk: Risk;
  readonly fields: readonly RatedField[];
}

const UNCHANGED: RatedChange = Object.freeze({ risk: 'none', fields: Object.freeze([]) });
const rated = new WeakMap<Review, { readonly table: RiskTable; readonly change: RatedChange }>();

/**
 * The change a request makes: on CREATE and DELETE all of the object; a CONNECT changes nothing. Worked out once for each
 * review, however many ask.
 */
export function rateChange(review: Review, table: RiskTable): RatedChange {
  const known = rated.get(review);
  if (known?.table === table) return known.change;
  const change = review.operation === 'CONNECT' ? UNCHANGED : rate(review, table);
  rated.set(review, { table, change });
  return change;
}

function rate(review: Review, table: RiskTable): RatedChange {
  const rows = table.rowsOf(resourceNameOf(review), review.name);
  const { kind, object, oldObject, operation, subResource } = review;
  const changes = diffObjects(kind, oldObject, operation === 'DELETE' ? null : object, subResource);
  const fields = changes.map((change) => ({
    op: change.op,
    path: change.path,
    field: formatFieldPath(change.path),
    risk: riskOf(change, rows),
  }));
  return { risk: fields.reduce<Risk>((worst, { risk }) => higherRisk(worst, risk), 'none'), fields };
}
