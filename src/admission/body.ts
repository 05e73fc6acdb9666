// Reads a request's body with a limit. One chunk, the usual case, is not copied.
import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'cut-off' };

/**
 * Reads at most `limit` bytes and calls `done` once. A client that goes away in the middle gives `cut-off`. A callback and
 * not a promise: it is on the hot path, and is called in the turn the last byte arrives in.
 */
export function readBody(request: IncomingMessage, limit: number, done: (body: Body) => void): void {
  if (Number(request.headers['content-length']) > limit) {
    done({ kind: 'too-large' });
    return;
  }
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let size = 0;
  let settled = false;
  const settle = (body: Body): void => {
    if (settled) return;
    settled = true;
    done(body);
  };
  const cutOff = (): void => settle({ kind: 'cut-off' });
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) {
      request.pause();
      settle({ kind: 'too-large' });
    } else if (first === undefined) first = chunk;
    else {
      rest ??= [first];
      rest.push(chunk);
    }
  });
  request.on('end', () => {
    if (!request.complete) cutOff();
    else if (rest === undefined) settle({ kind: 'whole', bytes: first ?? Buffer.alloc(0) });
    else settle({ kind: 'whole', bytes: Buffer.concat(rest, size) });
  });
  request.on('error', cutOff);
  request.on('close', cutOff);
}
