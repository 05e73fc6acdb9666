// The bundled pod-security-baseline and pod-security-restricted against the fixtures of Kubernetes' own Pod Security
// admission: each Pod goes into a namespace labelled with the level and version of its folder.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { judge } from '../../src/engine/index.js';
import { readAllFiles } from '../../src/files.js';
import {
  contextFromObjects,
  isJsonObject,
  type JsonObject,
  syntheticReview,
} from '../../src/kubernetes/index.js';
import { loadPolicies, type PolicySet } from '../../src/policy/index.js';

const FIXTURES = join(import.meta.dirname, '../../../shared/conformance/pod-security');
const POLICIES = join(import.meta.dirname, '../../policies/pod-security');
const LEVELS = ['baseline', 'restricted'] as const;
const SETTINGS = { excludedNamespaces: [], controlPlaneUsers: [], forcedAction: undefined };

const present = existsSync(FIXTURES);
if (!present) console.log('skipped: the Pod Security fixtures of Kubernetes are not beside the checkout');

/** One folder of fixtures: a level, a version and whether its Pods must be admitted. */
interface Folder {
  readonly level: string;
  readonly version: string;
  readonly admitted: boolean;
}

async function foldersOf(level: string): Promise<readonly Folder[]> {
  const versions = (await readdir(join(FIXTURES, level))).sort(
    (a, b) => Number(a.slice(3)) - Number(b.slice(3)),
  );
  return versions.flatMap((version) => [
    { level, version, admitted: true },
    { level, version, admitted: false },
  ]);
}

const folders: readonly Folder[] = present ? (await Promise.all(LEVELS.map(foldersOf))).flat() : [];

const namespaceAt = (level: string, version: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'pod-security',
    labels: {
      'pod-security.kubernetes.io/enforce': level,
      'pod-security.kubernetes.io/enforce-version': version,
    },
  },
});

/** Whether Warder admits the Pod into a namespace that enforces `level` as of `version`. */
function admits(policies: PolicySet, pod: JsonObject, level: string, version: string): boolean {
  const decision = judge({
    review: syntheticReview(pod, { origin: 'admission', defaultNamespace: 'pod-security' }),
    policies,
    context: contextFromObjects([namespaceAt(level, version)]),
    settings: SETTINGS,
    now: 0,
    decisionId: 'test',
    deadline: undefined,
  });
  return decision.allowed;
}

(present ? describe : describe.skip)('Pod Security Standards', () => {
  let policies: PolicySet;
  const counts = { admitted: 0, refused: 0 };

  beforeAll(async () => {
    const files = ['pod-security-baseline.yaml', 'pod-security-restricted.yaml'].map((file) =>
      join(POLICIES, file),
    );
    const { documents } = await readAllFiles(files);
    const loaded = loadPolicies(documents);
    expect(loaded.problems).toEqual([]);
    policies = loaded.set;
  });

  test.each(folders)('$level $version, admitted: $admitted', async ({ level, version, admitted }) => {
    const folder = join(FIXTURES, level, version, admitted ? 'pass' : 'fail');
    const { documents, problems } = await readAllFiles([folder]);
    expect(problems).toEqual([]);
    expect(documents.length).toBeGreaterThan(0);
    const wrong = documents.filter(
      ({ value }) => !isJsonObject(value) || admits(policies, value, level, version) !== admitted,
    );
    expect(wrong.map(({ file }) => file)).toEqual([]);
    counts[admitted ? 'admitted' : 'refused'] += documents.length;
  });

  test('every file was judged', async () => {
    const { documents } = await readAllFiles([FIXTURES]);
    console.log(
      `Pod Security Standards: ${counts.admitted} Pods admitted and ${counts.refused} refused as upstream`,
    );
    expect(counts.admitted + counts.refused).toBe(documents.length);
  });
});
