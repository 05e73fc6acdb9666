// One sweep of a cluster in a process of its own. Arguments: kubeconfig, folder of policies. Prints one line of JSON.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { clusterSource, keepMemorySteady, PAGE_SIZE, sweep } from '../../dist/audit/index.js';
import { createApi, readKubeConfig } from '../../dist/cluster/index.js';
import { DEFAULT_SETTINGS } from '../../dist/engine/index.js';
import { readAllFiles } from '../../dist/files.js';
import { createUlidGenerator } from '../../dist/kubernetes/index.js';
import { loadPolicies } from '../../dist/policy/index.js';

const afterPage = keepMemorySteady();
const [kubeconfig, folder] = process.argv.slice(2);
const { documents } = await readAllFiles([folder]);
const { set } = loadPolicies(documents, { parameters: {} });
const api = createApi(await readKubeConfig({ file: kubeconfig }));
const delay = monitorEventLoopDelay({ resolution: 1 });
let violations = 0;
const started = performance.now();
delay.enable();
const result = await sweep({
  source: clusterSource({
    api,
    wants: ({ kind }) => kind === 'Pod',
    lookups: [],
    limit: PAGE_SIZE,
    interval: 0,
    attempts: 3,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  }),
  policies: set,
  settings: DEFAULT_SETTINGS,
  exemptions: undefined,
  shard: undefined,
  defaultNamespace: 'default',
  now: Date.now(),
  nextId: createUlidGenerator(),
  onPage: afterPage,
  onDecision: (decision) => {
    violations += decision.violations.length;
  },
});
delay.disable();
api.close();
const seconds = (performance.now() - started) / 1000;
const peak =
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? Number.NaN) / 1024;
process.stdout.write(
  `${JSON.stringify({ objects: result.objects, failures: result.failures.length, violations, seconds, peak, block: delay.max / 1e6 })}\n`,
);
