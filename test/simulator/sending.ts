import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FaultAction } from './faults.ts';
import type { ServiceReply } from './messages.ts';
import type { OpenRecord } from './recording.ts';

/** An answer as it goes out. */
export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the service answers. */
export function serviceReply({ status, headers = {}, body }: ServiceReply): RawReply {
  return {
    status,
    headers: {
      ...headers,
      ...(body !== undefined && { 'Content-Type': 'application/json; charset=utf-8' }),
      'x-ms-request-id': randomUUID(),
    },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

/** What a fault answers instead. */
export function scriptedReply({ status, headers = {}, body }: Extract<FaultAction, { kind: 'respond' }>): RawReply {
  if (body === undefined || typeof body === 'string') {
    return { status, headers: { 'x-ms-request-id': randomUUID(), ...headers }, body: body ?? '' };
  }
  const { headers: common, ...reply } = serviceReply({ status, body });
  return { ...reply, headers: { ...common, ...headers } };
}

/** Sends an answer, whole. */
export function send(response: ServerResponse, record: OpenRecord, reply: RawReply): void {
  begin(response, record, reply);
  response.end(reply.body);
}

/** Sends an answer whose end never comes. */
export function truncate(
  response: ServerResponse,
  record: OpenRecord,
  reply: RawReply,
  bytes: number | undefined,
): void {
  const body = Buffer.from(reply.body);
  begin(response, record, reply);
  response.flushHeaders();
  // Once it is on its way: a connection that is broken before leaves out what was to be sent.
  response.write(body.subarray(0, bytes ?? Math.floor(body.length / 2)), () => response.destroy());
}

function begin(response: ServerResponse, record: OpenRecord, { status, headers, body }: RawReply): void {
  record.status = status;
  response.writeHead(status, {
    ...(status !== 204 && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  });
}

/** Breaks the connection instead of an answer. */
export function drop(response: ServerResponse, record: OpenRecord): void {
  record.status = 'dropped';
  response.destroy();
}
