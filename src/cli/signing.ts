// What commands that sign share: the private key, whose it is, and by which right it signs.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { KeyRing } from '../exceptions/index.js';
import { CommandError } from './io.js';

export interface SigningOptions {
  readonly key: string;
  readonly keyId?: string;
  readonly user?: string;
  readonly as?: string;
}

export const keyOption = (): Option => new Option('--key <file>', 'private key (PEM, Ed25519) to sign with');
export const keyIdOption = (): Option => new Option('--key-id <id>', 'id of the key in the KeySet');
export const asOption = (): Option =>
  new Option('--as <right>', 'by which right: group:NAME or user:NAME (default: the first group of the key)');
export const userOption = (): Option =>
  new Option('--user <name>', 'user name of the signer (default: the owner of the key in the KeySet)');

/** Somebody who signs. */
export interface Signer {
  readonly user: string;
  readonly as: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

async function readPrivateKey(path: string): Promise<KeyObject> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`${path}: the key cannot be read`);
  });
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // said below
  }
  throw new CommandError(`${path}: is no private Ed25519 key in PEM; make one: warder exception key`);
}

/** Reads the key and fills in from the KeySet what was not said. */
export async function readSigner(options: SigningOptions, ring: KeyRing): Promise<Signer> {
  const privateKey = await readPrivateKey(options.key);
  const { createPublicKey } = await import('node:crypto');
  const own = createPublicKey(privateKey);
  const known =
    options.keyId === undefined
      ? ring.keys.find(({ publicKey }) => publicKey.equals(own))
      : ring.find(options.keyId);
  if (known !== undefined && !known.publicKey.equals(own))
    throw new CommandError(`${options.key}: is not the key ${known.id} of the KeySet`);
  const keyId = options.keyId ?? known?.id;
  const user = options.user ?? known?.user;
  const [group] = known?.groups ?? [];
  const as = options.as ?? (group === undefined ? undefined : `group:${group}`);
  if (keyId === undefined || user === undefined || as === undefined)
    throw new CommandError('the key is in no KeySet given (--exceptions): say --key-id, --user and --as');
  return { user, as, keyId, privateKey };
}
