import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { makeCertificate, type ServerCertificate } from './certificate.ts';
import { writeCertificate } from './certificateFile.ts';
import type { Clock } from './clock.ts';
import { Faults } from './faults.ts';
import { closeServer, listen } from './listening.ts';
import { errorReply, readRequest, tooLarge, type ServiceReply, type ServiceRequest } from './messages.ts';
import { record, type OpenRecord, type RecordedRequest } from './recording.ts';
import { drop, scriptedReply, send, serviceReply, truncate } from './sending.ts';

/** How to start a simulated service. Everything has a default. */
export interface ServiceOptions {
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
  /** How long a connection stays open without a request, in milliseconds; 5 s when absent, as Node has it. */
  readonly keepAliveMs?: number;
}

/** A running simulated service. */
export interface Service {
  /** Host and port, `localhost:8443`. */
  readonly address: string;
  readonly port: number;
  /** `https://localhost:8443` */
  readonly origin: string;
  readonly certificatePem: string;
  readonly certificateFile: string;
  readonly faults: Faults;
  /** How many connections were made to it, each with a TLS handshake. */
  readonly connections: number;
  /** The requests received, oldest first; only the last 10,000 are kept. */
  readonly requests: readonly RecordedRequest[];
  /** Forgets the requests received. */
  clearRequests(): void;
  /** Stops at once: open connections are broken. */
  close(): Promise<void>;
}

/** Answers a request; what it throws is answered as an error. */
export type Answer = (request: ServiceRequest) => ServiceReply;

/** The names of this machine, by which a simulated service is always to be reached. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** Starts an HTTPS server that answers so, records what it is asked, and meets scripted faults. */
export async function startService(options: ServiceOptions, clock: Clock, answer: Answer): Promise<Service> {
  const exchanges = new Exchanges(clock, answer);
  let connections = 0;
  const { certificatePem, keyPem } = options.certificate ?? (await makeCertificate(options.hostNames ?? loopbackNames));
  const { certificateFile, remove } = await writeCertificate(certificatePem, {
    present: options.certificate?.file,
    wanted: options.certificateFile,
  });
  const { servers, port } = await listen(
    () =>
      createServer(
        { cert: certificatePem, key: keyPem, keepAliveTimeout: options.keepAliveMs },
        (request, response) => {
          void exchanges.handle(request, response);
        },
      ).on('secureConnection', () => {
        connections += 1;
      }),
    options.addresses ?? ['127.0.0.1', '::1'],
    options.port ?? 0,
  ).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  exchanges.address = `localhost:${port}`;

  return {
    address: exchanges.address,
    port,
    origin: `https://${exchanges.address}`,
    certificatePem,
    certificateFile,
    faults: exchanges.faults,
    get connections() {
      return connections;
    },
    requests: exchanges.requests,
    clearRequests: () => {
      exchanges.requests.length = 0;
    },
    close: async () => {
      exchanges.stop();
      await Promise.all(servers.map(closeServer));
      await remove();
    },
  };
}

/** Takes requests, whatever they are, and answers each as the service or as a scripted fault wants it. */
class Exchanges {
  address = 'localhost';
  readonly faults = new Faults();
  readonly requests: OpenRecord[] = [];
  readonly #clock: Clock;
  readonly #answer: Answer;
  readonly #stopped = new AbortController();

  constructor(clock: Clock, answer: Answer) {
    this.#clock = clock;
    this.#answer = answer;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { request, isTooLarge } = await readRequest(message, this.address);
      await this.#serve(request, isTooLarge, response);
    } catch {
      // The client went away, or the service is closing: nobody is there to be told.
      message.destroy();
    }
  }

  async #serve(request: ServiceRequest, isTooLarge: boolean, response: ServerResponse): Promise<void> {
    const opened = record(this.requests, request, this.#clock.now());
    const fault = this.faults.take(request.method, request.path, opened.authorization.tenantId);
    if (fault !== undefined) {
      opened.fault = fault.kind;
    }
    if (fault?.kind === 'dropBefore') {
      drop(response, opened);
      return;
    }
    if (fault?.kind === 'delay' && fault.of !== 'answer') {
      await this.#wait(fault.ms);
    }
    const isAnsweredByFault = fault?.kind === 'respond';
    if (isAnsweredByFault && fault.takesEffect !== true) {
      send(response, opened, scriptedReply(fault));
      return;
    }
    const reply = isTooLarge ? tooLarge() : this.#reply(request);
    if (fault?.kind === 'dropAfter') {
      drop(response, opened);
      return;
    }
    if (fault?.kind === 'delay' && fault.of === 'answer') {
      await this.#wait(fault.ms);
    }
    if (fault?.kind === 'truncate') {
      truncate(response, opened, serviceReply(reply), fault.bytes);
      return;
    }
    send(response, opened, isAnsweredByFault ? scriptedReply(fault) : serviceReply(reply));
  }

  #reply(request: ServiceRequest): ServiceReply {
    try {
      return this.#answer(request);
    } catch (error) {
      return errorReply(error);
    }
  }

  async #wait(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#stopped.signal });
  }
}
