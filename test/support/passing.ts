import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { ManualClock } from './manualClock.ts';

/** Turns of the event loop without a file being read or written, after which nothing is taken to be under way. */
const quietTurns = 20;

/** Lets time pass, a second at a time, until `until` holds; fails after an hour of it unless told otherwise. */
export async function passUntil(clock: ManualClock, until: () => boolean, limitInMs = 3_600_000): Promise<void> {
  const end = clock.now() + limitInMs;
  while (clock.now() <= end) {
    // Files are read and written meanwhile, which no clock moves: on a busy machine that takes its time.
    for (let quiet = 0; quiet < quietTurns && !until(); quiet = isUsingFiles() ? 0 : quiet + 1) {
      await turn();
    }
    if (until()) {
      return;
    }
    await clock.pass(1000);
  }
  assert.fail(`It did not come to pass within ${limitInMs / 1000} s.`);
}

function isUsingFiles(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
}
