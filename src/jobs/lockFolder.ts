import { rmSync, statSync } from 'node:fs';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { callbackify } from 'node:util';

/** It is made empty, but a file manager may have left something of its own in it. */
const withContent = { recursive: true, force: true };

/** How one attempt at a lock goes about it. */
export interface LockFolderOptions {
  /** Milliseconds in which a holder that lives shows it; see {@link LockFolder}. */
  readonly graceInMs: number;
  /** Ends the waiting for a holder's sign of life. */
  readonly signal: AbortSignal | undefined;
  /** Told when the folder of a holder that gave no sign of life was removed. */
  readonly onTakenOver: () => void;
}

/**
 * The folder that is one lock while it exists, for proper-lockfile: what that library calls of the file system, with
 * the care that it lacks (it asks to remove a stale folder and its own folder alike, and looks at neither first).
 *
 * - A folder that looks stale is watched for a while before it is taken over. After the machine slept, all locks look
 *   stale, and the holder would lose its lock to whichever window woke first.
 * - It is then moved aside before it is removed, so that of two who find it stale one gets it
 *   (https://github.com/moxystudio/node-proper-lockfile/issues/121), and neither removes what the other has just made.
 * - A holder touches and removes only what it touched last: not the folder of one who took the lock over meanwhile.
 */
export class LockFolder {
  readonly #path: string;
  readonly #options: LockFolderOptions;
  #isHeld = false;
  /** The modification time of the folder when it looked stale, and when this holder touched it last. */
  #seen: number | undefined;
  #touched: number | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** What proper-lockfile gets as its option `fs`. */
  readonly fs = {
    mkdir: callbackify(() => this.#make()),
    stat: callbackify(() => this.#look()),
    utimes: callbackify((_path: string, _accessed: Date, modified: Date) => this.#inTurn(() => this.#touch(modified))),
    rmdir: callbackify(() => this.#inTurn(() => (this.#isHeld ? this.#remove() : this.#takeOver()))),
    rmdirSync: (): void => {
      this.removeNow();
    },
  };

  constructor(path: string, options: LockFolderOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** Removes the folder if it is held, without waiting: for the end of the process. Leaves to staleness what fails. */
  removeNow(): void {
    if (this.#isHeld) {
      this.#isHeld = false;
      try {
        if (this.#isOurs(statSync(this.#path).mtimeMs)) {
          rmSync(this.#path, withContent);
        }
      } catch {
        // Gone already, or it can't be removed: then it will look stale to others.
      }
    }
  }

  async #make(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await mkdir(this.#path);
        this.#isHeld = true;
        return;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (attempt > 5 || !['ENOENT', 'EPERM', 'EBUSY'].includes(code ?? '')) {
          throw error;
        }
        if (code === 'ENOENT') {
          await mkdir(dirname(this.#path), { recursive: true });
        } else {
          // Windows refuses the name for as long as somebody still has the removed folder open.
          await delay(20);
        }
      }
    }
  }

  async #look(): Promise<{ mtime: Date }> {
    const { mtime, mtimeMs } = await stat(this.#path);
    if (this.#isHeld) {
      return { mtime };
    }
    this.#seen = mtimeMs;
    // Of a time to come it was touched before the machine's clock was set back: old enough to be watched.
    return { mtime: mtimeMs > Date.now() + this.#options.graceInMs ? new Date(0) : mtime };
  }

  async #touch(modified: Date): Promise<void> {
    if (!this.#isHeld) {
      throw new Error('The lock was released.');
    }
    await utimes(this.#path, modified, modified);
    this.#touched = (await stat(this.#path)).mtimeMs;
  }

  async #remove(): Promise<void> {
    this.#isHeld = false;
    if (this.#isOurs((await stat(this.#path)).mtimeMs)) {
      await rm(this.#path, withContent);
    }
  }

  async #takeOver(): Promise<void> {
    const { graceInMs, signal, onTakenOver } = this.#options;
    await delay(graceInMs, undefined, signal && { signal });
    if ((await stat(this.#path)).mtimeMs !== this.#seen) {
      throw heldError();
    }
    const aside = `${this.#path}.${crypto.randomUUID()}`;
    await rename(this.#path, aside);
    if ((await stat(aside)).mtimeMs !== this.#seen) {
      // Between the look and the move another took it over. It goes back, unless a third has made its own by now.
      await rename(aside, this.#path).catch(() => rm(aside, withContent));
      throw heldError();
    }
    await rm(aside, withContent);
    onTakenOver();
  }

  #isOurs(mtimeMs: number): boolean {
    return this.#touched === undefined || mtimeMs === this.#touched;
  }

  /** One after another, so that nothing is touched while it is being removed. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** As proper-lockfile says that a lock is held. */
function heldError(): Error {
  return Object.assign(new Error('The lock is held.'), { code: 'ELOCKED' });
}
