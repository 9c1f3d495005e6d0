import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import { errorCodes } from './deleteJob.ts';
import { ServiceError } from './errors.ts';
import { isJsonObject, parseExact, type JsonObject } from './exactJson.ts';
import { GrowingBuffer } from './growingBuffer.ts';
import type { Answer, InstanceClient } from './instanceClient.ts';
import { splitPage, type PageItems } from './pageItems.ts';
import { chargeOf } from './queryCharge.ts';
import type { TraceContext } from './traceContext.ts';
import { pageOf, read, text, object } from './wire.ts';

/** What a query can give all of. */
export type GraphPart = 'twins' | 'relationships';

/** A model as the service keeps it ("DigitalTwinModels List"). */
export interface StoredModel {
  /** Undefined where the service has left it out. */
  readonly id: string | undefined;
  readonly decommissioned: boolean;
  /** The DTDL interface; undefined where it was not asked for. */
  readonly definition: JsonObject | undefined;
}

/** A page of twins or relationships. It is there until the next one is asked for, which takes its place in memory. */
export interface GraphPage {
  /** There may be none: an empty page need not be the last one. */
  readonly items: GraphItems;
  /** Query units (`query-charge`). */
  readonly charge: number;
}

/** The items of a page. */
export class GraphItems {
  readonly #items: PageItems;
  readonly #isNone: () => Error;

  /** @param isNone makes the error that is thrown where an item is none */
  constructor(items: PageItems, isNone: () => Error) {
    this.#items = items;
    this.#isNone = isNone;
  }

  /** The page as it came: valid UTF-8. */
  get bytes(): Buffer {
    return this.#items.bytes;
  }

  /** How many items there are. */
  get count(): number {
    return this.#items.count;
  }

  /** Where an item begins in {@link bytes}: with a brace or a bracket. */
  startOf(index: number): number {
    return this.#items.startOf(index);
  }

