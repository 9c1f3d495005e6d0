import { join } from 'node:path';
import { lock as lockFile } from 'proper-lockfile';
import { systemClock } from '../service/clock.ts';
import type { Log } from '../service/log.ts';
import { LockFolder } from './lockFolder.ts';
import { lockFileName } from './lockFileName.ts';

/** A lock that is held. */
export interface Lock {
  /** Aborted when the lock was lost: another window took it over. It comes up to some seconds after that. */
  readonly lost: AbortSignal;
  /** Frees the lock; of one that was lost or released before, nothing comes. Never rejects. */
  release(): Promise<void>;
}

/** Locks by name that all windows share. They are not re-entrant: who holds one is as much kept out as all others. */
export interface Locks {
  /**
   * Takes a lock if it is free.
   *
   * @returns undefined when somebody has it
   * @throws the file system's error when it can't lock
   */
  tryTake(name: string): Promise<Lock | undefined>;
  /**
   * Waits until the lock is free, and takes it. Who waits longest need not be first.
   *
   * @throws the signal's reason when that aborts first; the file system's error when it can't lock
   */
  take(name: string, signal?: AbortSignal): Promise<Lock>;
}

/** Milliseconds between two looks at a lock that is waited for, give or take a quarter. */
const pollInMs = 100;

/**
 * Locks that are folders in a folder. A holder touches its folder every few seconds. One that has not done so for
 * `staleInMs`, nor while somebody watched it for a while more, counts as dead, and its lock is taken over: with the
 * 8 s of production after 12 s at most. So {@link tryTake} takes a while when it finds a dead holder.
 *
 * All this goes by the machine's own time, as other processes do; a clock that tests move would be of no use.
 */
export class FileLocks implements Locks {
  readonly #folder: string;
  readonly #log: Log;
  readonly #staleInMs: number;
  readonly #held = new Map<LockFolder, AbortController>();

  /**
   * @param folder where the locks are; made when it is missing. All who share it must give the same `staleInMs`.
   * @param staleInMs milliseconds without a sign of life after which a holder counts as dead; 2000 at least
   */
  constructor(folder: string, log: Log, staleInMs = 8000) {
    this.#folder = folder;
    this.#log = log;
    this.#staleInMs = staleInMs;
  }

  tryTake(name: string): Promise<Lock | undefined> {
    return this.#tryTake(name);
  }

  async take(name: string, signal?: AbortSignal): Promise<Lock> {
    for (;;) {
      signal?.throwIfAborted();
      const lock = await this.#tryTake(name, signal);
      if (lock && signal?.aborted) {
        await lock.release();
      } else if (lock) {
        return lock;
      }
      // Aborted or not, the next round says so.
      await systemClock.delay(pollInMs * (0.75 + Math.random() / 2), signal).catch(() => undefined);
    }
  }

  /**
   * Frees all locks at once, without waiting: for the end of the process. Who holds one is told that it is lost. What is
   * not freed by this, after a crash, others take over once it is stale.
   */
  dispose(): void {
    for (const [folder, lost] of this.#held) {
      folder.removeNow();
      lost.abort(new Error('The window is closing.'));
    }
    this.#held.clear();
  }

  async #tryTake(name: string, signal?: AbortSignal): Promise<Lock | undefined> {
    const path = join(this.#folder, lockFileName(name));
    const touchEveryInMs = this.#staleInMs / 4;
    const folder = new LockFolder(path, {
      // A holder that lives touches it once meanwhile.
      graceInMs: Math.max(touchEveryInMs, 1000) * 1.25,
      signal,
      onTakenOver: () => {
        this.#log.info(`The lock ${name} is taken over: its holder has given no sign of life for a while.`);
      },
    });
    const lost = new AbortController();
    try {
      // The library keeps its locks by the first argument: by their path it would confuse a lost lock with its successor.
      const release = await lockFile(`${path} ${crypto.randomUUID()}`, {
        lockfilePath: path,
        realpath: false,
        stale: this.#staleInMs,
        update: touchEveryInMs,
        fs: folder.fs,
        onCompromised: (error) => {
          if (this.#held.delete(folder)) {
            this.#log.warn(`The lock ${name} was lost: ${error.message}`);
            lost.abort(error);
          }
        },
      });
      this.#held.set(folder, lost);
      return { lost: lost.signal, release: () => this.#release(name, folder, release) };
    } catch (error) {
      signal?.throwIfAborted();
      if ((error as NodeJS.ErrnoException).code === 'ELOCKED') {
        return undefined;
      }
      throw error;
    }
  }

  async #release(name: string, folder: LockFolder, release: () => Promise<void>): Promise<void> {
    if (!this.#held.delete(folder)) {
      return;
    }
    try {
      await release();
    } catch (error) {
      this.#log.warn(`The lock ${name} could not be freed and is left to become stale: ${String(error)}`);
    }
  }
}
