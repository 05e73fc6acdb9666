// The configuration of a command: file, environment, flags, every problem listed at once.
import { type Config, type ConfigResult, resolveConfig, type SettingName } from '../config.js';
import type { EngineSettings } from '../engine/index.js';
import { readAllFiles } from '../files.js';
import { CommandError, type Io } from './io.js';
import { failOn } from './load.js';

type Flags = Readonly<Partial<Record<SettingName, unknown>>>;

/** What the configuration says, and where each setting came from. */
export async function readConfig(
  file: string | undefined,
  flags: Flags,
  io: Io,
): Promise<Extract<ConfigResult, { ok: true }>> {
  const path = file ?? io.environment.WARDER_CONFIG;
  const { WARDER_CONFIG: _, ...environment } = io.environment;
  const read = path === undefined || path === '' ? undefined : await readAllFiles([path]);
  if (read !== undefined) failOn(read.problems);
  if (read !== undefined && read.documents.length > 1)
    throw new CommandError(`${path}: holds several documents, expected one`);
  const resolved = resolveConfig({ file: read?.documents[0], environment, flags });
  if (!resolved.ok) throw new CommandError(resolved.problems.join('\n'));
  return resolved;
}

export function engineSettings(config: Config): EngineSettings {
  const { excludedNamespaces, controlPlaneUsers, mode } = config;
  return { excludedNamespaces, controlPlaneUsers, forcedAction: mode === 'enforce' ? undefined : mode };
}

/** What offline commands take from the configuration. */
export async function readSettings(
  file: string | undefined,
  io: Io,
): Promise<{ settings: EngineSettings; parameters: Config['parameters'] }> {
  const { config } = await readConfig(file, {}, io);
  return { settings: engineSettings(config), parameters: config.parameters };
}
