import { createHash } from 'node:crypto';

/** Below what file systems take (255 bytes), with room for what is appended while a lock is taken over. */
const longest = 120;

/**
 * The file name for the lock of a name: the same for the same name, another for another, in one folder, and a valid one
 * on Windows, macOS and Linux, whatever the name is made of.
 */
export function lockFileName(name: string): string {
  // Capitals too: where case does not count, `A` and `a` would be one file.
  const encoded = Buffer.from(name)
    .toString('latin1')
    .replace(/[^a-z0-9.-]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  const bounded =
    encoded.length <= longest
      ? encoded
      : `${encoded.slice(0, longest / 2)}~${createHash('sha256')
          .update(name)
          .digest('hex')
          .slice(0, longest / 2 - 1)}`;
  // What stands before and behind keeps it from being a device of Windows (`con`, `nul.txt`), hidden, or `..`.
  return `lock-${bounded}.d`;
}
