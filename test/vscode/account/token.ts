import { createHash, randomUUID } from 'node:crypto';
import type { AccountBehavior } from './behavior.ts';
import { scopeValue, tenantFor, vsCodeClientId } from './tenants.ts';

/**
 * The claims that a token of Microsoft Entra has for a resource, in a JWT without a signature.
 *
 * @throws Error if the account can't sign in to the tenant that the scopes ask for
 */
export function unsignedToken(label: string, scopes: readonly string[], behavior: AccountBehavior): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: scopes.find((scope) => scope.endsWith('/.default'))?.slice(0, -'/.default'.length),
    tid: tenantFor(label, scopes, behavior),
    oid: accountId(label),
    upn: label,
    appid: scopeValue(scopes, 'CLIENT_ID') ?? vsCodeClientId,
    iat: now,
    exp: now + (behavior.tokenLifetimeInSeconds ?? 3600),
    uti: randomUUID(),
  };
  return [{ alg: 'none', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('')
    .join('.');
}

/** An id in the form of a UUID that is the same for the same account in every run. */
export function accountId(label: string): string {
  const hash = createHash('sha256').update(label).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
