// Where the lines of the decision log go.

export interface Sink {
  /** For metrics and messages: `file`, `stdout`, `http`. */
  readonly name: string;
  /** Takes complete lines, without line breaks, in order. Rejects where they could not be taken; they are offered again. */
  write(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A sink over a stream such as standard output. Lines a reader that went away does not take are lost, and it is told once. */
export function streamSink(name: string, stream: NodeJS.WritableStream): Sink {
  return {
    name,
    write: (lines) =>
      new Promise((resolve, reject) => {
        stream.write(`${lines.join('\n')}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => undefined,
  };
}
