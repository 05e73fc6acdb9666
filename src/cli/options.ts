// Options that several commands share, each defined once.
import { Option } from 'commander';
import { DEFAULT_POLICIES } from './load.js';

export interface PolicyOptions {
  readonly policies: readonly string[];
  readonly context: readonly string[];
  readonly config?: string;
  readonly now?: string;
}

export const policiesOption = (): Option =>
  new Option(
    '-p, --policies <path...>',
    'policy files or folders; bundled/PACK is a whole bundled pack',
  ).default(DEFAULT_POLICIES, 'bundled: their default set');

export const contextOption = (): Option =>
  new Option(
    '--context <path...>',
    'files of objects a policy may look up: namespaces, parameters, others',
  ).default([], 'none');

export const nowOption = (): Option =>
  new Option('--now <time>', 'judge as of this time, e.g. 2026-12-15T00:00:00Z');

export const configOption = (): Option =>
  new Option('-c, --config <file>', 'configuration file (YAML or JSON)');

/** `--output` with the formats a command knows; the first is for a terminal, the second (if any) for a pipe. */
export const outputOption = (formats: readonly string[], fallback: string): Option =>
  new Option('-o, --output <format>', 'how to print the result').choices(formats).default(fallback);
