import { isObject, type JsonObject } from './json.ts';
import { ServiceError } from './errors.ts';

/** The resource of Azure Digital Twins: the audience of a v1 token. */
export const digitalTwinsResource = 'https://digitaltwins.azure.net';
/** The application id of Azure Digital Twins: the audience of a v2 token. */
export const digitalTwinsApplication = '0b07f429-9f4b-4714-9392-cc5e8e80c8b0';
/** The tenant of the tokens that `makeToken` makes, unless told otherwise. */
export const sampleTenantId = '11111111-2222-3333-4444-555555555555';

const audiences: readonly unknown[] = [digitalTwinsResource, `${digitalTwinsResource}/`, digitalTwinsApplication];

/** What goes into a token of `makeToken`. */
export interface TokenOptions {
  readonly audience?: string;
  readonly tenantId?: string;
  /** Seconds from `now`; negative for a token that has expired. An hour when absent. */
  readonly expiresInSeconds?: number;
  /** The user's principal name. */
  readonly user?: string;
  /** Milliseconds since 1970; the machine's time when absent. */
  readonly now?: number;
}

/** Makes a bearer token that the simulated instance takes. It is not signed and of no use anywhere else. */
export function makeToken({
  audience = digitalTwinsResource,
  tenantId = sampleTenantId,
  expiresInSeconds = 3600,
  user = 'sample.user@example.com',
  now = Date.now(),
}: TokenOptions = {}): string {
  const seconds = Math.floor(now / 1000);
  const encode = (part: JsonObject): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = {
    aud: audience,
    iss: `https://sts.windows.net/${tenantId}/`,
    tid: tenantId,
    upn: user,
    iat: seconds,
    nbf: seconds,
    exp: seconds + expiresInSeconds,
  };
  return `${encode({ typ: 'JWT', alg: 'none' })}.${encode(claims)}.${Buffer.from('not signed').toString('base64url')}`;
}

/** What an Authorization header said, without the token itself. */
export interface RecordedAuthorization {
  readonly present: boolean;
  readonly audience?: string;
  readonly tenantId?: string;
  readonly user?: string;
}

/** What to remember of an Authorization header. */
export function describeAuthorization(header: string | undefined): RecordedAuthorization {
  const { aud, tid, upn } = claimsOf(header) ?? {};
  return {
    present: header !== undefined,
    ...(typeof aud === 'string' && { audience: aud }),
    ...(typeof tid === 'string' && { tenantId: tid }),
    ...(typeof upn === 'string' && { user: upn }),
  };
}

/** Who may use the instance. */
export interface Access {
  /** The instance's tenant; tokens of another get 404. When absent, every tenant will do. */
  readonly tenantId?: string;
  /**
   * Whether the 404 for another tenant's token leaves out which tenant the instance is in. That it names it, as the 401 does,
   * is not sure of the service.
   */
  readonly hidesTenant?: boolean;
  /** `none`: signed in but without the role, which the service answers with an empty 403. */
  readonly role: 'owner' | 'none';
}

/**
 * Checks a bearer token the way the service does, but for its signature.
 * @param now milliseconds since 1970.
 * @throws ServiceError 401 with a challenge, or 404 when the token is from another tenant.
 */
export function authenticate(header: string | undefined, access: Access, now: number): void {
  const claims = claimsOf(header);
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/${access.tenantId ?? sampleTenantId}"`;
  const refuse = (description: string): ServiceError =>
    new ServiceError(401, 'Unauthorized', description, {
      'WWW-Authenticate': `${challenge}, error="invalid_token", error_description="${description}"`,
    });
  if (claims === undefined) {
    throw refuse(header === undefined ? 'A bearer token is required' : 'The bearer token is malformed');
  }
  const { aud, exp, tid } = claims;
  if (!audiences.includes(aud)) {
    throw refuse('The audience is invalid');
  }
  if (typeof exp !== 'number' || exp * 1000 <= now) {
    throw refuse('The token is expired');
  }
  if (access.tenantId !== undefined && tid !== access.tenantId) {
    const headers: Record<string, string> = access.hidesTenant === true ? {} : { 'WWW-Authenticate': challenge };
    throw new ServiceError(404, 'NotFound', 'Sub-Domain not found.', headers);
  }
}

/** What the token of an Authorization header says; undefined when there is none, or none that can be read. */
export function claimsOf(header: string | undefined): JsonObject | undefined {
  const payload = /^Bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(header ?? '')?.[1];
  if (payload === undefined) {
    return undefined;
  }
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
