import type { Directory } from './directory.ts';
import { guid, instanceResource as instance } from './directoryParts.ts';

/** The home tenant of `operator@contoso.com`. */
export const contosoTenantId = '11111111-1111-4111-8111-111111111111';
/** A tenant in which `operator@contoso.com` is a guest. */
export const fabrikamTenantId = '22222222-2222-4222-8222-222222222222';

/**
 * Two tenants and three subscriptions with four instances. `operator@contoso.com` sees all of it, `guest@fabrikam.com`
 * what is in Fabrikam.
 */
export const sampleDirectory: Directory = {
  accounts: [
    { user: 'operator@contoso.com', tenants: [contosoTenantId, fabrikamTenantId] },
    { user: 'guest@fabrikam.com', tenants: [fabrikamTenantId] },
  ],
  tenants: [
    {
      tenantId: contosoTenantId,
      displayName: 'Contoso',
      defaultDomain: 'contoso.com',
      domains: ['contoso.onmicrosoft.com'],
      subscriptions: [
        {
          subscriptionId: guid('a', 1),
          displayName: 'Contoso Production',
          instances: [instance('contoso', 'westeurope', 'buildings')],
        },
        {
          subscriptionId: guid('a', 2),
          displayName: 'Contoso Test',
          instances: [instance('contoso-test', 'westeurope', 'trial'), instance('contoso-dev', 'westus2', 'trial')],
        },
      ],
    },
    {
      tenantId: fabrikamTenantId,
      displayName: 'Fabrikam',
      defaultDomain: 'fabrikam.com',
      subscriptions: [
        {
          subscriptionId: guid('b', 1),
          displayName: 'Fabrikam Factories',
          instances: [instance('fabrikam', 'eastus', 'factories')],
        },
      ],
    },
  ],
};
