import assert from 'node:assert/strict';
import { filesAtRest } from './fileUse.ts';
import type { ManualClock } from './manualClock.ts';

/** Lets time pass, a second at a time, until `until` holds; fails after an hour of it unless told otherwise. */
export async function passUntil(clock: ManualClock, until: () => boolean, limitInMs = 3_600_000): Promise<void> {
  const end = clock.now() + limitInMs;
  while (clock.now() <= end) {
    await filesAtRest(20, until);
    if (until()) {
      return;
    }
    await clock.pass(1000);
  }
  assert.fail(`It did not come to pass within ${limitInMs / 1000} s.`);
}
