import { InvalidInputError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { printable } from '../service/printable.ts';
import type { JobStore } from './jobStore.ts';
import type { RecordFile } from './recordFile.ts';

/** The instances that a person works with: remembered over restarts, shown by way of the store. */
export class KnownInstances {
  readonly #records: RecordFile;
  readonly #store: JobStore;
  readonly #parseHost: (hostname: string) => InstanceHost;
  readonly #log: Log;

  /** @param parseHost reads a host name by the settings in force; throws InvalidInputError */
  constructor(records: RecordFile, store: JobStore, parseHost: (hostname: string) => InstanceHost, log: Log) {
    this.#records = records;
    this.#store = store;
    this.#parseHost = parseHost;
    this.#log = log;
  }

  /**
   * Brings the store up to what is remembered. A host that the settings no longer allow is not shown and not spoken to;
   * it stays remembered in case they allow it again.
   */
  async load(): Promise<void> {
    this.#show((await this.#records.read()).instances);
  }

  /** Remembers an instance; one that is known already stays where it is. */
  async add(host: InstanceHost): Promise<void> {
    const { instances } = await this.#records.change((records) =>
      records.instances.includes(host.hostname)
        ? records
        : { ...records, instances: [...records.instances, host.hostname] },
    );
    this.#show(instances);
  }

  /** Forgets an instance. Nothing happens to the instance itself or to a job that runs on it. */
  async remove(host: InstanceHost): Promise<void> {
    const { instances } = await this.#records.change((records) => ({
      ...records,
      instances: records.instances.filter((hostname) => hostname !== host.hostname),
    }));
    this.#show(instances);
  }

  #show(hostnames: readonly string[]): void {
    this.#store.setInstances(
      hostnames.flatMap((hostname) => {
        try {
          return [this.#parseHost(hostname)];
        } catch (error) {
          if (!(error instanceof InvalidInputError)) {
            throw error;
          }
          this.#log.warn(`The instance ${printable(hostname, 300)} is not shown. ${error.message}`);
          return [];
        }
      }),
    );
  }
}
