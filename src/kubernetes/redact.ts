// Nothing secret in any output: values of Secrets, of fields and variables with a telling name, and texts that look like
// credentials. A marker says what was there and roughly how long it was, never a hash or a part of it.
import { findSecrets, isSensitiveName, MAX_SEARCHED } from './credentials.js';
import type { FieldPath } from './field-path.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';

/** `[redacted: 32+ characters]`: the length only by order of magnitude, since it can give a secret away. */
function marker(text: string, kind = ''): string {
  const size = text.length < 8 ? 'short' : text.length < 32 ? '8+ characters' : '32+ characters';
  return `[redacted ${kind === '' ? 'value' : kind}, ${size}]`;
}

/** A text with every secret part replaced. Long texts are cut where the search ends. */
export function redactText(text: string): string {
  const spans = findSecrets(text);
  const searched = text.length > MAX_SEARCHED ? `${text.slice(0, MAX_SEARCHED)}…` : text;
  if (spans.length === 0) return searched;
  let result = '';
  let at = 0;
  for (const { start, end, kind } of spans) {
    result += searched.slice(at, start) + marker(searched.slice(start, end), kind);
    at = end;
  }
  return result + searched.slice(at);
}

const MAX_DEPTH = 200;

/** A value that is secret as a whole: its shape stays, its texts go. */
function hide(value: JsonValue): JsonValue {
  return hideBelow(value, 0);
}

function hideBelow(value: JsonValue, depth: number): JsonValue {
  if (depth > MAX_DEPTH) return '[redacted value]';
  if (typeof value === 'string') return value === '' ? '' : marker(value);
  if (typeof value === 'number') return '[redacted number]';
  if (Array.isArray(value)) return value.map((item) => hideBelow(item, depth + 1));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideBelow(item, depth + 1)]));
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A copy of an applied manifest kept in an annotation, redacted like the object itself. */
function redactManifestText(text: string): string {
  try {
    return JSON.stringify(redactObject(JSON.parse(text) as JsonObject)); // whatever it is, redactNode takes it
  } catch {
    return marker(text, 'manifest');
  }
}

const isSecret = (object: JsonValue): boolean => isJsonObject(object) && object.kind === 'Secret';

/** `{name: DB_PASSWORD, value: x}`: an environment variable, header or argument whose name tells. */
const hasTellingName = (parent: JsonObject): boolean =>
  typeof parent.name === 'string' && isSensitiveName(parent.name);

/** What is done with a value that is secret as a whole. */
type Hide = (value: JsonValue) => JsonValue;

function redactField(
  parent: JsonObject,
  key: string,
  value: JsonValue,
  secret: boolean,
  depth: number,
  conceal: Hide,
): JsonValue {
  if (secret && depth === 1 && (key === 'data' || key === 'stringData')) return conceal(value);
  if (key === LAST_APPLIED && typeof value === 'string') return redactManifestText(value);
  if (key === 'value' && hasTellingName(parent)) return conceal(value);
  if (isSensitiveName(key) && (typeof value === 'string' || typeof value === 'number')) return conceal(value);
  return redactNode(value, secret, depth, conceal);
}

function redactNode(value: JsonValue, secret: boolean, depth: number, conceal: Hide = hide): JsonValue {
  if (typeof value === 'string') return redactText(value);
  if (depth > MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redactNode(item, secret, depth + 1, conceal));
  if (!isJsonObject(value)) return value;
  const copy = Object.entries(value).map(
    ([key, item]) => [key, redactField(value, key, item, secret, depth + 1, conceal)] as const,
  );
  return Object.fromEntries(copy);
}

/** Shorter texts are too common to be taken out of sentences wherever they stand. */
const MIN_SECRET = 4;

function decodeBase64(text: string): string | undefined {
  if (text.length < MIN_SECRET || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    return undefined;
  return Buffer.from(text, 'base64').toString('utf8');
}

/** The texts of an object that are secret because of where they stand, and what base64 ones decode to; longest first. */
function secretTexts(object: JsonObject | null): readonly string[] {
  if (object === null) return [];
  const texts = new Set<string>();
  const keep = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') {
      for (const text of [value, decodeBase64(value) ?? '']) if (text.length >= MIN_SECRET) texts.add(text);
    } else if (Array.isArray(value)) value.forEach(keep);
    else if (isJsonObject(value)) Object.values(value).forEach(keep);
    return null;
  };
  redactNode(object, isSecret(object), 0, keep);
  return [...texts].sort((a, b) => b.length - a.length);
}

/**
 * A redactor for sentences about objects: whatever a rule put into a message, a secret value of these objects does not
 * leave with it. Made once for a review that has something to say.
 */
export function createRedactor(...objects: readonly (JsonObject | null)[]): (text: string) => string {
  let secrets: readonly string[] | undefined;
  return (text) => {
    if (text === '') return '';
    secrets ??= objects.flatMap(secretTexts);
    let shown = text;
    for (const secret of secrets)
      if (shown.includes(secret)) shown = shown.replaceAll(secret, () => marker(secret));
    return redactText(shown);
  };
}

/** A copy of an object that is safe to show. Never throws; what is nested too deeply is cut. */
export function redactObject(object: JsonValue): JsonValue {
  return redactNode(object, isSecret(object), 0);
}

/**
 * The value at `path` of `root`, safe to show. The way to it matters: it may lead into a Secret's data, or to the value
 * of a variable whose name tells.
 */
export function redactAt(root: JsonObject | null, path: FieldPath, value: JsonValue): JsonValue {
  if (root === null) return redactNode(value, false, 0);
  if (isSecret(root) && (path[0] === 'data' || path[0] === 'stringData')) return hide(value);
  let parent: JsonValue | undefined = root;
  for (const [index, step] of path.entries()) {
    if (isJsonObject(parent) && index === path.length - 1) {
      return redactField(parent, String(step), value, false, index + 1, hide);
    }
    if (typeof step === 'string' && isSensitiveName(step)) return hide(value);
    if (Array.isArray(parent)) parent = parent[Number(step)];
    else parent = isJsonObject(parent) && Object.hasOwn(parent, step) ? parent[step] : undefined;
  }
  return redactNode(value, isSecret(value), 0);
}