  /**
   * Reads an item, which takes ten times the memory of its text. Numbers keep their text; members that are null are left
   * out, for null is no value in a twin.
   *
   * @throws UnexpectedAnswerError when it is no object
   */
  read(index: number): JsonObject {
    const item = orElse(() => parseExact(this.#items.textOf(index), { withoutNulls: true }), this.#isNone);
    if (!isJsonObject(item)) {
      throw this.#isNone();
    }
    return item;
  }
}

/** An event route ("EventRoutes List"). */
export type EventRoute = JsonObject;

/** The most models that the service gives in a page, and the most items of a query. */
export const itemsPerPage = { models: 100, query: 1000 } as const;

const queries: Readonly<Record<GraphPart, string>> = {
  twins: 'SELECT * FROM DIGITALTWINS',
  relationships: 'SELECT * FROM RELATIONSHIPS',
};

const jsonObject = v.custom<JsonObject>(isJsonObject);

const modelPage = pageOf(
  object({ id: text, decommissioned: v.optional(v.unknown()), model: v.optional(v.unknown()) }),
  {
    id: undefined,
  },
);
const graphPage = object({ value: v.array(v.unknown()), continuationToken: text });
const routePage = object({ value: v.array(jsonObject), nextLink: text });

const exactly = (body: string): unknown => parseExact(body);

/**
 * Reads all that an instance holds, page by page and number by number as it is.
 *
 * Each operation throws what {@link InstanceClient} throws.
 */
export class GraphReader {
  readonly #client: InstanceClient;

  constructor(client: InstanceClient) {
    this.#client = client;
  }

  /** Lists the models, with their definitions or without. */
  async *models(trace: TraceContext, definitions: 'with definitions' | 'ids alone'): AsyncGenerator<StoredModel[]> {
    const url = this.#client.url('/models');
    if (definitions === 'with definitions') {
      url.searchParams.set('includeModelDefinition', 'true');
    }
    const headers = { 'max-items-per-page': String(itemsPerPage.models) };
    const pages = this.#client.pages({ url, trace, headers }, (body) => read(modelPage, body, exactly), 'models');
    for await (const page of pages) {
      yield page.map(({ id, decommissioned, model }) => ({
        id,
        decommissioned: decommissioned === true,
        definition: isJsonObject(model) ? model : undefined,
      }));
    }
  }

  /**
   * Gives all twins or all relationships, page by page ("Query QueryTwins"). The next page is on its way while the caller
   * is busy with one. A query that the service ends after 60 s (`TimeoutError`) is asked again for fewer items.
   */
  async *pages(part: GraphPart, trace: TraceContext): AsyncGenerator<GraphPage> {
    const size = new PageSize();
    // One page is read while the other comes.
    const [even, odd] = [new GrowingBuffer(), new GrowingBuffer()];
    let marked: string | undefined;
    let coming = this.#page(part, undefined, size, even, trace);
    for (let count = 1; ; count++) {
      const { page, next, answer } = await coming;
      if (next !== undefined) {
        // A token that comes again leads in a circle, however long: sooner or later the circle passes the marked one.
        if (next === marked) {
          throw this.#client.unexpected(answer, `The pages of ${part} go in a circle.`);
        }
        marked = isPowerOfTwo(count) ? next : marked;
        coming = this.#page(part, next, size, count % 2 === 0 ? even : odd, trace);
        // Whoever goes on learns of a failure; who doesn't is not concerned.
        coming.catch(() => undefined);
        // The request gets onto the wire before the caller is busy.
        await setImmediate();
      }
      yield page;
      if (next === undefined) {
        return;
      }
    }
  }

  /** Lists the event routes. */
  async eventRoutes(trace: TraceContext): Promise<readonly EventRoute[]> {
    const first = { url: this.#client.url('/eventroutes'), trace };
    const routes: EventRoute[] = [];
    for await (const page of this.#client.pages(first, (body) => read(routePage, body, exactly), 'event routes')) {
      routes.push(...page);
    }
    return routes;
  }

  async #page(
    part: GraphPart,
    continuationToken: string | undefined,
    size: PageSize,
    into: GrowingBuffer,
    trace: TraceContext,
  ): Promise<AnsweredPage> {
    const answer = await this.#query(part, continuationToken, size, into, trace);
    const isNone = (): Error => this.#client.unexpected(answer, `The answer is no page of ${part}.`);
    const { items, frame } = orElse(() => splitPage(answer.bytes), isNone);
    const page = read(graphPage, frame);
    if (!page || page.value.length > 0) {
      throw isNone();
    }
    const { continuationToken: next } = page;
    const charge = chargeOf(answer.headers.get('query-charge'));
    return {
      answer,
      next: next === '' ? undefined : next,
      page: { items: new GraphItems(items, isNone), charge },
    };
  }

  async #query(
    part: GraphPart,
    continuationToken: string | undefined,
    size: PageSize,
    into: GrowingBuffer,
    trace: TraceContext,
  ): Promise<Answer> {
    for (;;) {
      try {
        const answer = await this.#client.ask({
          method: 'POST',
          url: this.#client.url('/query'),
          trace,
          headers: { 'content-type': 'application/json', 'max-items-per-page': String(size.items) },
          body: JSON.stringify({ query: queries[part], continuationToken }),
          repeat: 'reads',
          expect: 200,
          bytes: { status: 200, into },
        });
        size.answered();
        return answer;
      } catch (error) {
        const isTooLarge = error instanceof ServiceError && errorCodes(error.error).includes('TimeoutError');
        if (!isTooLarge || !size.shrink()) {
          throw error;
        }
      }
    }
  }
}

/** A page with the way to the next one. */
interface AnsweredPage {
  readonly page: GraphPage;
  /** What the next page is asked for with; undefined when this is the last one. */
  readonly next: string | undefined;
  readonly answer: Answer;
}

/** What reading gives, or another error in place of a SyntaxError. */
function orElse<T>(reading: () => T, error: () => Error): T {
  try {
    return reading();
  } catch (cause) {
    throw cause instanceof SyntaxError ? error() : cause;
  }
}

/** How many items to ask for: the most there may be, and fewer where the service does not get them together in time. */
class PageSize {
  #items: number = itemsPerPage.query;
  #answers = 0;

  get items(): number {
    return this.#items;
  }

  /** Notes that a page came: after some of them, larger ones are tried again. */
  answered(): void {
    this.#answers += 1;
    if (this.#answers >= answersBeforeGrowth && this.#items < itemsPerPage.query) {
      this.#items = Math.min(this.#items * 2, itemsPerPage.query);
      this.#answers = 0;
    }
  }

  /** Makes pages smaller; false when they can't be. */
  shrink(): boolean {
    this.#answers = 0;
    const isSmallest = this.#items <= fewestItems;
    this.#items = Math.max(Math.floor(this.#items / 2), fewestItems);
    return !isSmallest;
  }
}

/** An instance that does not give ten items within a minute gives none. */
const fewestItems = 10;

const answersBeforeGrowth = 20;

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}
