/** Who and what there is: accounts, the tenants they are in, and the instances in the tenants' subscriptions. */
export interface Directory {
  readonly accounts: readonly DirectoryAccount[];
  readonly tenants: readonly Tenant[];
}

/** A person. */
export interface DirectoryAccount {
  /** The name to sign in with: `operator@contoso.com`. */
  readonly user: string;
  /** Ids of the tenants that the account is in, its home tenant first. */
  readonly tenants: readonly string[];
}

/** A tenant of Microsoft Entra. */
export interface Tenant {
  readonly tenantId: string;
  /** Azure leaves it out for a tenant about which the person may know nothing but its id. */
  readonly displayName?: string;
  readonly defaultDomain?: string;
  /** Besides the default domain. */
  readonly domains?: readonly string[];
  /** Whether subscriptions and resources of this tenant are refused to everyone: 403 AuthorizationFailed. */
  readonly refuses?: boolean;
  readonly subscriptions: readonly Subscription[];
}

/** A subscription of a tenant. */
export interface Subscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  /** The users that have a role on it; everyone in the tenant when absent. To others it is not there. */
  readonly readers?: readonly string[];
  readonly instances: readonly InstanceResource[];
}

/** An Azure Digital Twins instance as a resource of its subscription. */
export interface InstanceResource {
  readonly name: string;
  /** `contoso.api.weu.digitaltwins.azure.net`; a resource whose creation failed has none. */
  readonly hostName?: string;
  /** The region: `westeurope`. */
  readonly location: string;
  readonly resourceGroup: string;
  /** `Succeeded` when absent. */
  readonly provisioningState?: string;
}

/** The account of a user, whose name may be written in either case. */
export function accountOf({ accounts }: Directory, user: unknown): DirectoryAccount | undefined {
  return typeof user === 'string' ? accounts.find((account) => isSame(account.user, user)) : undefined;
}

/** The tenant with this id. */
export function tenantOf({ tenants }: Directory, tenantId: unknown): Tenant | undefined {
  return tenants.find((tenant) => tenant.tenantId === tenantId);
}

/** The subscriptions of a tenant that a user has a role on. */
export function subscriptionsOf({ subscriptions }: Tenant, user: string): readonly Subscription[] {
  return subscriptions.filter(({ readers }) => readers?.some((reader) => isSame(reader, user)) !== false);
}

/** All instances, of all tenants. */
export function instancesOf({ tenants }: Directory): readonly InstanceResource[] {
  return tenants.flatMap(({ subscriptions }) => subscriptions.flatMap(({ instances }) => instances));
}

function isSame(user: string, other: string): boolean {
  return user.toLowerCase() === other.toLowerCase();
}
