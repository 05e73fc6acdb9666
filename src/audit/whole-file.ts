// A file that is written whole or not at all: beside it, then in its place.
import { rename, unlink, writeFile } from 'node:fs/promises';

/** Throws where the disk is full or may not be written; what was there stays. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text, { mode: 0o600 });
    await rename(beside, file);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw error;
  }
}
