// Semantic versions. Source of truth: github.com/blang/semver/v4 (parsing, order, messages) and, for the lenient form,
// k8s.io/apiserver pkg/cel/library/semverlib.go.
import { MAX_UINT } from '../values.js';
import { goQuote } from './go-text.js';

export interface SemanticVersion {
  /** Within 64 unsigned bits each. */
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Numbers compare as numbers and come before names. */
  readonly prerelease: readonly (string | bigint)[];
  readonly build: readonly string[];
}

/** Why a text is no version, in the parser's words. */
export class VersionProblem {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const ALPHANUMERIC = /^[A-Za-z0-9-]*$/;

function readNumber(name: string, title: string, text: string): bigint | VersionProblem {
  if (!/^\d*$/.test(text))
    return new VersionProblem(`Invalid character(s) found in ${name} number ${goQuote(text)}`);
  if (/^0./.test(text))
    return new VersionProblem(`${title} number must not contain leading zeroes ${goQuote(text)}`);
  return readUint(text);
}

function readUint(text: string): bigint | VersionProblem {
  const failed = (reason: string) =>
    new VersionProblem(`strconv.ParseUint: parsing ${goQuote(text)}: ${reason}`);
  if (text === '') return failed('invalid syntax');
  return text.length > 20 || BigInt(text) > MAX_UINT ? failed('value out of range') : BigInt(text);
}

function readPrerelease(text: string): string | bigint | VersionProblem {
  if (text === '') return new VersionProblem('Prerelease is empty');
  if (/^\d+$/.test(text)) {
    return /^0./.test(text)
      ? new VersionProblem(`Numeric PreRelease version must not contain leading zeroes ${goQuote(text)}`)
      : readUint(text);
  }
  return ALPHANUMERIC.test(text)
    ? text
    : new VersionProblem(`Invalid character(s) found in prerelease ${goQuote(text)}`);
}

/** The text in at most three parts at its first two dots. */
function splitParts(text: string): string[] {
  const [major = '', minor, ...rest] = text.split('.');
  if (minor === undefined) return [major];
  return rest.length === 0 ? [major, minor] : [major, minor, rest.join('.')];
}

/** The text before a mark and, if it has one, after. */
function cutAt(text: string, mark: string): [before: string, after: string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Reads `1.2.3-beta.1+build.5`. */
export function parseVersion(text: string): SemanticVersion | VersionProblem {
  if (text === '') return new VersionProblem('Version string empty');
  const [majorText, minorText, rest] = splitParts(text);
  if (majorText === undefined || minorText === undefined || rest === undefined)
    return new VersionProblem('No Major.Minor.Patch elements found');
  const major = readNumber('major', 'Major', majorText);
  if (major instanceof VersionProblem) return major;
  const minor = readNumber('minor', 'Minor', minorText);
  if (minor instanceof VersionProblem) return minor;
  const [beforeBuild, buildText] = cutAt(rest, '+');
  const [patchText, prereleaseText] = cutAt(beforeBuild, '-');
  const patch = readNumber('patch', 'Patch', patchText);
  if (patch instanceof VersionProblem) return patch;
  const prerelease: (string | bigint)[] = [];
  for (const part of prereleaseText?.split('.') ?? []) {
    const read = readPrerelease(part);
    if (read instanceof VersionProblem) return read;
    prerelease.push(read);
  }
  const build = buildText?.split('.') ?? [];
  for (const part of build) {
    if (part === '') return new VersionProblem('Build meta data is empty');
    if (!ALPHANUMERIC.test(part))
      return new VersionProblem(`Invalid character(s) found in build meta data ${goQuote(part)}`);
  }
  return { major, minor, patch, prerelease, build };
}

/** Reads `v1`, `1.02` and the like: no `v`, no leading zeros, missing numbers are zero. */
export function parseLenientVersion(text: string): SemanticVersion | VersionProblem {
  const parts = splitParts(text.replace(/^v/, '')).map((part) => {
    if (part.length < 2) return part;
    const stripped = part.replace(/^0+/, '');
    return /^\d/.test(stripped) ? stripped : `0${stripped}`;
  });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? ''))
    return new VersionProblem('short version cannot contain PreRelease/Build meta data');
  while (parts.length < 3) parts.push('0');
  return parseVersion(parts.join('.'));
}

function order<T extends bigint | string | number>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function comparePrerelease(one: string | bigint, other: string | bigint): number {
  if (typeof one === 'bigint') return typeof other === 'bigint' ? order(one, other) : -1;
  return typeof other === 'bigint' ? 1 : order(one, other);
}

/** -1, 0 or 1; what was built does not count. */
export function compareVersions(one: SemanticVersion, other: SemanticVersion): number {
  const numbers =
    order(one.major, other.major) || order(one.minor, other.minor) || order(one.patch, other.patch);
  if (numbers !== 0) return numbers;
  if (one.prerelease.length === 0 || other.prerelease.length === 0) {
    // A release comes after its pre-releases.
    return order(Number(one.prerelease.length === 0), Number(other.prerelease.length === 0));
  }
  for (const [index, part] of one.prerelease.entries()) {
    const counterpart = other.prerelease[index];
    if (counterpart === undefined) return 1;
    const compared = comparePrerelease(part, counterpart);
    if (compared !== 0) return compared;
  }
  return order(one.prerelease.length, other.prerelease.length);
}

export function printVersion({ major, minor, patch, prerelease, build }: SemanticVersion): string {
  const suffix = `${prerelease.length === 0 ? '' : `-${prerelease.join('.')}`}${build.length === 0 ? '' : `+${build.join('.')}`}`;
  return `${major}.${minor}.${patch}${suffix}`;
}
