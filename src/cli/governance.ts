// Exceptions and emergencies for offline commands: the same documents and the same rules as the server's.
import { Option } from 'commander';
import {
  createExemptions,
  type ExemptionState,
  type GovernanceSettings,
  governanceSettings,
  readExemptionState,
} from '../breakglass/index.js';
import type { Config } from '../config.js';
import type { Exemptions } from '../engine/index.js';
import { readAllFiles } from '../files.js';
import type { Io } from './io.js';
import { failOn } from './load.js';
import { readConfig } from './settings.js';

export interface GovernanceOptions {
  readonly exceptions: readonly string[];
  readonly config?: string;
}

export const exceptionsOption = (): Option =>
  new Option(
    '--exceptions <path...>',
    'files or folders of exceptions, keys, revocations and emergencies',
  ).default([], 'those of the configuration');

/** What exempts, as configured and given. */
export interface OfflineGovernance {
  readonly config: Config;
  readonly settings: GovernanceSettings;
  readonly state: ExemptionState;
  readonly exemptions: Exemptions;
}

/** The state of the files given, or of those the configuration names; any problem in them ends the command. */
export async function readState(paths: readonly string[], config: Config): Promise<ExemptionState> {
  const settings = governanceSettings(config);
  const files = paths.length > 0 ? paths : config['exceptions.files'];
  const { documents, problems } = await readAllFiles(files);
  failOn(problems);
  const read = readExemptionState(documents, settings);
  failOn(read.problems);
  return read.state;
}

export async function readGovernance(options: GovernanceOptions, io: Io): Promise<OfflineGovernance> {
  const { config } = await readConfig(options.config, {}, io);
  const settings = governanceSettings(config);
  const state = await readState(options.exceptions, config);
  const { breakGlass, owners } = settings;
  return { config, settings, state, exemptions: createExemptions(() => state, { breakGlass, owners }) };
}
