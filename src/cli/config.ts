// `warder config`: the effective settings and where each came from.
import { describeSetting, environmentName, SETTING_NAMES, showSetting } from '../config.js';
import { alignColumns, createStyle } from '../report/index.js';
import { type CommandModule, examples } from './command.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { configOption, outputOption } from './options.js';
import { readConfig } from './settings.js';

interface ConfigOptions {
  readonly config?: string;
  readonly output: 'text' | 'json' | 'markdown';
}

/** A value short enough for a table; lists with commas. */
function show(value: unknown): string {
  if (value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Every setting with its default and what it means, as a table for documentation. */
export function settingsTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { description, fallback } = describeSetting(name);
    const value = fallback === undefined ? '' : `\`${show(fallback)}\``;
    return `| \`${name}\` | \`${environmentName(name)}\` | ${cell(value === '`-`' ? '' : value)} | ${cell(description)} |`;
  });
  return ['| setting | environment | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

async function config(options: ConfigOptions, io: Io): Promise<ExitCode> {
  if (options.output === 'markdown') {
    await io.write(settingsTable());
    return EXIT.ok;
  }
  const { config: values, sources } = await readConfig(options.config, {}, io);
  if (options.output === 'json') {
    const data = Object.fromEntries(
      SETTING_NAMES.map((name) => [
        name,
        { value: values[name] ?? null, source: sources[name], environment: environmentName(name) },
      ]),
    );
    await io.write(`${JSON.stringify(data, null, 2)}\n`);
    return EXIT.ok;
  }
  const style = createStyle(io.colours);
  const head = ['SETTING', 'VALUE', 'FROM', 'MEANING'].map(style.bold);
  const rows = SETTING_NAMES.map((name) => {
    const from = sources[name];
    return [
      name,
      show(showSetting(name, values[name])),
      from === 'default' ? style.dim(from) : style.cyan(from),
      style.dim(describeSetting(name).description),
    ];
  });
  await io.write(`${alignColumns([head, ...rows]).join('\n')}\n`);
  return EXIT.ok;
}

export const configCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('config')
      .summary('print the effective settings and where each came from')
      .addOption(configOption())
      .addOption(outputOption(['text', 'json', 'markdown'], 'text'))
      .addHelpText(
        'after',
        examples('warder config', 'WARDER_LISTEN_PORT=9443 warder config --config warder.yaml'),
      )
      .action((options: ConfigOptions) => run(() => config(options, io)));
  },
};
