import { isDeepStrictEqual } from 'node:util';
import { InstanceProtectedError, InvalidInputError } from '../service/errors.ts';
import type { Account, Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { printable } from '../service/printable.ts';
import { identityFor, type InstanceAccess, type InstanceDetails } from './instanceDetails.ts';
import type { JobStore } from './jobStore.ts';
import { protectionOf, type Protection } from './protection.ts';
import type { RecordFile, Records } from './recordFile.ts';

/** What the settings say about instances. */
export interface InstanceSettings {
  /** Reads a host name by the settings in force; throws InvalidInputError. */
  readonly parseHost: (hostname: string) => InstanceHost;
  /** The rules of the setting `digitalTwins.protectedHosts`. */
  readonly protectedHosts: () => readonly string[];
  /** Who asks the instances of which nothing else is settled. */
  readonly identity: () => Identity;
}

/** The instances that a person works with and has protected: remembered over restarts, shown by way of the store. */
export class KnownInstances {
  readonly #records: RecordFile;
  readonly #store: JobStore;
  readonly #settings: InstanceSettings;
  readonly #log: Log;
  /** Details of instances that are no known ones yet: they have been chosen, and nothing more. */
  readonly #chosen = new Map<string, InstanceDetails>();
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

  /**
   * Remembers an instance. One that is known already stays where it is, and who asks it stays settled.
   *
   * @param details what is known of it now; without them, what {@link choose} was told
   */
  async add(host: InstanceHost, details?: InstanceDetails): Promise<void> {
    const { hostname } = host;
    const { resource, access } = details ?? this.#chosen.get(hostname) ?? {};
    this.#show(
      await this.#records.change((records) => {
        const isKnown = records.instances.includes(hostname);
        const known = isKnown ? recordOf(records, hostname) : undefined;
        return isKnown && (!resource || isDeepStrictEqual(resource, known?.resource))
          ? records
          : {
              ...records,
              instances: isKnown ? records.instances : [...records.instances, hostname],
              details: withDetails(records.details, hostname, {
                resource: resource ?? known?.resource,
                access: isKnown ? known?.access : access,
              }),
            };
      }),
    );
    this.#chosen.delete(hostname);
  }

  /** Notes what is known of an instance that may yet become a known one. Nothing is stored, and of a known one nothing noted. */
  choose(host: InstanceHost, details: InstanceDetails): void {
    if (!this.#store.has(host)) {
      this.#chosen.set(host.hostname, details);
    }
  }

  /** Forgets what {@link choose} was told: the person has backed out. */
  forgetChoice(host: InstanceHost): void {
    this.#chosen.delete(host.hostname);
  }

  /** What is known of an instance. */
  detailsOf(host: InstanceHost): InstanceDetails {
    return this.#store.instance(host)?.details ?? this.#chosen.get(host.hostname) ?? {};
  }

  /** Who asks an instance. */
  identityOf(host: InstanceHost): Identity {
    return identityFor(this.detailsOf(host).access, this.#settings.identity());
  }

  /** Settles who asks an instance: it is remembered with a known one, else noted for the time being. */
  async setAccess(host: InstanceHost, access: InstanceAccess): Promise<void> {
    this.choose(host, { ...this.detailsOf(host), access });
    await this.#changeAccess(host, () => access);
  }

  /** Remembers the account that a known instance answers to, where nothing else is settled: in no window. */
  async rememberAccount(host: InstanceHost, account: Account): Promise<void> {
    await this.#changeAccess(host, (access) =>
      access?.account || access?.credential ? access : { ...access, account },
    );
  }

  async #changeAccess(
    host: InstanceHost,
    change: (access: InstanceAccess | undefined) => InstanceAccess | undefined,
  ): Promise<void> {
    const { hostname } = host;
    if (!this.#store.has(host)) {
      return;
    }
    this.#show(
      await this.#records.change((records) => {
        const { resource, access } = recordOf(records, hostname);
        const changed = change(access);
        return isDeepStrictEqual(changed, access)
          ? records
          : { ...records, details: withDetails(records.details, hostname, { resource, access: changed }) };
      }),
    );
  }

  /** Forgets an instance, but not that it is protected. Nothing happens to the instance itself or to a job on it. */
  async remove(host: InstanceHost): Promise<void> {
    this.forgetChoice(host);
    this.#show(
      await this.#records.change((records) => ({
        ...records,
        instances: records.instances.filter((hostname) => hostname !== host.hostname),
        details: withDetails(records.details, host.hostname, undefined),
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
      const { resource, access } = recordOf(records, host.hostname);
      this.#store.setDetails(host, { resource, access });
      this.#store.setProtection(host, this.#protection(host, records));
    });
  }
}

function recordOf({ details }: Records, hostname: string): InstanceDetails {
  return details.find((each) => each.hostname === hostname) ?? {};
}

function withDetails(
  all: Records['details'],
  hostname: string,
  details: InstanceDetails | undefined,
): Records['details'] {
  const others = all.filter((each) => each.hostname !== hostname);
  const { resource, access } = details ?? {};
  return (resource ?? access)
    ? [...others, { hostname, ...(resource && { resource }), ...(access && { access }) }]
    : others;
}
