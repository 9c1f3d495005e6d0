import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Acts } from './windowProcess.ts';

/** Another window: a process of its own that shares a folder of locks. It ends with the test. */
export class OtherWindow {
  readonly #process: ChildProcess;
  readonly #lost = new Set<string>();
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  #count = 0;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', (message: { id: number; result?: unknown; error?: string; lost?: string }) => {
      if (message.lost !== undefined) {
        this.#lost.add(message.lost);
      } else if (message.error !== undefined) {
        this.#answers.get(message.id)?.reject(new Error(message.error));
      } else {
        this.#answers.get(message.id)?.resolve(message.result);
      }
    });
  }

  /** Opens one and waits until it is there. */
  static async open(test: TestContext, folder: string, staleInMs?: number): Promise<OtherWindow> {
    const child = fork(
      join(import.meta.dirname, 'windowProcess.ts'),
      [folder, ...(staleInMs === undefined ? [] : [String(staleInMs)])],
      { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    test.after(() => child.kill('SIGKILL'));
    await once(child, 'message');
    return new OtherWindow(child);
  }

  /** Has the window do something, and says what it says. */
  ask<A extends keyof Acts>(act: A, ...input: Parameters<Acts[A]>): Promise<Awaited<ReturnType<Acts[A]>>> {
    const answer = Promise.withResolvers<unknown>();
    const id = ++this.#count;
    this.#answers.set(id, answer);
    this.#process.send({ id, act, input });
    return answer.promise as Promise<Awaited<ReturnType<Acts[A]>>>;
  }

  /** Whether the window was told that it lost a lock. */
  hasLost(name: string): boolean {
    return this.#lost.has(name);
  }

  /** Whether the process runs. */
  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Sends a signal: SIGKILL is a crash, SIGSTOP the machine falling asleep, SIGCONT its awakening. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.kill(signal);
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    if (this.isAlive) {
      await once(this.#process, 'exit');
    }
  }
}
