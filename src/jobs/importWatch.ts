import type { Clock } from '../service/clock.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import { errorCodes } from '../service/deleteJob.ts';
import { ServiceError } from '../service/errors.ts';
import { explained } from '../service/explained.ts';
import { isActiveImport } from '../service/importJob.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { logFailure } from '../service/logFailure.ts';
import type { RandomHex } from '../service/random.ts';
import { TraceContext } from '../service/traceContext.ts';
import { watchIntervals } from './jobWatcher.ts';

/** Watches one import job of an instance: while it is active, no deletion job can be started there. */
export class ImportWatch {
  readonly #dataPlane: DataPlane;
  readonly #clock: Clock;
  readonly #randomHex: RandomHex;
  readonly #log: Log;

  constructor(dataPlane: DataPlane, clock: Clock, randomHex: RandomHex, log: Log) {
    this.#dataPlane = dataPlane;
    this.#clock = clock;
    this.#randomHex = randomHex;
    this.#log = log;
  }

  /**
   * Asks for the job until it has ended.
   *
   * @param tell is called with the status after each look, or with why it could not be had
   * @returns the status in which it ended, `gone` when the service no longer knows it; undefined when `signal` aborts
   */
  async untilEnd(
    host: InstanceHost,
    id: string,
    signal: AbortSignal,
    tell: (status: string) => void,
  ): Promise<string | undefined> {
    const trace = TraceContext.begin(this.#randomHex);
    let interval: number = watchIntervals.first;
    let notFound = 0;
    while (!signal.aborted) {
      try {
        const job = await this.#dataPlane.forHost(host).importJobs.getById(id, trace);
        notFound = 0;
        if (job.status !== undefined && !isActiveImport(job)) {
          return job.status;
        }
        tell(job.status ?? 'status unknown');
      } catch (error) {
        // One such answer may be a replica's lag; another 404 means something else, another tenant for one.
        notFound = isNotFound(error) ? notFound + 1 : 0;
        if (notFound >= 3) {
          return 'gone';
        }
        logFailure(this.#log, error);
        tell(`no news: ${(await explained(error)).short}`);
        interval = Math.max(interval, error instanceof ServiceError ? (error.retryAfterInMs ?? 0) : 0);
      }
      await this.#clock.delay(interval, signal).catch(() => undefined);
      interval = Math.min(interval * watchIntervals.growth, watchIntervals.longest);
    }
    return undefined;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && errorCodes(error.error).includes('ImportJobNotFound');
}
