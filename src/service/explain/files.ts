import type { LocalFileError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Explanation } from './entry.ts';

/** What the operating system's codes mean for a file, and what to do. */
const codes: ReadonlyMap<string, readonly [happened: string, advice: string]> = new Map([
  ['ENOSPC', ['the disk is full', 'Make room, or choose another disk.']],
  ['EDQUOT', ['your disk quota is used up', 'Make room, or choose another disk.']],
  ['EFBIG', ['the file is larger than this disk or system allows', 'Choose another disk.']],
  ['EACCES', ['access is denied', 'Check the permissions of the file and its folder, or choose another folder.']],
  ['EPERM', ['access is denied', 'Check the permissions of the file and its folder, or choose another folder.']],
  ['EROFS', ['the disk is read-only', 'Choose another folder.']],
  ['ENOENT', ['the file or its folder is not there', 'Check the path, or choose another folder.']],
  ['ENOTDIR', ['a part of the path is no folder', 'Check the path, or choose another folder.']],
  ['EISDIR', ['it is a folder', 'Choose a file.']],
  ['ENAMETOOLONG', ['the name is too long', 'Choose a shorter name.']],
  ['EBUSY', ['another program uses the file', 'Close the program that uses it and try again.']],
  ['EIO', ['the disk reports an error', 'Check the disk, or choose another one.']],
  ['EMFILE', ['too many files are open', 'Close some programs or windows and try again.']],
]);

/** Says why a file can't be read or written. */
export function explainFile({ path, code, attempt }: LocalFileError): Explanation {
  const name = printable(code, 60);
  const [because, advice] = codes.get(code) ?? ['the system refuses it', 'The log has the details.'];
  return {
    short: `File not ${attempt === 'read' ? 'readable' : 'writable'} (${name})`,
    happened: `${printable(path, 300)} can't be ${attempt === 'read' ? 'read' : 'written'}: ${because} (${name}).`,
    meaning: attempt === 'read' ? 'Nothing was sent.' : 'The instance was not changed.',
    advice,
    remedy: 'showLog',
  };
}
