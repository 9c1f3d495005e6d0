import { PerformanceObserver } from 'node:perf_hooks';
import type { Block, Measurement } from './protocol.ts';

const intervalMs = 5;

/** Delays of a timer that are no block: timers err by a millisecond or two, and a turn of the loop takes its time. */
const toleratedMs = 10;

/**
 * Measures how long the event loop of this thread is kept from its next turn: a timer that is due every 5 ms notes by
 * how much it is late.
 *
 * Not `monitorEventLoopDelay`: its histogram tells neither when a block was, to find it in a profile, nor how much of it
 * was this thread's own work. On a machine with other work to do the latter is the figure to trust.
 */
export class Heartbeat {
  readonly #begun = performance.now();
  readonly #cpuBegun = threadCpuMs();
  readonly #blocks: Block[] = [];
  readonly #collections: PerformanceObserver;
  #collectionMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.#collections = new PerformanceObserver((list) => {
      this.#add(list);
    });
    this.#collections.observe({ entryTypes: ['gc'] });
    this.#beat();
  }

  /** Ends the measuring. */
  stop(): Measurement {
    clearTimeout(this.#timer);
    this.#add({ getEntries: () => this.#collections.takeRecords() });
    this.#collections.disconnect();
    return {
      ms: performance.now() - this.#begun,
      cpuMs: threadCpuMs() - this.#cpuBegun,
      collectionMs: this.#collectionMs,
      blocks: this.#blocks,
    };
  }

  #beat(): void {
    const cpuBefore = threadCpuMs();
    const dueUs = nowUs() + intervalMs * 1000;
    this.#timer = setTimeout(() => {
      const endUs = nowUs();
      if (endUs - dueUs > toleratedMs * 1000) {
        this.#blocks.push({ beginUs: dueUs, endUs, cpuMs: threadCpuMs() - cpuBefore });
      }
      this.#beat();
    }, intervalMs);
  }

  #add(list: { getEntries(): readonly { duration: number }[] }): void {
    this.#collectionMs += list.getEntries().reduce((sum, { duration }) => sum + duration, 0);
  }
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Milliseconds that this thread has been running; of the whole process in a Node that can't tell. */
function threadCpuMs(): number {
  // Newer than the types of Node 22.
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  const usage = threadCpuUsage?.call(process) ?? process.cpuUsage();
  return (usage.user + usage.system) / 1000;
}
