import type { HttpHeaders } from '@azure/core-rest-pipeline';

/**
 * Milliseconds that `Retry-After` asks to wait, in either of its forms: seconds or an HTTP date (RFC 9110, 10.2.3).
 * Undefined when it is missing or unreadable.
 */
export function retryAfterInMs(headers: HttpHeaders, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
