import { errorCodes } from './deleteJob.ts';
import { InvalidInputError, ServiceError } from './errors.ts';
import type { Answer, InstanceClient } from './instanceClient.ts';
import type { TraceContext } from './traceContext.ts';

/** What came of an item that was to be created: it is new, or it was there and stayed as it was. */
export type Creation = 'created' | 'already there';

/** What a request with models may hold: the service takes 250, and 1 MB of JSON for each of them. */
export const modelsPerRequest = { count: 250, bytes: 1024 * 1024 } as const;

/** Codes with which the service refuses one item for what it is, and not who asks or how often. */
const statusesOfRefusal: ReadonlySet<number> = new Set([400, 404, 409, 412, 413, 422]);

/**
 * Whether the service has refused this one item for what it is: others may still be taken.
 *
 * @returns false for what any other item would meet as well: another tenant, a missing role, a full instance
 */
export function isRefusalOfItem(error: unknown): error is ServiceError {
  return (
    error instanceof ServiceError &&
    statusesOfRefusal.has(error.status) &&
    !error.isOfOtherTenant &&
    !errorCodes(error.error).includes('TwinLimitReached')
  );
}

/** An id as part of a path. `.` and `..` would be steps in it, however they are written: no URL can name them. */
function segment(id: string): string {
  if (id === '.' || id === '..') {
    throw new InvalidInputError(`"${id}" can't be an id here: no address can name it.`);
  }
  return encodeURIComponent(id);
}

/**
 * Creates models, twins and relationships in an instance, and never replaces what is there. Bodies are texts of JSON, so
 * that numbers stay as they are.
 *
 * Each operation throws what {@link InstanceClient} throws.
 */
export class GraphWriter {
  readonly #client: InstanceClient;

  /** @param client all of its requests may be repeated */
  constructor(client: InstanceClient) {
    this.#client = client;
  }

  /**
   * Adds models, all or none of them ("DigitalTwinModels Add"). They may refer to each other in any order.
   *
   * @param definitions DTDL interfaces, 1 to 250
   */
  async addModels(definitions: readonly string[], trace: TraceContext): Promise<void> {
    await this.#client.ask({
      method: 'POST',
      url: this.#client.url('/models'),
      trace,
      headers: { 'content-type': 'application/json' },
      body: `[${definitions.join(',')}]`,
      repeat: 'once',
      expect: 201,
    });
  }

  /** Creates a twin unless there is one of its id ("DigitalTwins Add"). */
  async addTwin(id: string, twin: string, trace: TraceContext): Promise<Creation> {
    return this.#create(`/digitaltwins/${segment(id)}`, twin, trace);
  }

  /** Creates a relationship unless its source has one of its id ("DigitalTwins AddRelationship"). */
  async addRelationship(sourceId: string, id: string, relationship: string, trace: TraceContext): Promise<Creation> {
    const path = `/digitaltwins/${segment(sourceId)}/relationships/${segment(id)}`;
    return this.#create(path, relationship, trace);
  }

  /** Whether there is a twin of this id ("DigitalTwins GetById"). */
  async hasTwin(id: string, trace: TraceContext): Promise<boolean> {
    const url = this.#client.url(`/digitaltwins/${segment(id)}`);
    const answer = await this.#client.ask({ method: 'GET', url, trace, repeat: 'reads', expect: [200, 404] });
    return answer.status === 200;
  }

  /** Decommissions a model ("DigitalTwinModels Update"): no twin of it can be created any more. */
  async decommissionModel(id: string, trace: TraceContext): Promise<void> {
    await this.#client.ask({
      method: 'PATCH',
      url: this.#client.url(`/models/${segment(id)}`),
      trace,
      headers: { 'content-type': 'application/json-patch+json' },
      body: JSON.stringify([{ op: 'replace', path: '/decommissioned', value: true }]),
      repeat: 'once',
      expect: 204,
    });
  }

  async #create(path: string, body: string, trace: TraceContext): Promise<Creation> {
    const answer: Answer = await this.#client.ask({
      method: 'PUT',
      url: this.#client.url(path),
      trace,
      headers: { 'content-type': 'application/json', 'if-none-match': '*' },
      body,
      repeat: 'once',
      expect: [200, 412],
    });
    // What an earlier attempt has created, whose answer was lost, was not there before.
    return answer.status === 200 || answer.mayBeRepetition ? 'created' : 'already there';
  }
}
