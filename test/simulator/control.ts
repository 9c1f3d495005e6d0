import { createServer, type IncomingMessage, type Server } from 'node:http';
import { makeToken } from './bearer.ts';
import { AdjustableClock } from './clock.ts';
import type { DeletionSettings } from './deleteJobs.ts';
import type { FaultAction, FaultMatcher } from './faults.ts';
import type { PlantedDeletion, PlantedImport } from './instance.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Simulator } from './simulator.ts';

/** A running control port. */
export interface Control {
  /** `http://127.0.0.1:8444` */
  readonly origin: string;
  close(): Promise<void>;
}

/** A control request that cannot be carried out; answered 400 with its message. */
class Refusal extends Error {}

type Command = (simulator: Simulator, body: JsonObject) => unknown;

const commands: Readonly<Record<string, Command>> = {
  'GET /state': state,
  'GET /requests': ({ requests }) => ({ value: requests }),
  'DELETE /requests': (simulator) => {
    simulator.clearRequests();
  },
  'GET /faults': ({ faults }) => ({ value: faults.pending.map(describeFault) }),
  'POST /faults': addFault,
  'DELETE /faults': ({ faults }) => {
    faults.clear();
  },
  'PATCH /settings': changeSettings,
  'POST /clock': advanceClock,
  'POST /jobs/deletions': plantDeletions,
  'POST /eventroutes': plantEventRoute,
  'POST /jobs/imports': ({ instance }, body) => instance.plantImportJob(readPlanted(body)),
  'POST /token': ({ clock }, body) => ({ token: makeToken({ now: clock.now(), ...body }) }),
};

/**
 * Starts the control port of a simulated instance: plain HTTP on 127.0.0.1, without any authentication, for tests that
 * run in another process. A real instance has no such thing.
 * @param port 0 takes any free port.
 */
