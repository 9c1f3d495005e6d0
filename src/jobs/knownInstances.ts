import { InstanceProtectedError, InvalidInputError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { printable } from '../service/printable.ts';
import type { JobStore } from './jobStore.ts';
import { protectionOf, type Protection } from './protection.ts';
import type { RecordFile, Records } from './recordFile.ts';

/** What the settings say about instances. */
export interface InstanceSettings {
  /** Reads a host name by the settings in force; throws InvalidInputError. */
  readonly parseHost: (hostname: string) => InstanceHost;
  /** The rules of the setting `digitalTwins.protectedHosts`. */
  readonly protectedHosts: () => readonly string[];
}

/** The instances that a person works with and has protected: remembered over restarts, shown by way of the store. */
export class KnownInstances {
  readonly #records: RecordFile;
  readonly #store: JobStore;
  readonly #settings: InstanceSettings;
  readonly #log: Log;
  #turn = 0;
  #shown = 0;

  constructor(records: RecordFile, store: JobStore, settings: InstanceSettings, log: Log) {
    this.#records = records;
    this.#store = store;
    this.#settings = settings;
    this.#log = log;
  }

  /**
   * Brings the store up to what is remembered. A host that the settings no longer allow is not shown and not spoken to;
   * it stays remembered in case they allow it again.
   */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    const records = await this.#records.read();
    // What was read before another change was shown is not shown after it.
    if (turn > this.#shown) {
      this.#show(records, turn);
    }
  }

  /** Remembers an instance; one that is known already stays where it is. */
  async add(host: InstanceHost): Promise<void> {
    this.#show(
      await this.#records.change((records) =>
        records.instances.includes(host.hostname)
          ? records
          : { ...records, instances: [...records.instances, host.hostname] },
      ),
    );
  }

  /** Forgets an instance, but not that it is protected. Nothing happens to the instance itself or to a job on it. */
  async remove(host: InstanceHost): Promise<void> {
    this.#show(
      await this.#records.change((records) => ({
        ...records,
        instances: records.instances.filter((hostname) => hostname !== host.hostname),
      })),
    );
  }

  /** Protects an instance: no deletion job is started on it from here, by any window, until that is lifted. */
  async protect(host: InstanceHost): Promise<void> {
    this.#show(
      await this.#records.change((records) =>
        records.protectedInstances.includes(host.hostname)
          ? records
          : { ...records, protectedInstances: [...records.protectedInstances, host.hostname] },
      ),
    );
  }

  /** Lifts what {@link protect} did. A rule of the settings stays in force. */
  async removeProtection(host: InstanceHost): Promise<void> {
    this.#show(
      await this.#records.change((records) => ({
        ...records,
        protectedInstances: records.protectedInstances.filter((hostname) => hostname !== host.hostname),
        unprotectedInstances: records.areProtectionsLost
          ? [...new Set([...records.unprotectedInstances, host.hostname])]
          : records.unprotectedInstances,
      })),
    );
  }

  /** Whether an instance is protected, as files and settings have it now: another window may have just changed it. */
  async protectionOf(host: InstanceHost): Promise<Protection | undefined> {
    return this.#protection(host, await this.#records.read());
  }

  /** @throws InstanceProtectedError when no deletion job may be started on the instance */
  async refuseProtected(host: InstanceHost): Promise<void> {
    const protection = await this.protectionOf(host);
    if (protection) {
      throw new InstanceProtectedError(
        host,
        protection.by === 'rule' ? protection.rule : undefined,
        protection.by === 'lost',
      );
    }
  }

  #protection(
    host: InstanceHost,
    { protectedInstances, unprotectedInstances, areProtectionsLost }: Records,
  ): Protection | undefined {
    const { hostname } = host;
    const isLost = areProtectionsLost === true && !unprotectedInstances.includes(hostname);
    const person = protectedInstances.includes(hostname) ? 'protected' : isLost ? 'lost' : 'unprotected';
    return protectionOf(host, person, this.#settings.protectedHosts());
  }

  #show(records: Records, turn = ++this.#turn): void {
    this.#shown = turn;
    const hosts = records.instances.flatMap((hostname) => {
      try {
        return [this.#settings.parseHost(hostname)];
      } catch (error) {
        if (!(error instanceof InvalidInputError)) {
          throw error;
        }
        this.#log.warn(`The instance ${printable(hostname, 300)} is not shown. ${error.message}`);
        return [];
      }
    });
    this.#store.setInstances(hosts);
    hosts.forEach((host) => {
      this.#store.setProtection(host, this.#protection(host, records));
    });
  }
}
