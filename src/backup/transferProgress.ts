import { formatCount, type Contents } from '../jobs/contents.ts';
import { formatDuration, formatEstimate } from '../jobs/duration.ts';
import { explained } from '../service/explained.ts';
import type { Clock } from '../service/clock.ts';
import type { Wait } from '../service/patience.ts';

/** What is transferred, in the order of the file. */
export type Kind = keyof Contents;

const kinds = ['models', 'twins', 'relationships'] as const satisfies readonly Kind[];

/** Milliseconds that the rate looks back. */
const windowInMs = 30_000;

/** How far a backup or restore has come: told by it as it goes, asked by what shows it. */
export class TransferProgress {
  /** What is being done besides moving items; undefined while that is all. */
  stage: string | undefined;
  readonly #clock: Clock;
  readonly #done = { models: 0, twins: 0, relationships: 0 };
  #total: Contents = { models: undefined, twins: undefined, relationships: undefined };
  #samples: readonly { readonly at: number; readonly items: number }[] = [];
  #wait: { readonly until: number; readonly why: string } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many items are through. */
  get done(): Readonly<Record<Kind, number>> {
    return this.#done;
  }

  /** Says how much there is in all, as far as that is known. */
  expect(total: Contents): void {
    this.#total = total;
    this.#samples = [{ at: this.#clock.now(), items: this.#items }];
  }

  /** Counts items that are through. */
  add(kind: Kind, items: number): void {
    this.#done[kind] += items;
  }

  /** Notes what is being waited for. */
  readonly waits = ({ error, milliseconds }: Wait): void => {
    const until = this.#clock.now() + milliseconds;
    void explained(error).then(({ short }) => {
      this.#wait = { until, why: short };
    });
  };

  /** The share that is through, 0 to 100; undefined where it is not known how much there is. */
  get percent(): number | undefined {
    const { models, twins, relationships } = this.#total;
    if (models === undefined || twins === undefined || relationships === undefined) {
      return undefined;
    }
    const total = models + twins + relationships;
    return total === 0 ? 100 : Math.min(100, (this.#items / total) * 100);
  }

  /** All of it in words: counts, rate, time left, and what is being waited for. To be asked for about once a second. */
  describe(): string {
    const now = this.#clock.now();
    const items = this.#items;
    this.#samples = [...this.#samples.filter(({ at }) => now - at <= windowInMs), { at: now, items }];
    if (this.#wait && this.#wait.until <= now) {
      this.#wait = undefined;
    }
    const parts = [this.stage ?? this.#counts(), ...(this.stage === undefined ? this.#pace(items) : [])];
    const wait = this.#wait && `waiting ${formatDuration(this.#wait.until - now)}: ${this.#wait.why}`;
    return [...parts, ...(wait === undefined ? [] : [wait])].filter((part) => part !== '').join('; ');
  }

  get #items(): number {
    return this.#done.models + this.#done.twins + this.#done.relationships;
  }

  #counts(): string {
    return kinds
      .filter((kind) => this.#done[kind] > 0 || (this.#total[kind] ?? 0) > 0)
      .map((kind) => {
        const total = this.#total[kind];
        return total === undefined
          ? `${formatCount(this.#done[kind])} ${kind}`
          : `${formatCount(this.#done[kind])} of ${formatCount(total)} ${kind}`;
      })
      .join(', ');
  }

  #pace(items: number): string[] {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    const passed = first && last ? last.at - first.at : 0;
    if (!first || passed < 1000 || items === first.items) {
      return [];
    }
    const perMs = (items - first.items) / passed;
    const { percent } = this;
    const left = percent === undefined || percent === 0 ? undefined : (items / percent) * (100 - percent);
    return [
      `${formatCount(Math.max(1, Math.round(perMs * 1000)))}/s`,
      ...(left === undefined || left === 0 ? [] : [`about ${formatEstimate(left / perMs)} left`]),
    ];
  }
}
