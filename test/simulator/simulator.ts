import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { authenticate, describeAuthorization, type Access, type RecordedAuthorization } from './bearer.ts';
import { makeCertificate, type ServerCertificate } from './certificate.ts';
import { AdjustableClock, type Clock } from './clock.ts';
import { ServiceError } from './errors.ts';
import { Faults, type FaultAction } from './faults.ts';
import { Instance, type InstanceOptions } from './instance.ts';
import { RateLimit } from './rate.ts';
import { answer, type ReplySettings, type ServiceReply, type ServiceRequest } from './routes.ts';

/** How to start a simulated instance. Everything has a default. */
export interface SimulatorOptions extends InstanceOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The addresses to listen on; both loopback addresses when absent, so that `localhost` works either way. */
  readonly addresses?: readonly string[];
  /** The host names and addresses in the certificate. */
  readonly hostNames?: readonly string[];
  /** A certificate to use instead of one made at start; `file` when it is in a file already. */
  readonly certificate?: ServerCertificate & { readonly file?: string };
  /** Where to write the certificate; a temporary file, removed on close, when absent. */
  readonly certificateFile?: string;
  readonly clock?: Clock;
  /** Limits the Jobs API to so many requests a second; no limit when absent. The service's is 1. */
  readonly jobsRequestsPerSecond?: number;
  /** How many jobs a page of a list has, unless the client asks for fewer; 100 when absent, as with all other lists. */
  readonly jobsPerPage?: number;
  /** How long a connection stays open without a request, in milliseconds; 5 s when absent, as Node has it. */
  readonly keepAliveMs?: number;
  readonly access?: Partial<Access>;
}

