// Reads records back: with the rules that a record only names filled in, and the figures people ask for.
import { isJsonObject, type JsonObject, type JsonValue, parseJsonText } from '../kubernetes/index.js';

/** A record of a decision as it was read. */
export interface ReadRecord {
  readonly seq: number;
  readonly time: string;
  readonly id: string;
  readonly allowed: boolean;
  readonly value: JsonObject;
  /** `policy/rule` of every rule evaluated that the record does not mention: they passed. */
  readonly passed: readonly string[];
  /** Rules of skipped policies, with why. */
  readonly skipped: JsonObject;
}

export interface RecordReader {
  /** A record; undefined for a line that is none of a decision. */
  read(line: string): ReadRecord | undefined;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);

interface RuleDefinition {
  readonly evaluated: readonly string[];
  readonly skipped: JsonObject;
}

/** A reader over the lines of a log in order; it remembers the lists of rules defined so far. */
export function createRecordReader(): RecordReader {
  const lists = new Map<string, RuleDefinition>();
  return {
    read(line) {
      const parsed = parseJsonText(line);
      if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
      const { value } = parsed;
      if (value.type === 'rules') {
        const evaluated = listOf(value.evaluated).map(String);
        lists.set(textOf(value.id), { evaluated, skipped: isJsonObject(value.skipped) ? value.skipped : {} });
      }
      if (value.type !== 'decision') return undefined;
      const list = lists.get(textOf(value.rules));
      const mentioned = new Set(resultsOf(value).map(({ policy, rule }) => `${policy}/${rule}`));
      return {
        seq: Number(value.seq),
        time: textOf(value.time),
        id: textOf(value.id),
        allowed: value.allowed === true,
        value,
        passed: (list?.evaluated ?? []).filter((label) => !mentioned.has(label)),
        skipped: list?.skipped ?? {},
      };
    },
  };
}

/** A result as a record holds it. */
export interface ReadResult {
  readonly policy: string;
  readonly rule: string;
  readonly result: string;
  readonly action: string;
  readonly message: string;
  readonly path: string;
}

/** The rules of a record that did not simply pass. */
export function resultsOf(value: JsonObject): readonly ReadResult[] {
  return listOf(value.results)
    .filter(isJsonObject)
    .map(({ policy, rule, result, action, message, path }) => ({
      policy: textOf(policy),
      rule: textOf(rule),
      result: textOf(result),
      action: textOf(action),
      message: textOf(message),
      path: textOf(path),
    }));
}

/** What became of exceptions in a record. */
export function exceptionsOf(
  value: JsonObject,
): readonly { readonly id: string; readonly result: string; readonly code: string }[] {
  return listOf(value.exceptions)
    .filter(isJsonObject)
    .map(({ id, result, code }) => ({ id: textOf(id), result: textOf(result), code: textOf(code) }));
}
