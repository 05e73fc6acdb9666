// `warder lifecycle`: what is overdue.
import { join } from 'node:path';
import { decommissioningOrder, findOverdue } from '../audit/index.js';
import { contextFromObjects, createUlidGenerator } from '../kubernetes/index.js';
import { createStyle, type DriftReport, renderDrift } from '../report/index.js';
import { type ClusterOptions, withCluster } from './cluster.js';
import { type CommandModule, examples } from './command.js';
import { exceptionsOption, readGovernance } from './governance.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { type Incomplete, readLive } from './live.js';
import { BUNDLED_POLICIES, requirePolicies, timeOf } from './load.js';
import { configOption, nowOption, outputOption, policiesOption } from './options.js';
import { engineSettings } from './settings.js';
import { VERSION } from './version.js';

interface LifecycleOptions extends ClusterOptions {
  readonly policies: readonly string[];
  readonly exceptions: readonly string[];
  readonly config?: string;
  readonly now?: string;
  readonly target: string;
  readonly all?: boolean;
  readonly output: 'text' | 'json' | 'sarif' | 'junit' | 'markdown' | 'html';
}

async function lifecycle(paths: readonly string[], options: LifecycleOptions, io: Io): Promise<ExitCode> {
  const started = performance.now();
  const { config, settings: governance, exemptions } = await readGovernance(options, io);
  const policies = await requirePolicies(options.policies, config.parameters, io, governance.risks);
  const parameters = { 'deprecated-apis': { target: Number(options.target.replace(/^1\./, '')) } };
  const apiVersions = await requirePolicies(
    [join(BUNDLED_POLICIES, 'lifecycle/deprecated-apis.yaml')],
    parameters,
    io,
  );
  const incomplete: Incomplete = { problems: 0 };
  const live = await readLive(paths, options, io, incomplete);
  const findings = findOverdue({
    live,
    policies,
    apiVersions,
    context: contextFromObjects(live.objects),
    settings: engineSettings(config),
    exemptions,
    now: timeOf(options.now, io),
    nextId: createUlidGenerator(),
  });
  const order = decommissioningOrder(findings, live);
  const report: DriftReport = {
    findings,
    stated: 0,
    compared: 0,
    live: live.objects.length,
    unknown: [],
    controlled: 0,
    policySet: policies.digest,
    milliseconds: performance.now() - started,
    title: 'Lifecycle',
    headline: `${live.objects.length.toLocaleString('en')} objects`,
    appendix:
      order.length === 0
        ? []
        : [
            'Should they go, in this order:',
            ...order.map(
              ({ kind, namespace, name }, index) =>
                `  ${index + 1}. ${kind} ${namespace === '' ? name : `${namespace}/${name}`}`,
            ),
          ],
  };
  const limit = options.all === true ? Number.POSITIVE_INFINITY : 100;
  await io.write(
    renderDrift(report, options.output, { style: createStyle(io.colours), limit, version: VERSION }),
  );
  if (incomplete.problems > 0) return EXIT.unreachable;
  return findings.length > 0 ? EXIT.denied : EXIT.ok;
}

export const lifecycleCommand: CommandModule = {
  register(program, io, run) {
    withCluster(
      program
        .command('lifecycle')
        .summary('what is overdue: reviews, temporary objects, unused things, API versions that go')
        .description(
          'Looks at live objects for what outlived its time: stale reviews, expired temporary objects, owners that are gone, ConfigMaps, Secrets and volume claims that nothing names, API versions that go, exceptions that do not hold or are not needed. Ends with the order in which things can be taken down.',
        )
        .argument('[paths...]', 'dump of a cluster: files or folders'),
    )
      .option('--target <version>', 'version of Kubernetes that API versions have to work with', '1.36')
      .option('--all', 'show every finding, not only the first 100')
      .addOption(policiesOption())
      .addOption(exceptionsOption())
      .addOption(configOption())
      .addOption(nowOption())
      .addOption(outputOption(['text', 'json', 'sarif', 'junit', 'markdown', 'html'], 'text'))
      .addHelpText('after', examples('warder lifecycle --cluster', 'warder lifecycle dump/ --target 1.37'))
      .action((paths: string[], options: LifecycleOptions) => run(() => lifecycle(paths, options, io)));
  },
};
