import type { RandomHex } from '../../src/service/random.ts';

/** Digits that count up, so that a test can tell one id from the next: `…01`, `…02`. */
export function countingHex(): RandomHex {
  let count = 0;
  return (bytes) => (++count).toString(16).padStart(bytes * 2, '0');
}
