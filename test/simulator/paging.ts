import { ServiceError } from './errors.ts';
import { isObject } from './json.ts';
import type { Cursor } from './table.ts';

/**
 * The page size that a `max-items-per-page` header asks for, held to what is allowed.
 * @throws ServiceError `InvalidArgument` when it is no whole number from 1.
 */
export function pageSize(
  header: string | undefined,
  limits: { readonly default: number; readonly maximum: number },
): number {
  if (header === undefined) {
    return limits.default;
  }
  if (!/^\+?\d{1,9}$/.test(header) || Number(header) < 1) {
    throw new ServiceError(400, 'InvalidArgument', 'max-items-per-page must be a whole number from 1.');
  }
  return Math.min(Number(header), limits.maximum);
}

/** A continuation token: opaque to clients. The scope keeps one list's token from being used on another. */
export function writeToken(scope: string, { index, write }: Cursor): string {
  return Buffer.from(JSON.stringify({ scope, index, write })).toString('base64url');
}

/** @throws ServiceError `BadRequest` when the token was not made by `writeToken`. */
export function readToken(token: string): { scope: string; cursor: Cursor } {
  const content = parse(Buffer.from(token, 'base64url').toString('utf8'));
  if (isObject(content)) {
    const { scope, index, write } = content;
    if (typeof scope === 'string' && isPosition(index) && isPosition(write)) {
      return { scope, cursor: { index, write } };
    }
  }
  throw new ServiceError(400, 'BadRequest', 'The continuation token is invalid.');
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
