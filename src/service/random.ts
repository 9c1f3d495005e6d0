import { randomBytes } from 'node:crypto';

/** A source of random lower-case hexadecimal digits, two for each byte. Passed in, so that tests know the ids. */
export type RandomHex = (bytes: number) => string;

/** Random digits of cryptographic quality. */
export const systemRandomHex: RandomHex = (bytes) => randomBytes(bytes).toString('hex');
