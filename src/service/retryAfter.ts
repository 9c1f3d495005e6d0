import type { HttpHeaders } from '@azure/core-rest-pipeline';

/** A wait that a mistaken header or clock can make no longer: the service's own scaling takes up to 30 minutes. */
const longestInMs = 30 * 60 * 1000;

/**
 * Milliseconds that `Retry-After` asks to wait, in either of its forms: seconds or an HTTP date (RFC 9110, 10.2.3).
 * Undefined when it is missing or unreadable; 30 minutes at the most.
 */
export function retryAfterInMs(headers: HttpHeaders, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), longestInMs);
}
