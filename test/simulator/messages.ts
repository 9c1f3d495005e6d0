import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { ServiceError } from './errors.ts';

/** A request, read as far as HTTP goes. */
export interface ServiceRequest {
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Where the client sees this service, `https://host:port`. */
  readonly origin: string;
}

/** An answer; a body is sent as JSON. */
export interface ServiceReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const maximumBodyBytes = 4 * 1024 * 1024;

/** Reads a request to its end; one that is too large comes without its body. */
export async function readRequest(
  message: IncomingMessage,
  address: string,
): Promise<{ readonly request: ServiceRequest; readonly isTooLarge: boolean }> {
  const body = await readBody(message);
  const url = message.url ?? '/';
  const target = url.replace(/^https?:\/\/[^/?#]*/i, '');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const request = {
    method: message.method ?? 'GET',
    path: path.startsWith('/') ? path : `/${path}`,
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: message.headers,
    body: body ?? Buffer.alloc(0),
    origin: `https://${message.headers.host ?? address}`,
  };
  return { request, isTooLarge: body === undefined };
}

/** How a refusal is answered, or a fault of our own. */
export function errorReply(error: unknown): ServiceReply {
  const known =
    error instanceof ServiceError
      ? error
      : new ServiceError(500, 'InternalServerError', `The simulator has a fault: ${String(error)}`);
  return {
    status: known.status,
    headers: { 'x-ms-error-code': known.code, ...known.headers },
    body: {
      error: {
        code: known.code,
        message: known.message,
        ...(known.details.length > 0 && { details: known.details }),
      },
    },
  };
}

/** The refusal of a request that is larger than so many bytes. */
export function requestTooLarge(maximumBytes: number): ServiceError {
  return new ServiceError(413, 'RequestEntityTooLarge', `A request takes at most ${maximumBytes} bytes.`);
}

/** The answer to a request that is too large to be read. */
export function tooLarge(): ServiceReply {
  const { headers = {}, ...reply } = errorReply(requestTooLarge(maximumBodyBytes));
  return { ...reply, headers: { ...headers, Connection: 'close' } };
}

/** The whole body, or undefined when it is too large: its rest is read and thrown away, so that the answer arrives. */
async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maximumBodyBytes) {
      chunks.push(chunk);
    }
  }
  return size > maximumBodyBytes ? undefined : Buffer.concat(chunks);
}
