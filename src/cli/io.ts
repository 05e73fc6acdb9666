// Everything a command touches of the outside, passed in so that tests can look at it.

export interface Io {
  /** Standard output; resolves when the reader has taken it. */
  write(text: string): Promise<void>;
  /** Standard error: problems, progress, notes. */
  warn(text: string): void;
  readonly isTerminal: boolean;
  readonly colours: boolean;
  readonly columns: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** Something was denied or failed. */
  denied: 1,
  /** Bad usage or input. */
  usage: 2,
  /** What it needed could not be reached. */
  unreachable: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that cannot go on: the message is shown, one line a problem, and the code returned. */
export class CommandError extends Error {
  readonly code: ExitCode;
  constructor(message: string, code: ExitCode = EXIT.usage) {
    super(message);
    this.code = code;
  }
}

/** The real process. A reader that goes away (`| head`) ends the command quietly. */
export function processIo(): Io {
  const { stdout, stderr, env } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  const isTerminal = stdout.isTTY === true;
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  return {
    write: (text) =>
      new Promise((resolve) => {
        if (stdout.write(text)) resolve();
        else stdout.once('drain', () => resolve());
      }),
    warn: (text) => void stderr.write(`${text}\n`),
    isTerminal,
    colours: env.NO_COLOR === undefined && (forced || (isTerminal && env.TERM !== 'dumb')),
    columns: stdout.columns ?? 100,
    environment: env,
    now: Date.now,
  };
}
