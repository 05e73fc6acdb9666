// Kubernetes' `find` and `findAll`. Source of truth: k8s.io/apiserver pkg/cel/library/regex.go; costs in cost.go.
import { type CelFunction, defineLibrary, fn, type Library, receiver } from '../library.js';
import { compilePattern, type Pattern, pattern } from '../regex.js';
import { INT, listType, STRING } from '../types.js';
import { CelError, type CelInt, type CelValue, celError, isInt, toNumber } from '../values.js';
import { codePointLength } from './code-points.js';
import { allMatches } from './regex-matches.js';

const STRINGS = listType(STRING);

function findFirst(text: string, compiled: Pattern): string {
  return allMatches(compiled, text, 1)[0]?.group(0) ?? '';
}

function findSome(text: string, compiled: Pattern, limit: CelInt): string[] {
  return allMatches(compiled, text, toNumber(limit)).map((match) => match.group(0) ?? '');
}

function compiledOr<T>(source: string, use: (compiled: Pattern) => T): T | CelError {
  const compiled = pattern(source);
  return compiled instanceof CelError ? celError(`Illegal regex: ${compiled.message}`) : use(compiled);
}

/** A constant pattern is compiled with the expression. */
function withConstantPattern(
  use: (text: string, compiled: Pattern, limit: CelInt) => CelValue,
): (constants: readonly (CelValue | undefined)[]) => CelFunction | undefined {
  return ([, source]) => {
    const compiled = typeof source === 'string' ? compilePattern(source) : undefined;
    if (compiled === undefined || compiled instanceof CelError) return undefined;
    // The run time passes a string, a string and, where declared, an int.
    return (text, _source, limit = -1) => use(text as string, compiled, isInt(limit) ? limit : -1);
  };
}

const text = (value: CelValue | undefined) => (typeof value === 'string' ? codePointLength(value) : 0);

const COMMON = {
  cost: ([searched, source]: readonly CelValue[]) =>
    Math.ceil((1 + text(searched)) * 0.1) * Math.ceil(text(source) * 0.25),
  validate: ([, source]: readonly (CelValue | undefined)[]) => {
    const compiled = typeof source === 'string' ? pattern(source) : undefined;
    return compiled instanceof CelError ? `program instantiation failed: ${compiled.message}` : undefined;
  },
};

const FIND_ALL = { ...COMMON, specialize: withConstantPattern(findSome) };

export const regexLibrary: Library = defineLibrary({
  name: 'kubernetes.regex',
  functions: [
    fn(
      'find',
      receiver(
        'string_find_string',
        [STRING, STRING],
        STRING,
        (searched, source) => compiledOr(source, (compiled) => findFirst(searched, compiled)),
        { ...COMMON, specialize: withConstantPattern(findFirst) },
      ),
    ),
    fn(
      'findAll',
      receiver(
        'string_find_all_string',
        [STRING, STRING],
        STRINGS,
        (searched, source) => compiledOr(source, (compiled) => findSome(searched, compiled, -1)),
        FIND_ALL,
      ),
      receiver(
        'string_find_all_string_int',
        [STRING, STRING, INT],
        STRINGS,
        (searched, source, limit) => compiledOr(source, (compiled) => findSome(searched, compiled, limit)),
        FIND_ALL,
      ),
    ),
  ],
});
