// What a dialect is: documents it claims, turned into compiled policies. A new dialect is one folder and one line in the list.
import type { FieldPath, JsonObject, JsonValue } from '../../kubernetes/index.js';
import type { CompiledPolicy, DialectName } from '../compiled.js';
import type { Problem } from '../problem.js';
import type { RiskTable } from '../risk.js';

/** One document of a file, with the place of each of its fields. */
export interface PolicySource {
  readonly file: string;
  readonly value: JsonValue;
  /** Line and column, from 1, of the field at `path`, or of its nearest parent that is there. */
  positionOf(path: FieldPath): { readonly line: number; readonly column: number };
}

/** A document that is an object with an apiVersion and a kind. */
export interface PolicyDocumentSource extends PolicySource {
  readonly value: JsonObject;
  readonly apiVersion: string;
  readonly kind: string;
}

/** What a load depends on besides the documents. */
export interface LoadOptions {
  /** Values for the parameters that policies declare, by policy name and parameter name. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
  /** How dangerous which change is, for `change`; the defaults where none is given. */
  readonly risks?: RiskTable | undefined;
  /** Whether a policy that nothing binds is judged as if bound with Deny: offline, never by a server. */
  readonly evaluateUnbound?: boolean | undefined;
}

/** Policies that compiled, and what is wrong with those that did not. */
export interface CompileResult {
  readonly policies: readonly CompiledPolicy[];
  readonly problems: readonly Problem[];
}

export interface Dialect {
  readonly name: DialectName;
  /** What it reads, as an error message lists it. */
  readonly documents: string;
  claims(apiVersion: string, kind: string): boolean;
  /** Compiles all claimed documents together: a policy and its bindings may stand in different files. */
  compile(documents: readonly PolicyDocumentSource[], options: LoadOptions): CompileResult;
}

/** A problem at a field of a document. */
export function problemAt(
  source: PolicySource,
  path: FieldPath,
  field: string,
  message: string,
  level: Problem['level'] = 'error',
): Problem {
  return { level, position: { file: source.file, ...source.positionOf(path) }, field, message };
}
