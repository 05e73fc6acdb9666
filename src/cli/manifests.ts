// `warder manifests`: documents a cluster needs.
import { BREAK_GLASS_DEFINITION } from '../breakglass/index.js';
import { EXCEPTION_DEFINITION } from '../exceptions/index.js';
import { customResourceDefinition, POLICY_DEFINITION } from '../policy/index.js';
import { type CommandModule, examples } from './command.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { toYaml } from './yaml-output.js';

async function crds(io: Io): Promise<ExitCode> {
  const definitions = [POLICY_DEFINITION, EXCEPTION_DEFINITION, BREAK_GLASS_DEFINITION];
  const documents = await Promise.all(definitions.map((one) => toYaml(customResourceDefinition(one))));
  await io.write(documents.join('---\n'));
  return EXIT.ok;
}

export const manifestsCommand: CommandModule = {
  register(program, io, run) {
    const parent = program.command('manifests').summary('print documents a cluster needs');
    parent
      .command('crds')
      .summary('definitions of Policy, PolicyException and BreakGlass')
      .addHelpText('after', examples('warder manifests crds | kubectl apply --server-side -f -'))
      .action(() => run(() => crds(io)));
  },
};
