import { claimsOf } from './bearer.ts';
import { accountOf, tenantOf, type Directory, type DirectoryAccount, type Tenant } from './directory.ts';
import { ServiceError } from './errors.ts';

/** The resource of Azure Resource Manager: the audience of a token for it. */
export const resourceManagerResource = 'https://management.azure.com';

const audiences: readonly unknown[] = [
  resourceManagerResource,
  `${resourceManagerResource}/`,
  'https://management.core.windows.net',
  'https://management.core.windows.net/',
];

/** Who asks, and in which of the account's tenants. */
export interface Caller {
  readonly account: DirectoryAccount;
  readonly tenant: Tenant;
}

/**
 * Checks a bearer token the way Azure Resource Manager does, but for its signature. A token that Microsoft Entra would not
 * have issued, since the account is not in the tenant, is refused as well.
 *
 * @param now milliseconds since 1970.
 * @throws ServiceError 401 with a challenge.
 */
export function authenticateCaller(header: string | undefined, directory: Directory, now: number): Caller {
  if (header === undefined) {
    throw refusal('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
  }
  const claims = claimsOf(header);
  if (claims === undefined) {
    throw refusal('InvalidAuthenticationToken', 'The access token is invalid.');
  }
  const { aud, exp, tid, upn } = claims;
  if (!audiences.includes(aud)) {
    throw refusal(
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${String(aud)}'. ` +
        `It should exactly match with one of the allowed audiences '${audiences.join("','")}'.`,
      tid,
    );
  }
  if (typeof exp !== 'number' || exp * 1000 <= now) {
    throw refusal('ExpiredAuthenticationToken', 'The access token is expired.', tid);
  }
  const account = accountOf(directory, upn);
  const tenant = tenantOf(directory, tid);
  if (account === undefined || tenant === undefined || !account.tenants.includes(tenant.tenantId)) {
    throw refusal('InvalidAuthenticationToken', `The account ${String(upn)} is not in the tenant ${String(tid)}.`, tid);
  }
  return { account, tenant };
}

function refusal(code: string, message: string, tenantId: unknown = 'common'): ServiceError {
  return new ServiceError(401, code, message, {
    'WWW-Authenticate':
      `Bearer authorization_uri="https://login.microsoftonline.com/${String(tenantId)}", ` +
      `error="invalid_token", error_description="${message}"`,
  });
}
