import type { Clock } from '../service/clock.ts';
import { queryLagInMs, isEmpty, type CountedContents } from './contents.ts';
import type { ContentsCounter } from './contentsCounter.ts';
import type { DeletionJob } from './deletionJob.ts';

/** Beyond this the lag is over even where clocks differ. */
const longOverInMs = 5 * 60_000;

/** Finds out what a job that has ended has left in its instance. */
export class EndCheck {
  readonly #counter: ContentsCounter;
  readonly #clock: Clock;

  constructor(counter: ContentsCounter, clock: Clock) {
    this.#counter = counter;
    this.#clock = clock;
  }

  /**
   * Waits until query results have caught up with the end of the job, then counts. What seems left after a success is
   * counted a second time, for the lag is no promise.
   *
   * @returns undefined when there is nothing to find out, or when `signal` aborts first
   */
  async whatIsLeft(job: DeletionJob, signal: AbortSignal): Promise<CountedContents | undefined> {
    if (job.state.status === 'absent' || job.leftover) {
      return job.leftover;
    }
    const finishedAt = 'finishedAt' in job.state ? job.state.finishedAt : undefined;
    const isLongOver = finishedAt !== undefined && this.#clock.now() - finishedAt > longOverInMs;
    if (!isLongOver && !(await this.#pass(queryLagInMs, signal))) {
      return undefined;
    }
    const { contents } = await this.#counter.count(job.host, job.trace);
    const isDone = job.state.status !== 'succeeded' || isEmpty(contents) || contents.missing !== undefined;
    if (isDone || isLongOver || !(await this.#pass(queryLagInMs, signal))) {
      return contents;
    }
    return (await this.#counter.count(job.host, job.trace)).contents;
  }

  /** Whether the time has passed without an abort. */
  async #pass(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    await this.#clock.delay(milliseconds, signal).catch(() => undefined);
    return !signal.aborted;
  }
}
