import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestSpacing } from '../../../src/service/requestSpacing.ts';
import { manualClock } from '../../support/manualClock.ts';

describe('Requests of one process', () => {
  it('begin one after the other, the first at once', async () => {
    const clock = manualClock();
    const spacing = new RequestSpacing(clock);
    const begun = clock.now();
    const times: number[] = [];
    const turns = Promise.all(
      Array.from({ length: 5 }, () => spacing.turn().then(() => times.push(clock.now() - begun))),
    );
    for (let passed = 0; passed < 300; passed += 10) {
      await clock.pass(10);
    }
    await turns;
    assert.deepEqual(times, [0, 60, 120, 180, 240]);
  });

  it('begin at once after a quiet moment', async () => {
    const clock = manualClock();
    const spacing = new RequestSpacing(clock);
    await spacing.turn();
    await clock.pass(1000);
    const begun = clock.now();
    await spacing.turn();
    assert.equal(clock.now(), begun);
  });
});
