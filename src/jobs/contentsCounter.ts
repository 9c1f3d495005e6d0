import type { Clock } from '../service/clock.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import { ServiceError } from '../service/errors.ts';
import { explained } from '../service/explained.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { TraceContext } from '../service/traceContext.ts';
import type { CountedContents } from './contents.ts';

/** What counting gave, and what it took. */
export interface Count {
  readonly contents: CountedContents;
  /** Query units that the service charged. */
  readonly charge: number;
  /** Requests that were answered. */
  readonly requests: number;
  /** The first of the failures; undefined when all was counted. */
  readonly error: unknown;
  /** Milliseconds that the service asked to wait before the next count, where it did. */
  readonly retryAfterInMs: number | undefined;
}

/** Counts what instances hold. Counting changes nothing, and what can't be counted is told and not thrown. */
export class ContentsCounter {
  readonly #dataPlane: DataPlane;
  readonly #clock: Clock;

  constructor(dataPlane: DataPlane, clock: Clock) {
    this.#dataPlane = dataPlane;
    this.#clock = clock;
  }

  /**
   * Counts models, twins and relationships side by side.
   *
   * @param models the number of models where it is known already: they are listed page by page, which takes its time
   */
  async count(host: InstanceHost, trace: TraceContext, models?: number): Promise<Count> {
    const { contents } = this.#dataPlane.forHost(host);
    const answers = await Promise.allSettled([
      models === undefined ? contents.countModels(trace) : Promise.resolve({ count: models, charge: 0, requests: 0 }),
      contents.countTwins(trace),
      contents.countRelationships(trace),
    ]);
    const [ofModels, ofTwins, ofRelationships] = answers;
    const counted = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
    const errors = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason as unknown);
    return {
      contents: {
        models: ofModels.status === 'fulfilled' ? ofModels.value.count : undefined,
        twins: ofTwins.status === 'fulfilled' ? ofTwins.value.count : undefined,
        relationships: ofRelationships.status === 'fulfilled' ? ofRelationships.value.count : undefined,
        at: this.#clock.now(),
        missing: errors.length === 0 ? undefined : (await explained(errors[0])).short,
      },
      charge: counted.reduce((sum, { charge }) => sum + charge, 0),
      requests: counted.reduce((sum, { requests }) => sum + requests, 0),
      error: errors[0],
      retryAfterInMs: errors
        .map((error) => (error instanceof ServiceError ? error.retryAfterInMs : undefined))
        .reduce((longest, wait) => (wait === undefined ? longest : Math.max(longest ?? 0, wait)), undefined),
    };
  }
}
