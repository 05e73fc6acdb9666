// regex.extract, regex.extractAll and regex.replace. Source of truth: cel-go's ext/regex.go. Kubernetes has none of it.
import { defineLibrary, fn, type Library, overload } from '../library.js';
import { type Pattern, pattern } from '../regex.js';
import { INT, listType, optionalType, STRING } from '../types.js';
import { CelError, type CelInt, CelOptional, celError } from '../values.js';
import { goQuote } from './go-text.js';
import { allMatches, type PatternMatch } from './regex-matches.js';

/** The pattern of an extraction, which may have one group. */
function extractor(source: string): Pattern | CelError {
  const compiled = pattern(source);
  if (compiled instanceof CelError) return celError(`given regex is invalid: ${compiled.message}`);
  return compiled.re2().groupCount() > 1
    ? celError(`regular expression has more than one capturing group: ${goQuote(source)}`)
    : compiled;
}

/** What an extraction takes of a match: its group where the pattern has one; undefined where that is empty. */
function extracted(match: PatternMatch, compiled: Pattern): string | undefined {
  return compiled.re2().groupCount() === 0 ? match.group(0) : match.group(1) || undefined;
}

function extract(text: string, source: string): CelOptional | CelError {
  const compiled = extractor(source);
  if (compiled instanceof CelError) return compiled;
  const [match] = allMatches(compiled, text, 1);
  const found = match === undefined ? undefined : extracted(match, compiled);
  return found === undefined ? CelOptional.none : new CelOptional(found);
}

function extractAll(text: string, source: string): string[] | CelError {
  const compiled = extractor(source);
  if (compiled instanceof CelError) return compiled;
  return allMatches(compiled, text, -1).flatMap((match) => extracted(match, compiled) ?? []);
}

function replace(text: string, source: string, by: string, limit: CelInt = -1): string | CelError {
  if (limit === 0) return text;
  if (limit > 2_147_483_647) return celError('integer overflow');
  const compiled = pattern(source);
  if (compiled instanceof CelError) return compiled;
  let replaced = '';
  let from = 0;
  for (const match of allMatches(compiled, text, Math.max(-1, Number(limit)))) {
    const substitute = substitution(by, match, compiled);
    if (substitute instanceof CelError) return substitute;
    replaced += text.slice(from, match.start) + substitute;
    from = match.end;
  }
  return replaced + text.slice(from);
}

/** The replacement with its `\1` and `\\` filled in. */
function substitution(by: string, match: PatternMatch, compiled: Pattern): string | CelError {
  const groups = compiled.re2().groupCount();
  const invalid = (reason: string) => celError(`invalid replacement string: '${by}' \\ ${reason}`);
  let result = '';
  for (let at = 0; at < by.length; at++) {
    const character = by.charAt(at);
    if (character !== '\\') {
      result += character;
      continue;
    }
    at++;
    if (at >= by.length) return invalid('not allowed at end');
    const next = by.charAt(at);
    if (next === '\\') result += next;
    else if (!/\d/.test(next)) return invalid('must be followed by a digit or \\');
    else if (Number(next) > groups)
      return celError(`replacement string references group ${next} but regex has only ${groups} group(s)`);
    else result += match.group(Number(next)) ?? '';
  }
  return result;
}

export const regexExtensionLibrary: Library = defineLibrary({
  name: 'regex',
  functions: [
    fn(
      'regex.extract',
      overload('regex_extract_string_string', [STRING, STRING], optionalType(STRING), extract),
    ),
    fn(
      'regex.extractAll',
      overload('regex_extractAll_string_string', [STRING, STRING], listType(STRING), extractAll),
    ),
    fn(
      'regex.replace',
      overload('regex_replace_string_string_string', [STRING, STRING, STRING], STRING, (text, source, by) =>
        replace(text, source, by),
      ),
      overload('regex_replace_string_string_string_int', [STRING, STRING, STRING, INT], STRING, replace),
    ),
  ],
});
