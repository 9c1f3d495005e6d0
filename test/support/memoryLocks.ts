import type { Clock } from '../../src/service/clock.ts';
import type { Lock, Locks } from '../../src/jobs/locks.ts';

/** One lock of a machine: who has it, and who waits for it. */
interface Held {
  readonly window: MemoryLocks;
  readonly lost: AbortController;
}

/** What all windows of a machine share. */
interface Machine {
  readonly held: Map<string, Held>;
  /** Called when a lock may have become free. */
  readonly waiting: Set<() => void>;
}

/**
 * The locks of one window, in memory, for tests of several windows on one clock. Nothing polls: who waits goes on as soon
 * as the lock is released, and a clock that stands still is enough for that.
 */
export class MemoryLocks implements Locks {
  readonly #clock: Clock;
  readonly #staleInMs: number;
  readonly #machine: Machine;
  /** When this window's locks become stale, once it has died. */
  #staleAt: number | undefined;

  /** @param staleInMs milliseconds from the death of a window to when its locks may be taken over */
  constructor(clock: Clock, staleInMs = 10_000, machine: Machine = { held: new Map(), waiting: new Set() }) {
    this.#clock = clock;
    this.#staleInMs = staleInMs;
    this.#machine = machine;
  }

  /** Another window on the same machine. */
  window(): MemoryLocks {
    return new MemoryLocks(this.#clock, this.#staleInMs, this.#machine);
  }

  /**
   * Lets this window die, or fall asleep: it keeps what it holds until that is stale, and then whoever wants it takes it
   * over and `lost` aborts.
   */
  die(): void {
    this.#staleAt = this.#clock.now() + this.#staleInMs;
    // Who waits learns from when on there is something to take over.
    this.#wake();
  }

  tryTake(name: string): Promise<Lock | undefined> {
    return Promise.resolve(this.#tryTake(name));
  }

  async take(name: string, signal?: AbortSignal): Promise<Lock> {
    for (;;) {
      signal?.throwIfAborted();
      const lock = this.#tryTake(name);
      if (lock) {
        return lock;
      }
      await this.#change(this.#staleTimeOf(name), signal);
    }
  }

  #tryTake(name: string): Lock | undefined {
    const { held } = this.#machine;
    const before = held.get(name);
    if (before) {
      if (before.window.#staleAt === undefined || before.window.#staleAt > this.#clock.now()) {
        return undefined;
      }
      before.lost.abort(new Error('Another window took the lock over.'));
    }
    const mine: Held = { window: this, lost: new AbortController() };
    held.set(name, mine);
    return {
      lost: mine.lost.signal,
      release: () => {
        if (held.get(name) === mine) {
          held.delete(name);
          this.#wake();
        }
        return Promise.resolve();
      },
    };
  }

  /** When a lock may be taken over from a window that died. */
  #staleTimeOf(name: string): number | undefined {
    const held = this.#machine.held.get(name);
    return held && held.window.#staleAt;
  }

  #wake(): void {
    for (const wake of [...this.#machine.waiting]) {
      wake();
    }
  }

  /** Resolves when a lock was released, a window died, or the time has come; or the signal aborts. */
  async #change(at: number | undefined, signal: AbortSignal | undefined): Promise<void> {
    const over = new AbortController();
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#machine.waiting.delete(wake);
        over.abort();
        resolve();
      };
      this.#machine.waiting.add(wake);
      signal?.addEventListener('abort', wake, { signal: over.signal });
      if (at !== undefined) {
        this.#clock.delay(at - this.#clock.now(), over.signal).then(wake, () => undefined);
      }
    });
  }
}
