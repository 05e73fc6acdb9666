// Semantic versions: `semver('1.2.3').isLessThan(semver('2.0.0'))` and its like. Source of truth: k8s.io/apiserver
// pkg/cel/library/semverlib.go (version 1); costs in cost.go.
import { defineLibrary, fn, type Library, overload, receiver } from '../library.js';
import { BOOL, INT, opaqueType, STRING } from '../types.js';
import { type CelError, CelOpaque, type CelValue, celError, makeInt } from '../values.js';
import { codePointLength } from './code-points.js';
import {
  compareVersions,
  parseLenientVersion,
  parseVersion,
  printVersion,
  type SemanticVersion,
  VersionProblem,
} from './semantic-version.js';

export class CelSemver extends CelOpaque {
  readonly typeName = 'kubernetes.Semver';
  readonly version: SemanticVersion;

  constructor(version: SemanticVersion) {
    super();
    this.version = version;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelSemver && compareVersions(this.version, other.version) === 0;
  }

  override toString(): string {
    return printVersion(this.version);
  }
}

const SEMVER = opaqueType<CelSemver>('kubernetes.Semver');

const read = (text: string, lenient: boolean) => (lenient ? parseLenientVersion(text) : parseVersion(text));

function readSemver(text: string, lenient = false): CelSemver | CelError {
  const version = read(text, lenient);
  return version instanceof VersionProblem ? celError(version.message) : new CelSemver(version);
}

const isSemver = (text: string, lenient = false) => !(read(text, lenient) instanceof VersionProblem);
const compare = (one: CelSemver, other: CelSemver) => compareVersions(one.version, other.version);
/** Upstream's unsigned number becomes a signed one as it is. */
const number = (value: bigint) => makeInt(BigInt.asIntN(64, value));

const PARSED = {
  cost: ([text]: readonly CelValue[]) =>
    Math.ceil((typeof text === 'string' ? codePointLength(text) : 1) * 0.1),
};

export const semverLibrary: Library = defineLibrary({
  name: 'kubernetes.Semver',
  version: 1,
  functions: [
    fn(
      'semver',
      overload('string_to_semver', [STRING], SEMVER, (text) => readSemver(text), PARSED),
      overload('string_bool_to_semver', [STRING, BOOL], SEMVER, readSemver, PARSED),
    ),
    fn(
      'isSemver',
      overload('is_semver_string', [STRING], BOOL, (text) => isSemver(text), PARSED),
      overload('is_semver_string_bool', [STRING, BOOL], BOOL, isSemver, PARSED),
    ),
    fn(
      'isGreaterThan',
      receiver('semver_is_greater_than', [SEMVER, SEMVER], BOOL, (one, other) => compare(one, other) > 0),
    ),
    fn(
      'isLessThan',
      receiver('semver_is_less_than', [SEMVER, SEMVER], BOOL, (one, other) => compare(one, other) < 0),
    ),
    fn('compareTo', receiver('semver_compare_to', [SEMVER, SEMVER], INT, compare)),
    fn(
      'major',
      receiver('semver_major', [SEMVER], INT, ({ version }) => number(version.major)),
    ),
    fn(
      'minor',
      receiver('semver_minor', [SEMVER], INT, ({ version }) => number(version.minor)),
    ),
    fn(
      'patch',
      receiver('semver_patch', [SEMVER], INT, ({ version }) => number(version.patch)),
    ),
  ],
});
