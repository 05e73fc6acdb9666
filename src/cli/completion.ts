// `warder completion bash|zsh|fish`: a completion script made from the commands themselves.
import { Argument, type Command } from 'commander';
import { type CommandModule, examples } from './command.js';
import { EXIT, type ExitCode, type Io } from './io.js';

interface Completable {
  /** Words after `warder` that lead here: [] for the program itself. */
  readonly path: readonly string[];
  readonly words: readonly string[];
}

/** What may follow each command: its subcommands and options. */
function completables(command: Command, path: readonly string[] = []): readonly Completable[] {
  const visible = command.createHelp().visibleCommands(command);
  const options = command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));
  const own = { path, words: [...visible.map((child) => child.name()), ...options, '--help'] };
  return [
    own,
    ...visible
      .filter((child) => child.name() !== 'help')
      .flatMap((child) => completables(child, [...path, child.name()])),
  ];
}

function bash(all: readonly Completable[]): string {
  const cases = all.map(({ path, words }) => `    "${path.join(' ')}") words="${words.join(' ')}" ;;`);
  return `# warder completion for bash: source <(warder completion bash)
_warder() {
  local path="" word words="" current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) break ;; esac
    path="\${path:+$path }$word"
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=( $(compgen -f -- "$current") )
}
complete -o filenames -F _warder warder
`;
}

function zsh(all: readonly Completable[]): string {
  return `#compdef warder
# warder completion for zsh: source <(warder completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(all)}`;
}

function fish(all: readonly Completable[]): string {
  const lines = all.flatMap(({ path, words }) => {
    const condition =
      path.length === 0 ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.at(-1)}`;
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c warder -n '${condition}' -l '${word.slice(2)}'`
        : `complete -c warder -n '${condition}' -a '${word}'`,
    );
  });
  return `# warder completion for fish: warder completion fish | source\n${lines.join('\n')}\n`;
}

const SHELLS = { bash, zsh, fish } as const;

async function completion(shell: keyof typeof SHELLS, program: Command, io: Io): Promise<ExitCode> {
  await io.write(SHELLS[shell](completables(program)));
  return EXIT.ok;
}

export const completionCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('completion')
      .summary('print a completion script for a shell')
      .addArgument(new Argument('<shell>').choices(Object.keys(SHELLS)))
      .addHelpText('after', examples('source <(warder completion bash)'))
      .action((shell: keyof typeof SHELLS) => run(() => completion(shell, program, io)));
  },
};