export async function startControl(simulator: Simulator, port: number): Promise<Control> {
  const server = createServer((request, response) => {
    void carryOut(simulator, request).then(({ status, body }) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body ?? null));
    });
  });
  const bound = await listen(server, port);
  return {
    origin: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function carryOut(simulator: Simulator, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  // No browser's page may give orders here.
  if (request.headers.origin !== undefined) {
    return { status: 403, body: { error: 'The control port takes no requests from web pages.' } };
  }
  const name = `${request.method ?? ''} ${request.url ?? ''}`;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    return { status: 404, body: { error: `There is no ${name}. There are: ${Object.keys(commands).join(', ')}.` } };
  }
  try {
    return { status: 200, body: command(simulator, await readObject(request)) };
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

async function readObject(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const content: unknown = text === '' ? {} : JSON.parse(text);
  if (!isObject(content)) {
    throw new Refusal('The body must be a JSON object.');
  }
  return content;
}

function state(simulator: Simulator): JsonObject {
  const { clock, instance, access, emptyFirstPages } = simulator;
  return {
    now: clock.now(),
    counts: instance.counts,
    queriedCounts: instance.indexed.counts,
    deletionJobs: instance.deletionJobs.all().map((job) => ({ id: job.id, ...instance.deletionJobs.state(job) })),
    importJobs: instance.importJobs.all().map((job) => ({ id: job.id, ...instance.importJobs.state(job) })),
    eventRoutes: [...instance.eventRoutes.values()],
    deletion: instance.deletion,
    queryLagMs: instance.queryLagMs,
    jobsRequestsPerSecond: simulator.jobsRequestsPerSecond ?? null,
    createsPerSecond: simulator.createsPerSecond ?? null,
    queryItemsInTime: simulator.queryItemsInTime ?? null,
    emptyFirstPages,
    access,
  };
}

function addFault({ faults }: Simulator, body: JsonObject): void {
  const { method, path, tenantId, action, times } = body;
  if (!isObject(action)) {
    throw new Refusal('A fault has an action.');
  }
  const matcher: FaultMatcher = {
    ...(typeof method === 'string' && { method }),
    ...(typeof path === 'string' && { path }),
    ...(typeof tenantId === 'string' && { tenantId }),
  };
  faults.next(matcher, readAction(action), times === 'always' ? Infinity : number(times ?? 1, 'times'));
}

function readAction(action: JsonObject): FaultAction {
  const { kind, ms, of, bytes, status, headers, body, takesEffect } = action;
  switch (kind) {
    case 'dropBefore':
    case 'dropAfter':
      return { kind };
    case 'delay':
      return { kind, ms: number(ms, 'ms'), ...(of === 'answer' && { of }) };
    case 'truncate':
      return { kind, ...(bytes !== undefined && { bytes: number(bytes, 'bytes') }) };
    case 'respond':
      return {
        kind,
        status: number(status, 'status'),
        ...(isObject(headers) && {
          headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        }),
        ...(body !== undefined && { body }),
        ...(takesEffect === true && { takesEffect }),
      };
    default:
      throw new Refusal("An action's kind is dropBefore, dropAfter, delay, truncate or respond.");
  }
}

function describeFault({ matcher, action, remaining }: Simulator['faults']['pending'][number]): JsonObject {
  return {
    ...(matcher.method !== undefined && { method: matcher.method }),
    ...(matcher.path !== undefined && { path: String(matcher.path) }),
    ...(matcher.tenantId !== undefined && { tenantId: matcher.tenantId }),
    action,
    times: remaining === Infinity ? 'always' : remaining,
  };
}

function changeSettings(simulator: Simulator, body: JsonObject): JsonObject {
  const { deletion, queryLagMs, jobsRequestsPerSecond, createsPerSecond, queryItemsInTime, emptyFirstPages, access } =
    body;
  const { instance } = simulator;
  if (isObject(deletion)) {
    instance.deletion = { ...instance.deletion, ...readDeletion(deletion) };
  }
  if (queryLagMs !== undefined) {
    instance.queryLagMs = number(queryLagMs, 'queryLagMs');
  }
  if (jobsRequestsPerSecond !== undefined) {
    simulator.jobsRequestsPerSecond = limit(jobsRequestsPerSecond, 'jobsRequestsPerSecond');
  }
  if (createsPerSecond !== undefined) {
    simulator.createsPerSecond = limit(createsPerSecond, 'createsPerSecond');
  }
  if (queryItemsInTime !== undefined) {
    simulator.queryItemsInTime = limit(queryItemsInTime, 'queryItemsInTime');
  }
  if (emptyFirstPages !== undefined) {
    simulator.emptyFirstPages = emptyFirstPages === true;
  }
  if (isObject(access)) {
    simulator.access = {
      role: access['role'] === 'none' ? 'none' : 'owner',
      ...(typeof access['tenantId'] === 'string' && { tenantId: access['tenantId'] }),
      ...(access['hidesTenant'] === true && { hidesTenant: true }),
    };
  }
  return state(simulator);
}

function advanceClock({ clock }: Simulator, body: JsonObject): JsonObject {
  if (!(clock instanceof AdjustableClock)) {
    throw new Refusal('This instance runs on a clock that cannot be moved.');
  }
  clock.advance(number(body['advanceMs'], 'advanceMs'));
  return { now: clock.now() };
}

function plantDeletions({ instance }: Simulator, body: JsonObject): unknown {
  const { count, ...planted } = body;
  if (count === undefined) {
    return instance.plantDeletionJob(readPlanted(planted));
  }
  instance.plantDeletionJobs(number(count, 'count'));
  return undefined;
}

function plantEventRoute({ instance }: Simulator, { id, endpointName, filter }: JsonObject): unknown {
  return instance.plantEventRoute({
    id: text(id, 'id'),
    endpointName: text(endpointName, 'endpointName'),
    filter: text(filter, 'filter'),
  });
}

/** What planted jobs of both kinds can be given. */
function readPlanted({ id, status, createdAt, finishedAt, error }: JsonObject): PlantedDeletion & PlantedImport {
  return {
    ...(id !== undefined && { id: text(id, 'id') }),
    ...(status !== undefined && { status: text(status, 'status') }),
    ...(createdAt !== undefined && { createdAt: number(createdAt, 'createdAt') }),
    ...(finishedAt !== undefined && { finishedAt: number(finishedAt, 'finishedAt') }),
    ...(isObject(error) && { error }),
  };
}

function readDeletion({
  notStartedMs,
  durationMs,
  outcome,
  failedShare,
  error,
}: JsonObject): Partial<DeletionSettings> {
  if (outcome !== undefined && outcome !== 'succeeded' && outcome !== 'failed' && outcome !== 'timeout') {
    throw new Refusal('outcome must be succeeded, failed or timeout.');
  }
  return {
    ...(notStartedMs !== undefined && { notStartedMs: number(notStartedMs, 'notStartedMs') }),
    ...(durationMs !== undefined && { durationMs: number(durationMs, 'durationMs') }),
    ...(outcome !== undefined && { outcome }),
    ...(failedShare !== undefined && { failedShare: Math.min(1, number(failedShare, 'failedShare')) }),
    ...(isObject(error) && { error }),
  };
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') {
    throw new Refusal(`${name} must be a text.`);
  }
  return value;
}

function number(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new Refusal(`${name} must be a number from 0.`);
  }
  return value;
}

/** Null stands for no limit: JSON has no undefined. */
function limit(value: unknown, name: string): number | undefined {
  return value === null ? undefined : number(value, name);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}
