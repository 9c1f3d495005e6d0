import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Clock } from '../service/clock.ts';
import type { Log } from '../service/log.ts';
import type { Lock, Locks } from './locks.ts';

/** What could be made of a file. */
export interface Understood<T> {
  readonly value: T;
  /** Whether nothing had to be left out. */
  readonly isWhole: boolean;
}

/**
 * Told when a file could not be understood, or not all of it, and was copied.
 *
 * @param aside the path of the copy
 * @param kept what of the file goes on being used
 */
export type SetAside = (aside: string, kept: 'part' | 'nothing') => void;

/** What a file is and where. */
export interface JsonFileOptions<T> {
  readonly path: string;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly log: Log;
  /** Reads what the file says, and leaves out what it can't understand; undefined when that is all of it. */
  readonly understand: (json: unknown) => Understood<T> | undefined;
  /** What it is without a file. */
  readonly empty: T;
  /** What it is when nothing can be made of the file; by default the same. */
  readonly damaged?: T;
  readonly setAside: SetAside;
}

/** What files of one window have in common. */
export type JsonFileParts = Pick<JsonFileOptions<unknown>, 'locks' | 'clock' | 'log' | 'setAside'>;

/** How many copies of what could not be understood are kept. */
const keptAside = 5;

/**
 * One JSON file that all windows share. A change is made under a lock named after the file: it reads the file, and
 * replaces it whole, so that no change of another window is lost and a crash leaves the old or the new file.
 *
 * What can't be understood is copied beside the file before anything is written over it, once for each content.
 */
export class JsonFile<T> {
  readonly #options: JsonFileOptions<T>;
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: JsonFileOptions<T>) {
    this.#options = options;
    this.#path = options.path;
  }

  /**
   * Reads the file, without waiting for anybody who changes it.
   *
   * @throws the file system's error when it is there and can't be read
   */
  async read(): Promise<T> {
    const { value, kept } = await this.#read();
    if (kept !== 'all') {
      // What was read stays of use when no copy can be made: nothing is written over the file before there is one.
      await this.#inTurn(() => this.#locked(() => this.#read(true))).catch((error: unknown) => {
        this.#options.log.warn(`${this.#path} can't be understood, nor can it be copied: ${String(error)}`);
      });
    }
    return value;
  }

  /**
   * Changes the file. Nothing is written when `edit` returns the very object that it was given. It may be called again,
   * with what another window wrote meanwhile.
   *
   * @returns what the file says after the change
   * @throws what `edit` throws, and the file system's error when the file can't be locked, read, copied or written;
   *   nothing is changed then
   */
  change(edit: (before: T) => T): Promise<T> {
    return this.#inTurn(() =>
      this.#locked(async (lock) => {
        const { value } = await this.#read(true);
        const changed = edit(value);
        if (changed === value) {
          return value;
        }
        await mkdir(dirname(this.#path), { recursive: true });
        await this.#patiently(() => {
          lock.lost.throwIfAborted();
          return writeFileAtomic(this.#path, `${JSON.stringify(changed, undefined, 2)}\n`);
        });
        return changed;
      }),
    );
  }

  /** Does a task while no other window does; anew when the lock was lost on the way, before anything was written. */
  async #locked<R>(task: (lock: Lock) => Promise<R>): Promise<R> {
    for (;;) {
      const lock = await this.#options.locks.take(basename(this.#path));
      try {
        return await task(lock);
      } catch (error) {
        if (!lock.lost.aborted || error !== lock.lost.reason) {
          throw error;
        }
      } finally {
        await lock.release();
      }
    }
  }

  /** @param copies whether a copy is made of what is not understood; under the lock only */
  async #read(copies = false): Promise<{ value: T; kept: 'all' | 'part' | 'nothing' }> {
    const { empty, damaged = empty, understand } = this.#options;
    let content: Buffer;
    try {
      content = await this.#patiently(() => readFile(this.#path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        return { value: empty, kept: 'all' };
      }
      throw error;
    }
    const json = parse(content.toString());
    const understood = json && understand(json.value);
    if (understood?.isWhole) {
      return { value: understood.value, kept: 'all' };
    }
    const kept = understood ? 'part' : 'nothing';
    if (copies) {
      await this.#copyAside(content, kept);
    }
    return { value: understood ? understood.value : damaged, kept };
  }

  async #copyAside(content: Buffer, kept: 'part' | 'nothing'): Promise<void> {
    const before = await this.#asides();
    for (const aside of before) {
      if (content.equals(await readFile(aside.path))) {
        return;
      }
    }
    // Later than all that are there, so that the newest are the last.
    const time = Math.max(this.#options.clock.now(), ...before.map((aside) => aside.time + 1));
    const path = `${this.#path}.unreadable-${time}`;
    await writeFileAtomic(path, content);
    for (const old of before.slice(0, Math.max(0, before.length + 1 - keptAside))) {
      await rm(old.path, { force: true });
    }
    const lost = kept === 'part' ? 'Some entries of' : 'All of';
    this.#options.log.warn(`${lost} ${this.#path} can't be understood. The file was set aside as ${path}.`);
    this.#options.setAside(path, kept);
  }

  /** The copies that are there, oldest first. */
  async #asides(): Promise<{ path: string; time: number }[]> {
    const folder = dirname(this.#path);
    const begin = `${basename(this.#path)}.unreadable-`;
    return (await readdir(folder))
      .filter((name) => name.startsWith(begin) && /^\d+$/.test(name.slice(begin.length)))
      .map((name) => ({ path: join(folder, name), time: Number(name.slice(begin.length)) }))
      .sort((one, other) => one.time - other.time);
  }

  /** Tries again for a moment where Windows refuses a file that is just being replaced, or looked into by a scanner. */
  async #patiently<R>(task: () => Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await task();
      } catch (error) {
        if (attempt > 5 || !['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')) {
          throw error;
        }
        await this.#options.clock.delay(20 * attempt);
      }
    }
  }

  /** One after another in this window: who waits for a lock does so once, and in order. */
  #inTurn<R>(task: () => Promise<R>): Promise<R> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
