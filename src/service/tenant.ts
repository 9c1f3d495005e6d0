import { InvalidInputError } from './errors.ts';

/** A tenant of Microsoft Entra. */
export interface Tenant {
  readonly id: string;
  /** What its people call it, where known. */
  readonly name: string | undefined;
  /** Its default domain, where known. */
  readonly domain: string | undefined;
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const domain = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$/i;

/** Whether a text is an id as tenants and app registrations have it. */
export function isGuid(text: string): boolean {
  return guid.test(text);
}

/** Reads the id or domain of a tenant; undefined when it is neither. */
export function readTenant(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return guid.test(text) || domain.test(text) ? text : undefined;
}

/**
 * Reads the id or domain of a tenant as a person types it.
 *
 * @throws InvalidInputError when it is neither
 */
export function parseTenant(typed: string): string {
  const tenant = readTenant(typed);
  if (tenant === undefined) {
    throw new InvalidInputError('Enter the ID of a tenant (a GUID) or its domain, such as contoso.onmicrosoft.com.');
  }
  return tenant;
}

/**
 * The tenant that a refusal names: the last part of `authorization_uri` in `WWW-Authenticate`.
 *
 * @returns undefined when it names none, or one that stands for any, such as `common`
 */
export function tenantInChallenge(header: string | undefined): string | undefined {
  const address = /authorization_uri="?([^",\s]+)/i.exec(header ?? '')?.[1];
  const url = address === undefined ? null : URL.parse(address);
  return readTenant(url?.pathname.split('/')[1]);
}
