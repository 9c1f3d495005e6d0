import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';
import { makeToken } from '../../simulator/bearer.ts';
import { ManualClock } from '../../simulator/clock.ts';
import type { Service } from '../../simulator/service.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulator.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The body, read as JSON. */
  readonly json: Record<string, unknown>;
}

export interface Sending {
  readonly headers?: Record<string, string>;
  /** Sent as it is when a string, as JSON when not. */
  readonly body?: unknown;
  /** The Authorization header; a good token when absent, none when null. */
  readonly authorization?: string | null;
}

/** Sends `GET /path?query`; the api-version is added unless the query names one. */
export type Send = (line: string, sending?: Sending) => Promise<Reply>;

export interface Running {
  readonly simulator: Simulator;
  readonly clock: ManualClock;
  readonly send: Send;
}

/** Starts a simulated instance on a clock that stands still, without query lag, for the time of one test. */
export async function start(context: TestContext, options: SimulatorOptions = {}): Promise<Running> {
  const clock = new ManualClock();
  const simulator = await startSimulator({ clock, queryLagMs: 0, ...options });
  context.after(() => simulator.close());
  return { simulator, clock, send: (line, sending) => send(simulator, clock, line, sending) };
}

function send(simulator: Simulator, clock: ManualClock, line: string, sending: Sending = {}): Promise<Reply> {
  const { authorization = `Bearer ${makeToken({ now: clock.now() })}`, ...others } = sending;
  const versioned = line.includes('api-version=')
    ? line
    : `${line}${line.includes('?') ? '&' : '?'}api-version=2023-10-31`;
  return sendTo(simulator, versioned, { ...others, authorization });
}

/** Sends `GET /path?query` to a simulated service as it is; without an authorization there is none. */
export async function sendTo(
  { port, certificatePem }: Pick<Service, 'port' | 'certificatePem'>,
  line: string,
  { headers = {}, body, authorization = null }: Sending = {},
): Promise<Reply> {
  const [method = '', target = ''] = line.split(' ');
  const options: RequestOptions = {
    host: 'localhost',
    servername: 'localhost',
    port,
    method,
    path: target,
    ca: certificatePem,
    agent: false,
    headers: { ...headers, ...(authorization !== null && { authorization }) },
  };
  const sent = request(options);
  sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text) as Record<string, unknown>;
    },
  };
}

/** The status, the error code and the error message of a refusal. */
export function refusal({ status, headers, json }: Reply): { status: number; code: unknown; message: unknown } {
  const { code, message } = json['error'] as Record<string, unknown>;
  if (headers['x-ms-error-code'] !== code) {
    throw new Error(`x-ms-error-code is ${String(headers['x-ms-error-code'])}, the body says ${String(code)}.`);
  }
  return { status, code, message };
}

/** The path and query of an absolute link of this instance. */
export function pathOf(link: unknown, { origin }: Pick<Service, 'origin'>): string {
  if (typeof link !== 'string' || !link.startsWith(`${origin}/`)) {
    throw new Error(`${String(link)} is not on ${origin}.`);
  }
  return link.slice(origin.length);
}
