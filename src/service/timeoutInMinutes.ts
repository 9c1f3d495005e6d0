import { InvalidInputError } from './errors.ts';

/** Limits of a deletion job's timeout in minutes: 15 minutes to 24 hours; the service's own default is 12 hours. */
export const timeoutLimits = { minimum: 15, maximum: 1440, serviceDefault: 720 } as const;

/** A timeout that the service accepts, in minutes. Made by {@link checkTimeoutInMinutes} only. */
export type TimeoutInMinutes = number & { readonly __brand: 'TimeoutInMinutes' };

/**
 * Checks a timeout in minutes.
 *
 * @throws InvalidInputError when it is no integer from 15 to 1440
 */
export function checkTimeoutInMinutes(minutes: number): TimeoutInMinutes {
  if (!Number.isInteger(minutes) || minutes < timeoutLimits.minimum || minutes > timeoutLimits.maximum) {
    throw new InvalidInputError(
      `Enter a whole number of minutes from ${timeoutLimits.minimum} to ${timeoutLimits.maximum}.`,
    );
  }
  return minutes as TimeoutInMinutes;
}

/**
 * Reads a timeout as a person types it. Nothing typed means the service's default: undefined.
 *
 * @throws InvalidInputError when it is neither empty nor an integer from 15 to 1440
 */
export function parseTimeoutInMinutes(input: string): TimeoutInMinutes | undefined {
  const typed = input.trim();
  if (typed === '') {
    return undefined;
  }
  return checkTimeoutInMinutes(/^\d{1,6}$/.test(typed) ? Number(typed) : Number.NaN);
}
