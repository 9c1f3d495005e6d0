import type { Directory, DirectoryAccount, InstanceResource, Tenant } from './directory.ts';
import { guid, instanceResource, regions } from './directoryParts.ts';
import { contosoTenantId } from './sampleDirectory.ts';

/** How large a directory `largeDirectory` makes. */
export interface DirectorySize {
  /** 5 when absent. */
  readonly tenants?: number;
  /** In each tenant; 4 when absent. */
  readonly subscriptions?: number;
  /** In all; 2,000 when absent. */
  readonly instances?: number;
  /** Whether the last tenant refuses to list what is in it; that is so when absent. */
  readonly lastRefuses?: boolean;
}

/**
 * A directory with many instances, all of which `operator@contoso.com` would see if the last of the tenants did not
 * refuse. The instances are in the tenants before it; the first tenant is the account's home.
 */
export function largeDirectory(size: DirectorySize = {}): Directory {
  const { tenants: tenantCount = 5, subscriptions = 4, instances: wanted = 2000, lastRefuses = true } = size;
  const filled = (lastRefuses ? tenantCount - 1 : tenantCount) * subscriptions;
  const tenants = Array.from({ length: tenantCount }, (_, index): Tenant => {
    const name = companies[index % companies.length] ?? 'contoso';
    const suffix = index < companies.length ? '' : `-${index}`;
    return {
      tenantId: index === 0 ? contosoTenantId : guid('d', index),
      displayName: `${name.charAt(0).toUpperCase()}${name.slice(1)}${suffix}`,
      defaultDomain: `${name}${suffix}.com`,
      refuses: lastRefuses && index === tenantCount - 1,
      subscriptions: Array.from({ length: subscriptions }, (_, place) => {
        const number = index * subscriptions + place;
        return {
          subscriptionId: guid('c', number),
          displayName: `${name}${suffix} subscription ${place + 1}`,
          instances: number < filled ? share(number, filled, wanted, `${name}${suffix}`) : [],
        };
      }),
    };
  });
  const operator: DirectoryAccount = {
    user: 'operator@contoso.com',
    tenants: tenants.map(({ tenantId }) => tenantId),
  };
  return { accounts: [operator], tenants };
}

const companies = ['contoso', 'fabrikam', 'northwind', 'adatum', 'tailspin'] as const;

/** Subscription number `of` so many gets its part of the instances. */
function share(number: number, of: number, wanted: number, company: string): InstanceResource[] {
  const names = Object.keys(regions);
  const mine: InstanceResource[] = [];
  for (let index = number; index < wanted; index += of) {
    const location = names[mine.length % names.length] ?? 'westeurope';
    mine.push(instanceResource(`${company}-${String(index).padStart(4, '0')}`, location, `group-${mine.length % 10}`));
  }
  return mine;
}
