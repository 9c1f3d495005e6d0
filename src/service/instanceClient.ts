import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { errorCodes, readError } from './deleteJob.ts';
import { ConnectionError, keptBody, ServiceError, UnexpectedAnswerError, type Exchange } from './errors.ts';
import { errorLine } from './errorText.ts';
import type { FailedExchange } from './failureJournal.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { InstancePipeline, InstanceRequest } from './instancePipeline.ts';
import type { Patience } from './patience.ts';
import type { BytesResponse } from './policies.ts';
import { printable } from './printable.ts';
import type { RequestPacer } from './requestPacer.ts';
import type { RequestSpacing } from './requestSpacing.ts';
import { retryAfterInMs } from './retryAfter.ts';
import type { TraceContext } from './traceContext.ts';
import { tenantInChallenge } from './tenant.ts';
import type { Transport } from './transport.ts';
import type { Page } from './wire.ts';

const apiVersion = '2023-10-31';

/** A list can't have more pages than this: the largest, of 10,000 models, has a hundred. */
const mostPages = 10_000;

/** What to ask of an instance, and what its answer must be. */
export interface Question extends Omit<InstanceRequest, 'headers'> {
  /** Its `tracestate` goes with the request. */
  readonly trace: TraceContext;
  /** The `traceparent` of the request; by default the trace with a new span id. */
  readonly traceparent?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The status of success, or all that are expected; any other is a ServiceError. */
  readonly expect: number | readonly number[];
}

/** An answer of the instance. */
export interface Answer {
  readonly exchange: Exchange;
  /** HTTP status. */
  readonly status: number;
  readonly headers: PipelineResponse['headers'];
  /** Empty when there was none. */
  readonly body: string;
  /** The same as it came. Where the question says where to put the bytes, both are there until that is used again. */
  readonly bytes: Buffer;
  /** Whether an earlier attempt, of which no answer came, may have had its effect already. */
  readonly mayBeRepetition: boolean;
}

/** In what the requests of clients differ. */
export interface InstanceClientOptions {
  /** Decides when each attempt is sent; without one, at once. */
  readonly pacer?: RequestPacer;
  /** Keeps requests of all instances apart; without it they begin as they come. */
  readonly spacing?: RequestSpacing;
  /** Milliseconds until a request without a complete answer is given up; default 30 s. */
  readonly timeLimitInMs?: number;
  /** Repeats each request until it is answered, instead of what `repeat` of the request says: for those that may. */
  readonly patience?: Patience;
  /** Ends all requests when it aborts; they then reject with its reason, or with an error of the library. */
  readonly signal?: AbortSignal;
  /** Which attempts have a line in the log: all, by default, or where there are very many those without a good answer. */
  readonly logged?: 'all' | 'failures';
}

/**
 * Sends requests to one instance and to nobody else.
 *
 * Throws a ServiceError for a status that is not the expected one, a ConnectionError when no answer came, an
 * UnexpectedAnswerError for an answer outside the contract, and what the credential throws.
 */
export class InstanceClient {
  readonly host: InstanceHost;
  readonly #transport: Transport;
  readonly #options: InstanceClientOptions;
  #pipeline: InstancePipeline | undefined;

  constructor(host: InstanceHost, transport: Transport, options: InstanceClientOptions = {}) {
    this.host = host;
    this.#transport = transport;
    this.#options = options;
  }

  /** The address of a path on the instance, which begins with a slash, with the version of the API. */
  url(path: string): URL {
    return new URL(`${this.host.origin}${path}?api-version=${apiVersion}`);
  }

