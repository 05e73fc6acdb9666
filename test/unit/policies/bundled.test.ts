// The bundled policies as a product: every fixture holds, every rule is shown to pass and to fail, the pages generated from
// the policies are current, and every policy says what a reviewer asks for.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Io } from '../../../src/cli/io.js';
import { main } from '../../../src/cli/main.js';
import { isTestFile, readAllFiles, type SourceDocument } from '../../../src/files.js';
import { runSuite } from '../../../src/fixtures/index.js';
import {
  type CompiledPolicy,
  isAllExtended,
  isInDefaultSet,
  loadPolicies,
} from '../../../src/policy/index.js';

const ROOT = join(import.meta.dirname, '../../..');
const POLICIES = join(ROOT, 'policies');
const PACKS = (await readdir(POLICIES, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && entry.name !== 'guardrails')
  .map(({ name }) => name);
const SETTINGS = { excludedNamespaces: [], controlPlaneUsers: [], forcedAction: undefined };

async function suitesOf(pack: string): Promise<readonly SourceDocument[]> {
  const { documents, problems } = await readAllFiles([join(POLICIES, pack)], { accepts: isTestFile });
  expect(problems).toEqual([]);
  return documents;
}

/** An Io that keeps what is said on standard error. */
function quietIo(said: string[]): Io {
  return {
    write: async () => {},
    warn: (text) => void said.push(text),
    isTerminal: false,
    colours: false,
    columns: 100,
    environment: {},
    now: () => 0,
  };
}

describe.each(PACKS)('the pack %s', (pack) => {
  test('every fixture holds and every rule is shown to pass and to fail', async () => {
    const suites = await suitesOf(pack);
    const results = await Promise.all(
      suites.map((suite) => runSuite(suite, { settings: SETTINGS, now: Date.parse('2026-11-20T00:00:00Z') })),
    );
    const wrong = results.flatMap(({ problems, cases }) => [
      ...problems.map(({ message }) => message),
      ...cases.flatMap(({ name, mismatches }) => mismatches.map((mismatch) => `${name}: ${mismatch}`)),
    ]);
    expect(wrong).toEqual([]);
    const uncovered = results
      .flatMap(({ coverage }) => coverage)
      .filter(({ passing, failing }) => passing === 0 || failing === 0);
    expect(uncovered).toEqual([]);
  });

  test('its README lists every rule as it is', async () => {
    const said: string[] = [];
    const readme = join(POLICIES, pack, 'README.md');
    const folder = join(POLICIES, pack);
    const code = await main(
      ['policies', 'docs', '--policies', folder, '--matrix', '--into', readme, '--check'],
      quietIo(said),
    );
    expect({ code, said }).toEqual({ code: 0, said: [] });
  });
});

describe('every bundled policy', () => {
  let policies: readonly CompiledPolicy[] = [];
  beforeAll(async () => {
    const accepts = (file: string): boolean => !isTestFile(file);
    const { documents } = await readAllFiles([POLICIES], { accepts });
    const loaded = loadPolicies(documents);
    expect(loaded.problems).toEqual([]);
    policies = loaded.set.policies;
  });

  test('has what a reviewer asks for', () => {
    const lacking = policies.filter(
      ({ description: { owner, version, review, references, category } }) =>
        [owner, version, category].includes('') || review === undefined || references.length === 0,
    );
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  test('says what to do and how to fix it', () => {
    const rules = policies.flatMap(({ name, document }) => {
      const spec = document.spec as {
        readonly rules: readonly { message: string; fix?: unknown; name: string }[];
      }; // compiled
      return spec.rules.map((rule) => ({
        rule: `${name}/${rule.name}`,
        message: rule.message,
        fix: rule.fix,
      }));
    });
    expect(rules.filter(({ fix }) => fix === undefined).map(({ rule }) => rule)).toEqual([]);
    expect(rules.filter(({ message }) => !/[:,] /.test(message)).map(({ rule }) => rule)).toEqual([]);
  });

  test('that denies says who may grant an exception, or that nobody may', () => {
    const open = policies.filter(
      ({ bindings, exceptions }) =>
        bindings.some(({ actions }) => actions.includes('deny')) &&
        exceptions.allowed &&
        (exceptions.approvers.length === 0 || exceptions.maxDuration === undefined),
    );
    expect(open.map(({ name }) => name)).toEqual([]);
  });

  test('stands in the reference as it is', async () => {
    const said: string[] = [];
    const page = join(ROOT, 'docs/policies.md');
    const code = await main(
      ['policies', 'docs', '--policies', POLICIES, '--into', page, '--check'],
      quietIo(said),
    );
    expect({ code, said }).toEqual({ code: 0, said: [] });
  });

  test('stands in the guardrail matrix by a link that leads somewhere', async () => {
    const matrix = await readFile(join(POLICIES, 'guardrails/README.md'), 'utf8');
    const links = [...matrix.matchAll(/\]\((\.\.\/[^)]+)\)/g)].map(([, link]) => link ?? '');
    const missing = await Promise.all(
      links.map((link) =>
        readFile(join(POLICIES, 'guardrails', link)).then(
          () => '',
          () => link,
        ),
      ),
    );
    expect(missing.filter((link) => link !== '')).toEqual([]);
  });
});

describe('the default set', () => {
  test('is the same whether files are told apart by their text or by what is in them', async () => {
    const accepts = (file: string): boolean => !isTestFile(file);
    const whole = await readAllFiles([POLICIES], { accepts });
    const quick = await readAllFiles([POLICIES], { accepts, skips: isAllExtended });
    const names = (documents: typeof whole.documents): readonly unknown[] =>
      documents.filter(isInDefaultSet).map(({ file, line }) => `${file}:${line}`);
    expect(names(quick.documents)).toEqual(names(whole.documents));
    expect(quick.documents.length).toBeLessThan(whole.documents.length);
  });

  test.each([
    ['kind: Policy\nmetadata: { labels: { warder.dev/set: extended } }\n', true],
    [
      'kind: Policy\nmetadata: { name: a }\n---\nkind: Policy\nmetadata: { labels: { warder.dev/set: extended } }\n',
      false,
    ],

    ['kind: ValidatingAdmissionPolicy\n# warder.dev/set: extended\n', false],
    ['', false],
  ])('%j', (text, expected) => expect(isAllExtended(text)).toBe(expected));
});
