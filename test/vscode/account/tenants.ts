import type { AccountBehavior } from './behavior.ts';

/** The tenant of tokens where nothing says another. */
export const defaultTenant = '11111111-1111-4111-8111-111111111111';

/** What stands for an account's own tenant where a tenant is asked for. */
const ownTenant = ['organizations', 'common'];

/** The value of a scope by which VS Code's provider is told something: `VSCODE_TENANT:<id>`, `VSCODE_CLIENT_ID:<id>`. */
export function scopeValue(scopes: readonly string[], name: 'TENANT' | 'CLIENT_ID'): string | undefined {
  const prefix = `VSCODE_${name}:`;
  return scopes.find((scope) => scope.startsWith(prefix))?.slice(prefix.length);
}

/**
 * The tenant that an account signs in to for these scopes. An account that the behavior does not list is in every tenant.
 *
 * @throws Error AADSTS50020 if it is not in that tenant, AADSTS90002 if there is no such tenant
 */
export function tenantFor(label: string, scopes: readonly string[], behavior: AccountBehavior): string {
  const account = behavior.accounts?.find((listed) => listed.label === label);
  const home = account?.tenants[0] ?? behavior.tenant ?? defaultTenant;
  const asked = scopeValue(scopes, 'TENANT');
  if (asked === undefined || ownTenant.includes(asked)) {
    return home;
  }
  const tenant = behavior.domains?.[asked.toLowerCase()] ?? asked;
  if (account === undefined || account.tenants.includes(tenant)) {
    return tenant;
  }
  if (behavior.accounts?.some(({ tenants }) => tenants.includes(tenant)) !== true) {
    throw new Error(
      `AADSTS90002: Tenant '${asked}' not found. Check to make sure you have the correct tenant ID and are signing into ` +
        `the correct cloud. ${traces}`,
    );
  }
  throw new Error(
    `AADSTS50020: User account '${label}' from identity provider 'https://sts.windows.net/${home}/' does not exist in ` +
      `tenant '${tenant}' and cannot access the application '${vsCodeClientId}'(Visual Studio Code) in that tenant. The ` +
      `account needs to be added as an external user in the tenant first. Sign out and sign in again with a different ` +
      `Azure Active Directory user account. ${traces}`,
  );
}

/** The application that VS Code itself signs in as. */
export const vsCodeClientId = 'aebc6443-996d-45c2-90f0-388ff96faa56';

const traces =
  'Trace ID: 0f8fad5b-d9cb-469f-a165-70867728a100 Correlation ID: 7c9e6679-7425-40de-944b-e07fc1f90ae7 ' +
  'Timestamp: 2026-01-01 00:00:00Z';