/** A request that the instance has received. The bearer token itself is not kept. */
export interface RecordedRequest {
  /** By the instance's clock, milliseconds since 1970. */
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

/** A running simulated instance. */
export interface Simulator {
  /** Host and port, `localhost:8443`: what a client takes as the instance's address. */
  readonly address: string;
  readonly port: number;
  /** `https://localhost:8443` */
  readonly origin: string;
  readonly certificatePem: string;
  readonly certificateFile: string;
  readonly instance: Instance;
  readonly clock: Clock;
  readonly faults: Faults;
  /** How many connections were made to it, each with a TLS handshake. */
  readonly connections: number;
  /** The requests received, oldest first; only the last 10,000 are kept. */
  readonly requests: readonly RecordedRequest[];
  /** Who may use the instance; can be replaced while it runs. */
  access: Access;
  /** Requests a second to the Jobs API; undefined for no limit. Can be replaced while it runs. */
  jobsRequestsPerSecond: number | undefined;
  /** Whether a query's first page is empty; can be replaced while it runs. */
  emptyFirstPages: boolean;
  /** Forgets the requests received. */
  clearRequests(): void;
  /** Stops at once: open connections are broken. */
  close(): Promise<void>;
}

const maximumBodyBytes = 4 * 1024 * 1024;
const maximumRecordedRequests = 10_000;

type Writable<Item> = { -readonly [Key in keyof Item]: Item[Key] };

/** Starts a simulated instance and resolves when it takes requests. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const service = new Service(options);
  const { certificatePem, keyPem } =
    options.certificate ?? (await makeCertificate(options.hostNames ?? ['localhost', '127.0.0.1', '::1']));
  const { certificateFile, remove } = await writeCertificate(certificatePem, options);
  const { servers, port } = await listen(
    () =>
      createServer(
        { cert: certificatePem, key: keyPem, keepAliveTimeout: options.keepAliveMs },
        (request, response) => {
          void service.handle(request, response);
        },
      ).on('secureConnection', () => {
        service.connections += 1;
      }),
    options.addresses ?? ['127.0.0.1', '::1'],
    options.port ?? 0,
  ).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  service.address = `localhost:${port}`;

  return {
    address: service.address,
    port,
    origin: `https://${service.address}`,
    certificatePem,
    certificateFile,
    instance: service.instance,
    clock: service.clock,
    faults: service.faults,
    get connections() {
      return service.connections;
    },
    get requests() {
      return service.requests;
    },
    get access() {
      return service.access;
    },
    set access(access) {
      service.access = access;
    },
    get jobsRequestsPerSecond() {
      return service.jobsRate.perSecond;
    },
    set jobsRequestsPerSecond(perSecond) {
      service.jobsRate.perSecond = perSecond;
    },
    get emptyFirstPages() {
      return service.settings.emptyFirstPages;
    },
    set emptyFirstPages(empty) {
      service.settings.emptyFirstPages = empty;
    },
    clearRequests: () => {
      service.requests.length = 0;
    },
    close: async () => {
      service.stop();
      await Promise.all(servers.map(closeServer));
      await remove();
    },
  };
}

/** Puts the certificate where clients can find it. `remove` takes away what was made for it. */
async function writeCertificate(
  certificatePem: string,
  options: SimulatorOptions,
): Promise<{ certificateFile: string; remove: () => Promise<void> }> {
  const given = options.certificate?.file;
  if (given !== undefined) {
    return { certificateFile: given, remove: () => Promise.resolve() };
  }
  if (options.certificateFile !== undefined) {
    await writeFile(options.certificateFile, certificatePem);
    return { certificateFile: options.certificateFile, remove: () => Promise.resolve() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'simulated-instance-'));
  const certificateFile = join(folder, 'certificate.pem');
  await writeFile(certificateFile, certificatePem);
  return { certificateFile, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Takes requests, whatever they are, and answers each as the service or as a scripted fault wants it. */
class Service {
  address = 'localhost';
  connections = 0;
  access: Access;
  readonly clock: Clock;
  readonly instance: Instance;
  readonly faults = new Faults();
  readonly jobsRate: RateLimit;
  readonly settings: ReplySettings;
  readonly requests: Writable<RecordedRequest>[] = [];
  readonly #stopped = new AbortController();

  constructor(options: SimulatorOptions) {
    this.clock = options.clock ?? new AdjustableClock();
    this.instance = new Instance(this.clock, options);
    this.jobsRate = new RateLimit(this.clock, options.jobsRequestsPerSecond);
    this.settings = { emptyFirstPages: false, jobsPerPage: options.jobsPerPage ?? 100 };
    this.access = { role: 'owner', ...options.access };
  }

  stop(): void {
    this.#stopped.abort();
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(message);
      await this.#serve(this.#read(message, body ?? Buffer.alloc(0)), body === undefined, response);
    } catch {
      // The client went away, or the instance is closing: nobody is there to be told.
      message.destroy();
    }
  }

  async #serve(request: ServiceRequest, isTooLarge: boolean, response: ServerResponse): Promise<void> {
    const record = this.#record(request);
    const fault = this.faults.take(request.method, request.path);
    if (fault !== undefined) {
      record.fault = fault.kind;
    }
    if (fault?.kind === 'dropBefore') {
      drop(response, record);
      return;
    }
    if (fault?.kind === 'delay' && fault.of !== 'answer') {
      await this.#wait(fault.ms);
    }
    const isAnsweredByFault = fault?.kind === 'respond';
    if (isAnsweredByFault && fault.takesEffect !== true) {
      send(response, record, scriptedReply(fault));
      return;
    }
    const reply = isTooLarge ? tooLarge() : this.#answer(request);
    if (fault?.kind === 'dropAfter') {
      drop(response, record);
      return;
    }
    if (fault?.kind === 'delay' && fault.of === 'answer') {
      await this.#wait(fault.ms);
    }
    if (fault?.kind === 'truncate') {
      truncate(response, record, serviceReply(reply), fault.bytes);
      return;
    }
    send(response, record, isAnsweredByFault ? scriptedReply(fault) : serviceReply(reply));
  }

  #answer(request: ServiceRequest): ServiceReply {
    try {
      authenticate(request.headers.authorization, this.access, this.clock.now());
      if (this.access.role === 'none') {
        return { status: 403 };
      }
      if (request.path.startsWith('/jobs/')) {
        this.jobsRate.pass();
      }
      return answer(request, this.instance, this.settings);
    } catch (error) {
      return errorReply(error);
    }
  }

