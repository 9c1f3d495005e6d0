import { EventEmitter } from 'node:events';
import type { TokenCredential } from '@azure/core-auth';
import type { Cloud } from '../service/cloud.ts';
import { InvalidInputError } from '../service/errors.ts';
import type { Explanation } from '../service/explain.ts';
import { explained } from '../service/explained.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Log } from '../service/log.ts';
import { logFailure } from '../service/logFailure.ts';
import { printable } from '../service/printable.ts';
import type { ListedInstance, ResourceManager } from '../service/resourceManager.ts';
import type { Tenant } from '../service/tenant.ts';

/** Tenants of an account that are asked at the same time: each may take a token, and a token may take a process. */
const tenantsAtOnce = 4;

/** An instance that was found, and who found it. */
export interface FoundInstance extends Omit<ListedInstance, 'hostName'> {
  readonly host: InstanceHost;
  /** Those who can read it, the first to find it first. Never empty. */
  readonly foundBy: readonly Identity[];
}

/** Why the instances of an account, or of one of its tenants, can't be listed. */
export interface FindProblem {
  readonly identity: Identity;
  /** Undefined where not even the tenants could be listed. */
  readonly tenant: Tenant | undefined;
  readonly error: unknown;
  readonly explanation: Explanation;
}

/** What is found so far. */
export interface Found {
  /** By subscription, then by name. */
  readonly instances: readonly FoundInstance[];
  readonly problems: readonly FindProblem[];
  /** Those who were asked. */
  readonly identities: readonly Identity[];
  /** Tenants that have answered. */
  readonly tenants: number;
  /** Whether more may come. */
  readonly isBusy: boolean;
}

/** What finding needs. */
export interface FinderParts {
  readonly resourceManager: ResourceManager;
  readonly credentialFor: (cloud: Cloud, identity: Identity) => TokenCredential;
  /** Those who can be asked: the accounts, or the one credential that is set. Asks no person. */
  readonly identities: () => Promise<readonly Identity[]>;
  readonly cloud: () => Cloud;
  /** Reads a host name by the settings in force; throws InvalidInputError. */
  readonly parseHost: (hostname: string) => InstanceHost;
  readonly log: Log;
}

/** Finding, from its beginning on. */
interface Search {
  readonly cloud: Cloud;
  /** By resource id in lower case: two accounts may see the same. */
  readonly instances: Map<string, FoundInstance>;
  readonly problems: FindProblem[];
  identities: readonly Identity[];
  tenants: number;
  isBusy: boolean;
}

/**
 * Finds the instances of all the person's accounts, tenants and subscriptions. What was found is kept until it is asked
 * for anew or the accounts change; one tenant that fails doesn't keep the others from being listed.
 */
export class InstanceFinder extends EventEmitter<{ changed: [] }> {
  readonly #parts: FinderParts;
  #search: Search | undefined;
  #isOutdated = false;

  constructor(parts: FinderParts) {
    super();
    this.#parts = parts;
  }

  /** What is found so far; nothing before {@link load}. */
  get found(): Found {
    if (!this.#search) {
      return { instances: [], problems: [], identities: [], tenants: 0, isBusy: false };
    }
    const { instances, problems, identities, tenants, isBusy } = this.#search;
    return { instances: [...instances.values()].sort(byPlace), problems, identities, tenants, isBusy };
  }

  /** Begins to look, unless that was done in this session. Never fails: what does is in {@link found}. */
  async load(): Promise<void> {
    if (this.#isOutdated || this.#search?.cloud !== this.#parts.cloud()) {
      await this.refresh();
    }
  }

