import * as vscode from 'vscode';
import type { Clock } from '../service/clock.ts';

/** Milliseconds in which a window that is there answers. */
const limitInMs = 3_000;

/**
 * Whether the window of this extension host is there. A remote extension host outlives a closed browser tab, a crashed
 * window or a lost network by hours, in the hope of their return: what it shows meanwhile, nobody sees.
 */
export class WindowPresence {
  readonly #clock: Clock;
  #asked: Promise<true> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks the window for an answer, and waits a moment for it. */
  async isThere(): Promise<boolean> {
    // A question that has not been answered is not asked again: it is answered when the window comes back.
    this.#asked ??= this.#ask();
    const answered = new AbortController();
    const late = this.#clock.delay(limitInMs, answered.signal).then(
      () => false,
      () => false,
    );
    const isThere = await Promise.race([this.#asked, late]);
    answered.abort();
    return isThere;
  }

  async #ask(): Promise<true> {
    try {
      await vscode.commands.executeCommand('setContext', 'digitalTwins.isWindowThere', true);
    } catch {
      // A refusal is an answer too.
    }
    this.#asked = undefined;
    return true;
  }
}