  /** Asks, and gives the answer if it has the expected status. */
  ask(question: Question): Promise<Answer> {
    const { patience } = this.#options;
    return patience
      ? patience.keepAt((mayBeRepetition) => this.#ask({ ...question, repeat: 'patiently' }, mayBeRepetition))
      : this.#ask(question, false);
  }

  async #ask({ trace, traceparent, headers, expect, ...request }: Question, mayBeRepetition: boolean): Promise<Answer> {
    const parent = traceparent ?? trace.nextTraceparent(this.#transport.randomHex);
    const { method, url } = request;
    const exchange = { hostname: this.host.hostname, operation: `${method} ${url.pathname}`, traceparent: parent };
    const all = {
      accept: 'application/json',
      traceparent: parent,
      ...(trace.tracestate === undefined ? {} : { tracestate: trace.tracestate }),
      ...headers,
    };
    const pipeline = this.#pipeline ?? (await this.#makePipeline());
    let response: BytesResponse;
    try {
      const { signal } = this.#options;
      response = await pipeline.send(exchange, {
        ...request,
        headers: all,
        ...(signal && { abortSignal: signal }),
      });
    } catch (error) {
      if (error instanceof ConnectionError) {
        this.#transport.log.error(`${describe(exchange)}: ${printable(error.code)}: ${printable(error.message)}`);
        this.#remember(exchange, { code: error.code });
      }
      throw error;
    }
    const { status, headers: answered, bodyAsText, bodyAsBytes } = response;
    const answer: Answer = {
      ...{ exchange, status, headers: answered, mayBeRepetition },
      // Each made from the other only where it is asked for.
      get body() {
        return bodyAsText ?? bodyAsBytes?.toString() ?? '';
      },
      get bytes() {
        return bodyAsBytes ?? Buffer.from(bodyAsText ?? '');
      },
    };
    if (![expect].flat().includes(status)) {
      throw this.#refused(answer);
    }
    return answer;
  }

  /**
   * Asks for a list, page by page. Only pages of the same origin are asked for.
   *
   * @param read reads a page out of a body
   * @param what the items in words, for example `deletion jobs`
   */
  async *pages<T>(
    first: Omit<Question, 'method' | 'expect' | 'repeat'>,
    read: (body: string) => Page<T> | undefined,
    what: string,
  ): AsyncGenerator<readonly T[], void, void> {
    const { url: firstUrl, traceparent, ...rest } = first;
    const asked = new Set<string>();
    for (let url: URL | undefined = firstUrl; url !== undefined;) {
      const isFirst = asked.size === 0;
      asked.add(url.href);
      const answer: Answer = await this.ask({
        ...rest,
        ...(isFirst && traceparent !== undefined && { traceparent }),
        url,
        method: 'GET',
        repeat: 'reads',
        expect: 200,
      });
      const page = read(answer.body);
      if (page === undefined) {
        throw this.unexpected(answer, `The answer is not a list of ${what}.`);
      }
      yield page.value;
      url = this.#nextPage(page.nextLink, answer);
      if (url !== undefined && (asked.has(url.href) || asked.size >= mostPages)) {
        throw this.unexpected(answer, `The list of ${what} goes in a circle.`);
      }
    }
  }

  /** An answer outside the contract, written to the log. */
  unexpected(answer: Answer, what: string): UnexpectedAnswerError {
    this.#transport.log.error(`${describe(answer.exchange)}: ${what}`);
    this.#rememberAnswer(answer);
    return new UnexpectedAnswerError(answer.exchange, what, kindOf(answer));
  }

  /** Warns in the log of what is odd about an answer and no failure. */
  warn(exchange: Exchange, what: string): void {
    const { hostname, operation, traceparent } = exchange;
    this.#transport.log.warn(`${operation}, host ${hostname}, traceparent ${traceparent}: ${what}`);
  }

  async #makePipeline(): Promise<InstancePipeline> {
    const { InstancePipeline } = await import('./instancePipeline.ts');
    this.#pipeline ??= new InstancePipeline(this.host, this.#transport, this.#options);
    return this.#pipeline;
  }

  #refused(answer: Answer): ServiceError | UnexpectedAnswerError {
    const { exchange, status, headers, body, mayBeRepetition } = answer;
    if (isRedirect(status)) {
      const location = printable(headers.get('location') ?? 'nowhere', 300);
      return this.unexpected(answer, `The answer redirects to ${location}, which is not followed.`);
    }
    const said = readError(body) ?? {};
    const headerCode = headers.get('x-ms-error-code');
    const error = { ...said, code: said.code ?? headerCode };
    this.#transport.log.error(
      [
        `${describe(exchange)}: status ${status}`,
        `x-ms-error-code ${printable(headerCode ?? 'none', 100)}`,
        errorLine(said),
      ].join(', '),
    );
    this.#rememberAnswer(answer, errorCodes(error));
    return new ServiceError(exchange, {
      status,
      error,
      tenantId: tenantInChallenge(headers.get('www-authenticate')),
      retryAfterInMs: retryAfterInMs(headers, this.#transport.clock.now()),
      requestId: headers.get('x-ms-request-id'),
      body,
      mayBeRepetition,
    });
  }

  #rememberAnswer({ exchange, status, headers, body }: Answer, codes: readonly string[] = []): void {
    const requestId = headers.get('x-ms-request-id');
    this.#remember(exchange, { status, errorCodes: codes, requestId, body: keptBody(body) });
  }

  #remember(exchange: Exchange, outcome: Partial<FailedExchange>): void {
    const nothing = { status: undefined, code: undefined, errorCodes: [], requestId: undefined, body: undefined };
    this.#transport.failures?.add({ at: this.#transport.clock.now(), ...exchange, ...nothing, ...outcome });
  }

  #nextPage(nextLink: string | undefined, answer: Answer): URL | undefined {
    if (nextLink === undefined || nextLink === '') {
      return undefined;
    }
    const url = URL.parse(nextLink, this.host.origin);
    if (url?.origin !== this.host.origin) {
      throw this.unexpected(answer, `The link to the next page leads to another host: ${printable(nextLink, 300)}`);
    }
    return url;
  }
}

function describe({ hostname, operation, traceparent }: Exchange): string {
  return `${operation} failed, host ${hostname}, traceparent ${traceparent}`;
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function kindOf({ status, body }: Answer): UnexpectedAnswerError['kind'] {
  if (isRedirect(status)) {
    return 'redirect';
  }
  const begin = body.slice(0, 1000).trimStart();
  return begin === '' ? 'empty' : begin.startsWith('<') ? 'page' : 'content';
}
