// Named formats: `format.dns1123Label().validate(name)` gives what is wrong, or nothing. Source of truth: k8s.io/apiserver
// pkg/cel/library/format.go; costs in cost.go.
import { defineLibrary, fn, type Library, overload, receiver } from '../library.js';
import { listType, opaqueType, optionalType, STRING } from '../types.js';
import { CelOpaque, CelOptional, type CelValue } from '../values.js';
import { codePointLength } from './code-points.js';
import { NAMED_FORMATS, type NamedFormat } from './named-formats.js';

export class CelFormat extends CelOpaque {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly format: NamedFormat;

  constructor(format: NamedFormat) {
    super();
    this.format = format;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelFormat && other.format.name === this.format.name;
  }

  override toString(): string {
    return this.format.name;
  }
}

const FORMAT = opaqueType<CelFormat>('kubernetes.NamedFormat');

function validate({ format }: CelFormat, text: string): CelOptional {
  const problems = format.problems(text);
  return problems.length === 0 ? CelOptional.none : new CelOptional([...problems]);
}

function cost([format, text]: readonly CelValue[]): number {
  const length = typeof text === 'string' ? codePointLength(text) : 1;
  const size = format instanceof CelFormat ? format.format.patternSize : 1;
  return Math.ceil((1 + length) * 0.1) * Math.ceil(size * 0.25);
}

const FORMATS = [...NAMED_FORMATS].map(([name, format]): [string, CelFormat] => [
  name,
  new CelFormat(format),
]);
const BY_NAME: ReadonlyMap<string, CelFormat> = new Map(FORMATS);

export const formatLibrary: Library = defineLibrary({
  name: 'kubernetes.format',
  functions: [
    fn(
      'validate',
      receiver('format-validate', [FORMAT, STRING], optionalType(listType(STRING)), validate, { cost }),
    ),
    fn(
      'format.named',
      overload('format-named', [STRING], optionalType(FORMAT), (name) => {
        const format = BY_NAME.get(name);
        return format === undefined ? CelOptional.none : new CelOptional(format);
      }),
    ),
    ...FORMATS.map(([name, format]) =>
      fn(
        `format.${name}`,
        overload(`format.${name}`, [], FORMAT, () => format),
      ),
    ),
  ],
});
