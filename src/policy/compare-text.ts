// One order for every list that people or digests read: by code unit, the same on every machine.

export function compareText(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}