  async #wait(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#stopped.signal });
  }

  #read(message: IncomingMessage, body: Buffer): ServiceRequest {
    const url = message.url ?? '/';
    const target = url.replace(/^https?:\/\/[^/?#]*/i, '');
    const mark = target.indexOf('?');
    const path = mark < 0 ? target : target.slice(0, mark);
    return {
      method: message.method ?? 'GET',
      path: path.startsWith('/') ? path : `/${path}`,
      query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
      headers: message.headers,
      body,
      origin: `https://${message.headers.host ?? this.address}`,
    };
  }

  #record({ method, path, query, headers, body }: ServiceRequest): Writable<RecordedRequest> {
    const { authorization, ...others } = headers;
    const record: Writable<RecordedRequest> = {
      at: this.clock.now(),
      method,
      path,
      query: Object.fromEntries(query),
      headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
      authorization: describeAuthorization(authorization),
      bodySize: body.length,
    };
    if (this.requests.length >= maximumRecordedRequests) {
      this.requests.shift();
    }
    this.requests.push(record);
    return record;
  }
}

interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function serviceReply({ status, headers = {}, body }: ServiceReply): RawReply {
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

function scriptedReply({ status, headers = {}, body }: Extract<FaultAction, { kind: 'respond' }>): RawReply {
  if (body === undefined || typeof body === 'string') {
    return { status, headers: { 'x-ms-request-id': randomUUID(), ...headers }, body: body ?? '' };
  }
  const { headers: common, ...reply } = serviceReply({ status, body });
  return { ...reply, headers: { ...common, ...headers } };
}

function errorReply(error: unknown): ServiceReply {
  const known =
    error instanceof ServiceError
      ? error
      : new ServiceError(500, 'InternalServerError', `The simulated instance has a fault: ${String(error)}`);
  return {
    status: known.status,
    headers: { 'x-ms-error-code': known.code, ...known.headers },
    body: { error: { code: known.code, message: known.message } },
  };
}

function tooLarge(): ServiceReply {
  const { headers = {}, ...reply } = errorReply(
    new ServiceError(413, 'RequestEntityTooLarge', `A request takes at most ${maximumBodyBytes} bytes.`),
  );
  return { ...reply, headers: { ...headers, Connection: 'close' } };
}

function send(response: ServerResponse, record: Writable<RecordedRequest>, reply: RawReply): void {
  begin(response, record, reply);
  response.end(reply.body);
}

/** Sends an answer whose end never comes. */
function truncate(
  response: ServerResponse,
  record: Writable<RecordedRequest>,
  reply: RawReply,
  bytes: number | undefined,
): void {
  const body = Buffer.from(reply.body);
  begin(response, record, reply);
  response.flushHeaders();
  // Once it is on its way: a connection that is broken before leaves out what was to be sent.
  response.write(body.subarray(0, bytes ?? Math.floor(body.length / 2)), () => response.destroy());
}

function begin(response: ServerResponse, record: Writable<RecordedRequest>, { status, headers, body }: RawReply): void {
  record.status = status;
  response.writeHead(status, {
    ...(status !== 204 && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  });
}

function drop(response: ServerResponse, record: Writable<RecordedRequest>): void {
  record.status = 'dropped';
  response.destroy();
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

/** Listens on all addresses with one port. An IPv6 address that the machine does not have is left out. */
async function listen(
  create: () => Server,
  addresses: readonly string[],
  port: number,
  attempts = 10,
): Promise<{ servers: Server[]; port: number }> {
  const servers: Server[] = [];
  let taken = port;
  for (const address of addresses) {
    const server = create();
    try {
      taken = await listenOn(server, address, taken);
      servers.push(server);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (address.includes(':') && servers.length > 0 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) {
        continue;
      }
      await Promise.all(servers.map(closeServer));
      if (code === 'EADDRINUSE' && port === 0 && attempts > 1) {
        return listen(create, addresses, port, attempts - 1);
      }
      throw error;
    }
  }
  return { servers, port: taken };
}

function listenOn(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
