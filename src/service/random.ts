import { randomFillSync } from 'node:crypto';

/** A source of random lower-case hexadecimal digits, two for each byte. Passed in, so that tests know the ids. */
export type RandomHex = (bytes: number) => string;

/** Bytes that are had from the system at once: to ask it for eight takes as long as for thousands. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random digits of cryptographic quality. */
export const systemRandomHex: RandomHex = (bytes) => {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
};
