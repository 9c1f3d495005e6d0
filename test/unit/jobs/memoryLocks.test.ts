import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../support/manualClock.ts';
import { MemoryLocks } from '../../support/memoryLocks.ts';

describe('The locks of tests', () => {
  it('are held by one window at a time and free when released', async () => {
    const one = new MemoryLocks(manualClock());
    const other = one.window();
    const lock = await one.take('name');
    assert.equal(await one.tryTake('name'), undefined);
    assert.equal(await other.tryTake('name'), undefined);
    const next = other.take('name');
    await lock.release();
    await (await next).release();
    assert.ok(await one.tryTake('name'));
  });

  it('are taken over from a window that died, once they are stale', async () => {
    const clock = manualClock();
    const one = new MemoryLocks(clock, 10_000);
    const other = one.window();
    const lock = await one.take('name');
    const next = other.take('name');
    one.die();
    await clock.pass(9_999);
    assert.equal(lock.lost.aborted, false);
    await clock.pass(1);
    const taken = await next;
    assert.equal(lock.lost.aborted, true);
    await lock.release();
    assert.equal(await other.tryTake('name'), undefined);
    assert.equal(taken.lost.aborted, false);
    assert.equal(clock.waiting(), 0);
  });

  it('are waited for no longer than the signal allows', async () => {
    const clock = manualClock();
    const locks = new MemoryLocks(clock);
    await locks.take('name');
    const stop = new AbortController();
    const waiting = locks.take('name', stop.signal);
    stop.abort(new Error('No longer wanted'));
    await assert.rejects(waiting, /No longer wanted/);
  });
});
