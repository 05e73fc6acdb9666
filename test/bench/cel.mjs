// Evaluates typical policy expressions with Warder's CEL and with the fastest JavaScript library known, side by side in
// one process: interleaved rounds, medians, cost tracking on (the other library has none). `npm run bench -- cel`.
import { Environment } from '@marcbachmann/cel-js';
import * as cel from '../../dist/cel/index.js';

/** A realistic Pod of two containers, as the API server sends it. */
const POD = JSON.parse(
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'checkout-7d4b9c6f5-x2v8k',
      namespace: 'shop',
      labels: { app: 'checkout', team: 'payments', 'app.kubernetes.io/version': '1.4.2' },
      annotations: { 'prometheus.io/scrape': 'true' },
    },
    spec: {
      serviceAccountName: 'checkout',
      hostNetwork: false,
      securityContext: { runAsNonRoot: true, fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [
        { name: 'config', configMap: { name: 'checkout' } },
        { name: 'tmp', emptyDir: {} },
      ],
      containers: ['server', 'sidecar'].map((name, index) => ({
        name,
        image: `registry.example.com/shop/${name}:v1.4.${index}`,
        ports: [{ containerPort: 8080 + index, protocol: 'TCP' }],
        env: [{ name: 'LOG_LEVEL', value: 'info' }],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
        },
      })),
      terminationGracePeriodSeconds: 30,
    },
  }),
);

const REQUEST = {
  operation: 'CREATE',
  namespace: 'shop',
  name: POD.metadata.name,
  userInfo: { username: 'alice' },
};

export const EXPRESSIONS = {
  'privilege escalation':
    'object.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.allowPrivilegeEscalation) && c.securityContext.allowPrivilegeEscalation == false)',
  'host path': '!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))',
  'image registry':
    "object.spec.containers.all(c, c.image.matches('^registry\\\\.example\\\\.com/[a-z0-9/._-]+:[a-z0-9._-]+$'))",
  'label in list':
    "request.operation == 'DELETE' || object.metadata.labels.team in ['payments', 'search', 'core']",
  'host namespaces':
    '(!has(object.spec.hostNetwork) || !object.spec.hostNetwork) && (!has(object.spec.hostPID) || !object.spec.hostPID)',
  'grace period': 'object.spec.terminationGracePeriodSeconds <= 60',
  'map and filter':
    "object.spec.containers.map(c, c.image).filter(i, i.startsWith('docker.io/')).size() == 0",
  capabilities:
    "object.spec.containers.all(c, 'ALL' in c.securityContext.capabilities.drop && c.securityContext.capabilities.add.all(a, a == 'NET_BIND_SERVICE'))",
  'memory limit': 'object.spec.containers.all(c, has(c.resources.limits) && has(c.resources.limits.memory))',
};

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/** Nanoseconds of one call, over enough calls to last a few milliseconds. */
function time(call, count) {
  const start = process.hrtime.bigint();
  for (let index = 0; index < count; index++) call();
  return Number(process.hrtime.bigint() - start) / count;
}

/** Runs the comparison and prints it; returns the rows. `args` may hold a number of rounds. */
export async function run(args = []) {
  const rounds = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 15);
  const environment = cel.validatingAdmissionEnvironment();
  const activation = cel.createActivation(environment, { object: POD, request: REQUEST });
  const theirs = new Environment({ unlistedVariablesAreDyn: true });
  const bindings = { object: POD, request: REQUEST };
  const cases = Object.entries(EXPRESSIONS).map(([name, source]) => {
    const compiled = cel.compile(environment, source, { expectedTypes: [cel.BOOL] });
    if (!compiled.ok)
      throw new Error(`${name}: ${compiled.problems.map((problem) => cel.printProblem(problem))}`);
    const { program } = compiled;
    const parsed = theirs.parse(source);
    const budget = cel.createBudget({ limit: Number.MAX_SAFE_INTEGER });
    const ours = () => program.evaluate(activation, budget);
    const other = () => parsed(bindings);
    if (ours() !== other()) throw new Error(`${name}: ${ours()} here, ${other()} there`);
    return { name, source, ours, other, samples: { ours: [], other: [], compile: [], parse: [] } };
  });
  for (let round = 0; round < rounds + 3; round++) {
    for (const each of cases) {
      const count = round < 3 ? 20_000 : 10_000;
      const sample = {
        ours: time(each.ours, count),
        other: time(each.other, count),
        compile: time(() => cel.compile(environment, each.source), 50) / 1000,
        parse: time(() => theirs.parse(each.source), 50) / 1000,
      };
      if (round >= 3) for (const [key, value] of Object.entries(sample)) each.samples[key].push(value);
    }
  }
  const rows = cases.map(({ name, samples }) => {
    const [ours, other] = [median(samples.ours), median(samples.other)];
    return {
      name,
      ours,
      other,
      factor: other / ours,
      compile: median(samples.compile),
      parse: median(samples.parse),
    };
  });
  const fixed = (value, digits = 0) => value.toFixed(digits).padStart(8);
  console.log(`${'expression'.padEnd(22)}  ns here  ns cel-js  factor  µs compile  µs parse (cel-js)`);
  for (const row of rows) {
    console.log(
      `${row.name.padEnd(22)} ${fixed(row.ours)} ${fixed(row.other)}  ${fixed(row.factor, 1)}×  ${fixed(row.compile, 1)} ${fixed(row.parse, 1)}`,
    );
  }
  return rows;
}
