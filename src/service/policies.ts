import {
  RestError,
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
  type SendRequest,
} from '@azure/core-rest-pipeline';
import { AbortListeners } from './abortListeners.ts';
import type { Clock } from './clock.ts';
import { OtherHostError } from './errors.ts';
import type { GrowingBuffer } from './growingBuffer.ts';
import type { KeptCredential } from './keptCredential.ts';
import type { Log } from './log.ts';
import { printable } from './printable.ts';
import type { RandomHex } from './random.ts';
import type { RequestPacer } from './requestPacer.ts';
import type { RequestSpacing } from './requestSpacing.ts';
import type { BeginLimit } from './timeLimits.ts';
import { TraceContext, withNewSpan } from './traceContext.ts';

// What the pipeline library has no policy for. All of these stand behind its retry and sign phases, so each sees every
// attempt as it goes out.

/** Lets nothing out to another host than that of `origin`, such as a link to a next page that leads elsewhere. */
export function sameHostPolicy(origin: string): PipelinePolicy {
  return {
    name: 'sameHostPolicy',
    sendRequest(request, next) {
      // What begins so can't have another origin; the rest is left to the parser.
      if (!request.url.startsWith(`${origin}/`) && URL.parse(request.url)?.origin !== origin) {
        throw new OtherHostError(origin);
      }
      return next(request);
    },
  };
}

/** Gives a request a trace context of its own where it has none. */
export function tracePolicy(randomHex: RandomHex): PipelinePolicy {
  return {
    name: 'tracePolicy',
    sendRequest(request, next) {
      if (!request.headers.has('traceparent')) {
        request.headers.set('traceparent', TraceContext.begin(randomHex).nextTraceparent(randomHex));
      }
      return next(request);
    },
  };
}

/** Gives a retried request a span id of its own; the first attempt keeps the one it was made with. */
export function spanPolicy(randomHex: RandomHex): PipelinePolicy {
  const sent = new WeakSet<PipelineRequest>();
  return {
    name: 'spanPolicy',
    sendRequest(request, next) {
      const traceparent = request.headers.get('traceparent');
      if (sent.has(request) && traceparent !== undefined) {
        request.headers.set('traceparent', withNewSpan(traceparent, randomHex));
      }
      sent.add(request);
      return next(request);
    },
  };
}

/** Lets the pacer decide when each attempt is sent. */
export function pacePolicy(pacer: RequestPacer): PipelinePolicy {
  return {
    name: 'pacePolicy',
    sendRequest: (request, next) => pacer.send(() => next(request)),
  };
}

/** Lets no two attempts begin at once, whatever instance they are for. */
export function spacingPolicy(spacing: RequestSpacing): PipelinePolicy {
  return {
    name: 'spacingPolicy',
    async sendRequest(request, next) {
      await spacing.turn();
      return next(request);
    },
  };
}

/**
 * Ends an attempt that has no complete answer after `limitInMs`. The library's own `timeout` covers the headers only
 * and fails like an abort by the user; this one fails as a RestError `ETIMEDOUT`, which its retry policies know.
 */
export function timeLimitPolicy(beginLimit: BeginLimit, limitInMs: number): PipelinePolicy {
  const callers = new AbortListeners();
  return {
    name: 'timeLimitPolicy',
    async sendRequest(request, next) {
      const ended = new AbortController();
      const { abortSignal: caller } = request;
      const stop = (): void => {
        ended.abort();
      };
      const state = { isLate: false };
      const endLimit = beginLimit(limitInMs, () => {
        state.isLate = true;
        stop();
      });
      // Not by AbortSignal.any: the signal of a caller may outlive millions of requests.
      const endListening = caller && callers.add(caller, stop);
      request.abortSignal = ended.signal;
      try {
        return await next(request);
      } catch (error) {
        if (state.isLate) {
          throw new RestError(`No answer within ${limitInMs / 1000} s.`, { code: 'ETIMEDOUT', request });
        }
        throw error;
      } finally {
        endLimit();
        endListening?.();
        // The retry policy would take it for an abort of the whole request.
        if (caller) {
          request.abortSignal = caller;
        } else {
          delete request.abortSignal;
        }
      }
    },
  };
}

