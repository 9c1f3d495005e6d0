import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startSimulator } from '../../simulator/simulator.ts';
import { scaledClock } from '../../support/scaledClock.ts';

describe('A scaled clock', () => {
  it('runs so many times as fast as the machine', async () => {
    const clock = scaledClock(1000, 0);
    const before = performance.now();
    await clock.delay(20_000);
    const real = performance.now() - before;
    assert.ok(clock.now() >= 20_000, `${clock.now()} ms`);
    assert.ok(real < 10_000, `${real} ms of the machine`);
  });

  it('ends no delay before its time', async () => {
    const clock = scaledClock(7);
    for (let milliseconds = 1; milliseconds < 60; milliseconds += 6) {
      const before = clock.now();
      await clock.delay(milliseconds);
      assert.ok(clock.now() - before >= milliseconds, `${clock.now() - before} of ${milliseconds} ms`);
    }
  });

  it('ends a delay with the reason of its signal', async () => {
    const clock = scaledClock(10);
    const end = new AbortController();
    const reason = new Error('enough');
    const waiting = clock.delay(1_000_000, end.signal);
    end.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    await assert.rejects(clock.delay(1, end.signal), (error) => error === reason);
  });

  it('does not stand still or run backwards', () => {
    assert.throws(() => scaledClock(0), RangeError);
    assert.throws(() => scaledClock(-1), RangeError);
    assert.throws(() => scaledClock(Number.NaN), RangeError);
  });

  it('moves a simulated instance', async (t) => {
    const clock = scaledClock(100);
    const simulator = await startSimulator({ clock, deletion: { notStartedMs: 1000, durationMs: 1000 } });
    t.after(() => simulator.close());
    const job = simulator.instance.startDeletion();
    assert.equal(simulator.instance.deletionJobs.state(job).status, 'notstarted');
    await clock.delay(2000);
    assert.equal(simulator.instance.deletionJobs.state(job).status, 'succeeded');
  });
});
