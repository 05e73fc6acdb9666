// The serving certificate: from files, or self-signed into a folder; read again when the files change.
import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Reads and checks a pair; throws where a file is missing or the two do not belong together. */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const [certificate, key] = await Promise.all([
    readFile(files.certificate, 'utf8'),
    readFile(files.key, 'utf8'),
  ]);
  const { createPrivateKey } = await import('node:crypto');
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(createPrivateKey(key))) {
    throw new Error(`${files.key} is not the key of ${files.certificate}`);
  }
  return { certificate, key, expires: Date.parse(parsed.validTo) };
}

const DAY = 86_400_000;
const CA_LIFETIME = 3650 * DAY;
const LIFETIME = 365 * DAY;
/** Renewed when less than this is left, as cert-controller does. */
export const RENEW_BEFORE = 90 * DAY;

export const selfSignedFiles = (folder: string): CertificateFiles & { readonly ca: string } => ({
  certificate: join(folder, 'tls.crt'),
  key: join(folder, 'tls.key'),
  ca: join(folder, 'ca.crt'),
});

/** Subject alternative names as selfsigned takes them: type 2 is DNS, 7 is an IP address. */
function alternativeNames(names: readonly string[]): { type: 2 | 7; value?: string; ip?: string }[] {
  return names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }));
}

/** Written beside and renamed, so that a reader sees the old file or the new one. */
async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  await writeFile(beside, text, { mode });
  await chmod(beside, mode);
  await rename(beside, file);
}

/** Makes a CA and a certificate signed by it; the CA's key is not kept, since a new pair replaces both. */
export async function makeSelfSigned(folder: string, names: readonly string[], now: number): Promise<void> {
  const { generate } = await import('selfsigned');
  const common = {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 3_600_000),
  } as const;
  const ca = await generate([{ name: 'commonName', value: 'Warder development CA' }], {
    ...common,
    notAfterDate: new Date(now + CA_LIFETIME),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: names[0] ?? 'warder' }], {
    ...common,
    notAfterDate: new Date(now + LIFETIME),
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: alternativeNames(names) as never },
    ],
  });
  await mkdir(folder, { recursive: true });
  const files = selfSignedFiles(folder);
  await writeWhole(files.ca, ca.cert, 0o644);
  await writeWhole(files.key, leaf.private, 0o600);
  await writeWhole(files.certificate, `${leaf.cert.trim()}\n${ca.cert}`, 0o644);
}

/** The self-signed pair of a folder, made where there is none, it is near its end, or lacks a name. */
export async function ensureSelfSigned(
  folder: string,
  names: readonly string[],
  now: number,
): Promise<CertificateFiles> {
  const files = selfSignedFiles(folder);
  const current = await readCertificate(files).catch(() => undefined);
  const covers = (name: string): boolean => {
    const parsed = new X509Certificate(current?.certificate ?? '');
    return (isIP(name) === 0 ? parsed.checkHost(name) : parsed.checkIP(name)) !== undefined;
  };
  const good = current !== undefined && current.expires - now > RENEW_BEFORE && names.every(covers);
  if (!good) await makeSelfSigned(folder, names, now);
  return files;
}