  /** Looks anew. */
  async refresh(): Promise<void> {
    const search: Search = {
      cloud: this.#parts.cloud(),
      instances: new Map(),
      problems: [],
      identities: [],
      tenants: 0,
      isBusy: true,
    };
    this.#search = search;
    this.#isOutdated = false;
    this.emit('changed');
    try {
      search.identities = await this.#parts.identities();
      await Promise.all(search.identities.map((identity) => this.#ofIdentity(search, identity)));
    } catch (error) {
      await this.#problem(search, { credential: 'vscode' }, undefined, error);
    }
    search.isBusy = false;
    this.#changed(search);
  }

  /** The accounts or settings have changed: what is found stays for whoever looks at it, and is asked for anew next. */
  outdate(): void {
    this.#isOutdated = true;
  }

  /** What was found of an instance of this host name. */
  byHost({ hostname }: InstanceHost): FoundInstance | undefined {
    return [...(this.#search?.instances.values() ?? [])].find(({ host }) => host.hostname === hostname);
  }

  /**
   * The tenants that somebody is in.
   *
   * @throws what asking Azure Resource Manager throws
   */
  tenantsOf(identity: Identity): Promise<readonly Tenant[]> {
    const cloud = this.#parts.cloud();
    return this.#parts.resourceManager.tenants(cloud, this.#parts.credentialFor(cloud, identity));
  }

  async #ofIdentity(search: Search, identity: Identity): Promise<void> {
    let tenants: readonly Tenant[];
    try {
      tenants = await this.tenantsOf(identity);
    } catch (error) {
      await this.#problem(search, identity, undefined, error);
      return;
    }
    const { default: pLimit } = await import('p-limit');
    const atOnce = pLimit(tenantsAtOnce);
    await Promise.all(
      tenants.map((tenant) => atOnce(() => this.#ofTenant(search, { ...identity, tenantId: tenant.id }, tenant))),
    );
  }

  async #ofTenant(search: Search, identity: Identity, tenant: Tenant): Promise<void> {
    const { resourceManager, credentialFor } = this.#parts;
    if (this.#search !== search) {
      return;
    }
    try {
      for await (const page of resourceManager.instances(search.cloud, credentialFor(search.cloud, identity))) {
        if (this.#search !== search) {
          return;
        }
        page.forEach((listed) => {
          this.#add(search, listed, identity);
        });
        this.#changed(search);
      }
      search.tenants += 1;
    } catch (error) {
      await this.#problem(search, identity, tenant, error);
    }
  }

  #add(search: Search, { hostName, ...listed }: ListedInstance, identity: Identity): void {
    const key = listed.resourceId.toLowerCase();
    const known = search.instances.get(key);
    if (known) {
      if (!known.foundBy.some((other) => isSameAccount(other, identity))) {
        search.instances.set(key, { ...known, foundBy: [...known.foundBy, identity] });
      }
      return;
    }
    try {
      search.instances.set(key, { ...listed, host: this.#parts.parseHost(hostName), foundBy: [identity] });
    } catch (error) {
      if (!(error instanceof InvalidInputError)) {
        throw error;
      }
      // No token goes to a host that does not pass, wherever its name comes from.
      this.#parts.log.warn(`The instance ${printable(hostName, 300)} that was found is left out. ${error.message}`);
    }
  }

  async #problem(search: Search, identity: Identity, tenant: Tenant | undefined, error: unknown): Promise<void> {
    logFailure(this.#parts.log, error);
    search.problems.push({ identity, tenant, error, explanation: await explained(error) });
    this.#changed(search);
  }

  #changed(search: Search): void {
    if (this.#search === search) {
      this.emit('changed');
    }
  }
}

/** What a subscription is called: its name, or its id where that was not told. */
export function subscriptionTitle({ subscriptionId, subscriptionName }: FoundInstance): string {
  return subscriptionName ?? subscriptionId;
}

function isSameAccount(one: Identity, other: Identity): boolean {
  return one.credential === other.credential && one.account?.id === other.account?.id;
}

/** By subscription, those of two that are called the same apart, then by name. */
function byPlace(a: FoundInstance, b: FoundInstance): number {
  const orders = [
    collator.compare(subscriptionTitle(a), subscriptionTitle(b)),
    collator.compare(a.subscriptionId, b.subscriptionId),
    collator.compare(a.name, b.name),
  ];
  return orders.find((order) => order !== 0) ?? 0;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
