/** Where the simulated instance reads the time, in milliseconds since 1970. */
export interface Clock {
  now(): number;
}

/** The machine's time, which can be moved forward: jobs of hours then take no time to watch. */
export class AdjustableClock implements Clock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  /** @param ms milliseconds to move forward; time never goes back. */
  advance(ms: number): void {
    this.#ahead += forward(ms);
  }
}

/** A time that stands still until it is moved: for tests. */
export class ManualClock implements Clock {
  #now: number;

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** @param ms milliseconds to move forward; time never goes back. */
  advance(ms: number): void {
    this.#now += forward(ms);
  }
}

function forward(ms: number): number {
  if (!Number.isFinite(ms) || ms < 0) {
    throw new RangeError(`Time moves forward only, not by ${ms} ms.`);
  }
  return ms;
}

/** The form of a job's times: 7 fraction digits and an offset, `2022-01-01T00:00:00.0000000+00:00`. */
export function jobTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '0000+00:00');
}

/** The form of the times of twins and models: 7 fraction digits and a Z, `2022-02-28T00:30:00.1234567Z`. */
export function entityTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '0000Z');
}
