import { DeleteJobs } from './deleteJobs.ts';
import type { InstanceHost } from './instanceHost.ts';
import type { Transport } from './pipeline.ts';

/** One client for each instance, so that all who ask the same instance share its budget of requests. */
export class DeleteJobsByHost {
  readonly #transport: Transport;
  readonly #clients = new Map<string, DeleteJobs>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The client of an instance. */
  forHost(host: InstanceHost): DeleteJobs {
    const client = this.#clients.get(host.hostname) ?? new DeleteJobs(host, this.#transport);
    this.#clients.set(host.hostname, client);
    return client;
  }
}
