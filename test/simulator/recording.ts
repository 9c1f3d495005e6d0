import { describeAuthorization, type RecordedAuthorization } from './bearer.ts';
import type { FaultAction } from './faults.ts';
import type { ServiceRequest } from './messages.ts';

/** A request that was received. The bearer token itself is not kept. */
export interface RecordedRequest {
  /** By the service's clock, milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: RecordedAuthorization;
  /** Bytes. */
  readonly bodySize: number;
  /** The fault that it met. */
  readonly fault?: FaultAction['kind'];
  /** The status that it was answered with; undefined until then, `dropped` when the connection was broken instead. */
  readonly status?: number | 'dropped';
}

const maximumRecordedRequests = 10_000;

/** A record while its request is being answered. */
export type OpenRecord = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

/** Remembers a request; of very many only the last are kept. */
export function record(requests: OpenRecord[], request: ServiceRequest, at: number): OpenRecord {
  const { method, path, query, headers, body } = request;
  const { authorization, ...others } = headers;
  const opened: OpenRecord = {
    at,
    method,
    path,
    query: Object.fromEntries(query),
    headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
    authorization: describeAuthorization(authorization),
    bodySize: body.length,
  };
  if (requests.length >= maximumRecordedRequests) {
    requests.shift();
  }
  requests.push(opened);
  return opened;
}
