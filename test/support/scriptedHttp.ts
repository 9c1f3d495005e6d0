import { Readable } from 'node:stream';
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';

/** An answer to give: a status with headers and a body (bytes come as a stream, where one is wanted), or what to throw. */
export type Scripted =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | Error
  | ((request: PipelineRequest) => Promise<PipelineResponse>);

/** One request as it went out. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where there was none. */
  readonly body: unknown;
}

/** What the instance holds when it is counted. */
interface Held {
  readonly models: number;
  readonly twins: number;
  readonly relationships: number;
}

/**
 * An HTTP client that sends nothing: it gives the scripted answers in order and keeps the requests. Where `held` says what
 * the instance holds, counting it needs no script, and those requests are kept apart.
 */
export class ScriptedHttp implements HttpClient {
  readonly sent: SentRequest[] = [];
  readonly counts: SentRequest[] = [];
  held: Held | Scripted | undefined;
  readonly #answers: Scripted[];

  constructor(...answers: Scripted[]) {
    this.#answers = answers;
  }

  /** Adds answers to give. */
  script(...answers: Scripted[]): void {
    this.#answers.push(...answers);
  }

  /** Drops the answers that are left, and what was sent. */
  forget(): void {
    this.#answers.length = 0;
    this.sent.length = 0;
    this.counts.length = 0;
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const { method, url, headers: sentHeaders, body: sentBody } = request;
    const sent = { method, url: new URL(url), headers: sentHeaders.toJSON(), body: sentBody };
    const isCount = sent.url.pathname === '/query' || sent.url.pathname === '/models';
    const held = isCount ? this.held : undefined;
    (held ? this.counts : this.sent).push(sent);
    const answer = held ? counted(held, request) : this.#answers.shift();
    if (answer === undefined) {
      throw new Error(`No answer is scripted for ${request.method} ${request.url}`);
    }
    if (answer instanceof Error) {
      throw answer;
    }
    if (typeof answer === 'function') {
      return answer(request);
    }
    const { status, headers = {}, body = '' } = answer;
    return {
      request,
      status,
      headers: createHttpHeaders(headers),
      ...(Buffer.isBuffer(body) && request.streamResponseStatusCodes?.has(status) === true
        ? { readableStreamBody: Readable.from([body]) }
        : { bodyAsText: typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body) }),
    };
  }
}

function counted(held: Held | Scripted, request: PipelineRequest): Scripted {
  if (!('twins' in held)) {
    return held;
  }
  if (request.method === 'GET') {
    return {
      status: 200,
      body: { value: Array.from({ length: held.models }, (_, index) => ({ id: `dtmi:m;${index}` })) },
    };
  }
  const isTwins = typeof request.body === 'string' && request.body.includes('DIGITALTWINS');
  return {
    status: 200,
    headers: { 'query-charge': '1.5' },
    body: { value: [{ COUNT: isTwins ? held.twins : held.relationships }] },
  };
}
