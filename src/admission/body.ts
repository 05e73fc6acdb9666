// Reads a request's body with a limit. One chunk, the usual case, is not copied.
import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'cut-off' };

/** Reads at most `limit` bytes. A client that goes away in the middle gives `cut-off`. */
export function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  return new Promise((resolve) => {
    if (Number(request.headers['content-length']) > limit) {
      resolve({ kind: 'too-large' });
      return;
    }
    let first: Buffer | undefined;
    let rest: Buffer[] | undefined;
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.pause();
        resolve({ kind: 'too-large' });
      } else if (first === undefined) first = chunk;
      else {
        rest ??= [first];
        rest.push(chunk);
      }
    });
    request.on('end', () => {
      if (request.complete)
        resolve({
          kind: 'whole',
          bytes: rest === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(rest, size),
        });
      else resolve({ kind: 'cut-off' });
    });
    request.on('error', () => resolve({ kind: 'cut-off' }));
    request.on('close', () => resolve({ kind: 'cut-off' }));
  });
}
