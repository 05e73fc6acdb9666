// ULIDs: 26 characters, sortable by time, unique within a process even in one millisecond. https://github.com/ulid/spec
import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_CHARACTERS = 16;

function timePart(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (let place = 0; place < 10; place++) {
    text = `${ALPHABET[rest % 32]}${text}`;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Random bytes taken from a pool, since asking the system for sixteen costs as much as asking for thousands. */
function pooledBytes(): (size: number) => Uint8Array {
  let pool = randomBytes(4096);
  let at = 0;
  return (size) => {
    if (at + size > pool.length) {
      pool = randomBytes(4096);
      at = 0;
    }
    at += size;
    return pool.subarray(at - size, at);
  };
}

/**
 * A generator of ULIDs. Within one millisecond the random part counts up, so that ids sort in the order they were
 * made; a clock that steps back keeps the last time.
 */
export function createUlidGenerator(
  random: (size: number) => Uint8Array = pooledBytes(),
): (now: number) => string {
  let last = -1;
  let time = '';
  const digits = new Uint8Array(RANDOM_CHARACTERS);
  return (now) => {
    if (now > last) {
      last = now;
      time = timePart(now);
      const bytes = random(RANDOM_CHARACTERS);
      for (let at = 0; at < RANDOM_CHARACTERS; at++) digits[at] = (bytes[at] ?? 0) & 31;
    } else {
      let at = RANDOM_CHARACTERS - 1;
      while (at >= 0 && digits[at] === 31) digits[at--] = 0;
      if (at >= 0) digits[at] = (digits[at] ?? 0) + 1;
    }
    let text = time;
    for (let at = 0; at < RANDOM_CHARACTERS; at++) text += ALPHABET[digits[at] ?? 0];
    return text;
  };
}
