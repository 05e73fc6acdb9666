// Colours and alignment for a terminal; plain text in a pipe.
import picocolors from 'picocolors';

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

export function createStyle(colours: boolean): Style {
  const { bold, dim, red, green, yellow, cyan } = picocolors.createColors(colours);
  return { bold, dim, red, green, yellow, cyan };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character starts a colour
const COLOUR = /\u001b\[[0-9;]*m/g;

const width = (text: string): number => Array.from(text.replace(COLOUR, '')).length;

/** Rows as columns, each as wide as its widest cell; the last column is not padded. */
export function alignColumns(rows: readonly (readonly string[])[], gap = '  '): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - width(cell)),
      )
      .join(gap)
      .trimEnd(),
  );
}

export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;