/**
 * Asks to keep the connection for the next request. VS Code puts an agent of its own around each request, which would close
 * it, and makes a TLS context for each new one, with all certificates of the system in it: some 30 ms in which no extension
 * does anything. The header counts for Node too, which then gives the connection back to the agent that it comes from.
 */
export function keepAlivePolicy(): PipelinePolicy {
  return {
    name: 'keepAlivePolicy',
    sendRequest(request, next) {
      request.headers.set('connection', 'keep-alive');
      return next(request);
    },
  };
}

/** A request whose answer is wanted as bytes, where it has a status of `streamResponseStatusCodes`. */
export interface BytesRequest extends PipelineRequest {
  /** Where the bytes are put. */
  bytesInto?: GrowingBuffer;
}

/** A response whose body is kept as the bytes that came. */
export interface BytesResponse extends PipelineResponse {
  /** Those of the buffer of the request; undefined where it did not ask for the bytes of such an answer. */
  bodyAsBytes?: Buffer;
}

/**
 * Reads the bodies that a request wants as bytes to their end, from the stream that the library gives. It stands within the
 * time limit, which an answer that never ends would pass by otherwise.
 */
export function bodyBytesPolicy(): PipelinePolicy {
  return {
    name: 'bodyBytesPolicy',
    sendRequest(request: BytesRequest, next) {
      return request.bytesInto ? withBytes(request, request.bytesInto, next) : next(request);
    },
  };
}

async function withBytes(request: PipelineRequest, into: GrowingBuffer, next: SendRequest): Promise<BytesResponse> {
  const response: BytesResponse = await next(request);
  const { readableStreamBody: body } = response;
  if (!body) {
    return response;
  }
  delete response.readableStreamBody;
  // What an earlier attempt has left
  into.clear();
  try {
    for await (const chunk of body) {
      into.add(chunk as Buffer);
    }
  } catch (error) {
    // What was ended on purpose passes as it is, and so does a defect: neither is trouble on the way.
    if (request.abortSignal?.aborted || error instanceof TypeError || error instanceof RangeError) {
      throw error;
    }
    const { code = RestError.PARSE_ERROR, message } = error as NodeJS.ErrnoException;
    throw new RestError(`The answer broke off: ${message}`, { code, request });
  }
  response.bodyAsBytes = into.bytes;
  return response;
}

/** Drops a token that the instance does not accept. */
export function forgettingPolicy(credential: KeptCredential): PipelinePolicy {
  return {
    name: 'forgettingPolicy',
    async sendRequest(request, next) {
      const response = await next(request);
      if (response.status === 401) {
        credential.forget();
      }
      return response;
    },
  };
}

/**
 * Writes one line for each attempt, or where there are too many of them for each that got no good answer. Knows neither
 * headers nor bodies but those it names: a token can't get in.
 */
export function requestLogPolicy(log: Log, clock: Clock, logged: 'all' | 'failures'): PipelinePolicy {
  return {
    name: 'requestLogPolicy',
    async sendRequest(request, next) {
      const begun = clock.now();
      const line = (outcome: string, requestId?: string): string => {
        const url = new URL(request.url);
        // The same in every line.
        url.searchParams.delete('api-version');
        const traceparent = request.headers.get('traceparent') ?? 'none';
        return [
          `${request.method} ${url.pathname}${url.search} ${outcome} in ${clock.now() - begun} ms`,
          `host ${url.host}`,
          `job ${jobId(request, url) ?? 'none'}`,
          `traceparent ${traceparent}`,
          ...(requestId === undefined ? [] : [`x-ms-request-id ${printable(requestId, 100)}`]),
        ].join(', ');
      };
      try {
        const response = await next(request);
        if (logged === 'failures' && response.status < 400) {
          return response;
        }
        log.info(line(String(response.status), response.headers.get('x-ms-request-id')));
        return response;
      } catch (error) {
        const code = error instanceof RestError ? error.code : undefined;
        const message = error instanceof Error ? error.message : String(error);
        log.info(line(`no answer (${printable(code ?? message, 200)})`));
        throw error;
      }
    },
  };
}

function jobId(request: PipelineRequest, url: URL): string | undefined {
  // As it stands in the path: encoded, what is in it can neither break a line nor fail to be decoded.
  return request.headers.get('operation-id') ?? /^\/jobs\/(?:deletions|imports)\/([^/]+)$/.exec(url.pathname)?.[1];
}
