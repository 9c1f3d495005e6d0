import * as v from 'valibot';
import type { InstanceClient } from './instanceClient.ts';
import { chargeOf } from './queryCharge.ts';
import type { TraceContext } from './traceContext.ts';
import { object, pageOf, read, text } from './wire.ts';

/** How many there are, and what it took to learn it. */
export interface Count {
  readonly count: number;
  /** Query units that the answers name (`query-charge`); 0 where nothing is charged. */
  readonly charge: number;
  /** Answered requests; repetitions after a broken connection are not among them. */
  readonly requests: number;
}

/** A count is one number: a service that needs more pages than this for it will never give it. */
const mostPages = 1000;

/** Models to ask for in one page: the most that the service gives. */
const modelsPerPage = 100;

const countPage = object({
  value: v.array(object({ COUNT: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })),
  continuationToken: text,
});
const modelPage = pageOf<object>(object({}), {});

/**
 * Tells how much is in an instance. Only reads, so its requests are repeated after trouble, the POST of a query too.
 * Query results lag up to ten seconds behind what was written.
 *
 * Each operation throws what {@link InstanceClient} throws.
 */
export class Contents {
  readonly #client: InstanceClient;

  /** @param client its time limit must leave a query the 60 s that the service gives it */
  constructor(client: InstanceClient) {
    this.#client = client;
  }

  /** Counts the digital twins by a query. */
  countTwins(trace: TraceContext): Promise<Count> {
    return this.#count('SELECT COUNT() FROM DIGITALTWINS', trace);
  }

  /** Counts the relationships by a query. */
  countRelationships(trace: TraceContext): Promise<Count> {
    return this.#count('SELECT COUNT() FROM RELATIONSHIPS', trace);
  }

  /**
   * Counts the models by listing them: no query knows them.
   *
   * @param limit no further page is asked for once so many are counted
   */
  async countModels(trace: TraceContext, limit = Infinity): Promise<Count> {
    const headers = { 'max-items-per-page': String(modelsPerPage) };
    const pages = this.#client.pages(
      { url: this.#client.url('/models'), trace, headers },
      (body) => read(modelPage, body),
      'models',
    );
    let count = 0;
    let requests = 0;
    for await (const page of pages) {
      count += page.length;
      requests += 1;
      if (count >= limit) {
        break;
      }
    }
    return { count, charge: 0, requests };
  }

  async #count(query: string, trace: TraceContext): Promise<Count> {
    const url = this.#client.url('/query');
    const tokens = new Set<string>();
    let continuationToken: string | undefined;
    let count: number | undefined;
    let charge = 0;
    for (let requests = 1; ; requests++) {
      const answer = await this.#client.ask({
        method: 'POST',
        url,
        trace,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, continuationToken }),
        repeat: 'reads',
        expect: 200,
      });
      charge += chargeOf(answer.headers.get('query-charge'));
      const page = read(countPage, answer.body);
      const counts = [...(count === undefined ? [] : [count]), ...(page?.value ?? []).map(({ COUNT }) => COUNT)];
      if (page === undefined || counts.length > 1) {
        throw this.#client.unexpected(answer, 'The answer is not one count.');
      }
      [count] = counts;
      continuationToken = page.continuationToken;
      // A page without a token is the last; one without rows is not.
      if (continuationToken === undefined || continuationToken === '') {
        if (count === undefined) {
          throw this.#client.unexpected(answer, 'The answer has no count.');
        }
        return { count, charge, requests };
      }
      if (tokens.has(continuationToken) || requests >= mostPages) {
        throw this.#client.unexpected(answer, 'The pages of the count go in a circle.');
      }
      tokens.add(continuationToken);
    }
  }
}
