/**
 * A length of time as rows and messages show it: the largest unit and, up to an hour, the next one.
 * `5 s`, `2 min 3 s`, `3 min`, `1 h 5 min`, `2 d 3 h`.
 *
 * @param milliseconds negative lengths, as differing clocks give them, show as `0 s`
 */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) {
    return join(`${Math.floor(hours / 24)} d`, hours % 24, 'h');
  }
  if (hours > 0) {
    return join(`${hours} h`, minutes % 60, 'min');
  }
  return minutes > 0 ? join(`${minutes} min`, seconds % 60, 's') : `${seconds} s`;
}

/** An age that a row shows between polls: whole minutes from the first minute on, for it is not redrawn each second. */
export function formatAge(milliseconds: number): string {
  const inMinutes = milliseconds >= 60_000 && milliseconds < 3_600_000;
  return formatDuration(inMinutes ? Math.floor(milliseconds / 60_000) * 60_000 : milliseconds);
}

/** A time ahead: in seconds only when it is short, and never more exact than it can be known. */
export function formatEstimate(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 55) {
    return `${Math.max(5, Math.ceil(seconds / 5) * 5)} s`;
  }
  const minutes = Math.ceil(seconds / 60 - 1 / 12);
  return minutes < 60 ? `${minutes} min` : formatDuration(minutes * 60_000);
}

function join(first: string, rest: number, unit: string): string {
  return rest === 0 ? first : `${first} ${rest} ${unit}`;
}
