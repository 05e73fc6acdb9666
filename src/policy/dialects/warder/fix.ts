// `fix` of a rule: a patch operation people can read, or words.
import type { JsonValue } from '../../../kubernetes/index.js';
import type { FixDocument, RequireDocument } from './schema.js';

/** The phrase after `fix:`. Values are shown as YAML would have them. */
function phraseOf(
  op: 'add' | 'replace' | 'remove',
  value: JsonValue | undefined,
  path: string | undefined,
): string {
  const where = path === undefined ? '' : ` ${path}`;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  switch (op) {
    case 'add':
      return path === undefined ? `add ${shown}` : `add${where}: ${shown}`;
    case 'replace':
      return path === undefined ? `set it to ${shown}` : `set${where} to ${shown}`;
    case 'remove':
      return path === undefined ? 'remove it' : `remove${where}`;
  }
}

/**
 * The phrase for a fix document; empty where a rule gives none. The path is only named where it is another
 * than the one the rule requires, which the message shows already.
 */
export function fixPhrase(fix: FixDocument | undefined, require: RequireDocument): string {
  if (fix === undefined) return '';
  if (typeof fix === 'string') return fix;
  const path = fix.path === require.path ? undefined : fix.path;
  return phraseOf(fix.op, fix.value as JsonValue | undefined, path); // the schema admits JSON only
}
