import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { createsPerSecond, Pace } from '../../../src/backup/pace.ts';
import { manualClock, type ManualClock } from '../../support/manualClock.ts';

interface Setup {
  readonly clock: ManualClock;
  readonly pace: Pace;
  /** When requests have begun, in milliseconds. */
  readonly begun: number[];
  /** How many have begun from one time to another. */
  readonly between: (from: number, to: number) => number;
  /** Takes one turn. */
  readonly turn: () => Promise<void>;
  /** Takes turns, some at the same time, until the end of the test. */
  readonly work: (concurrency?: number) => void;
}

const { signal: never } = new AbortController();

function setUp(highest?: number): Setup {
  const clock = manualClock(0);
  const pace = new Pace(clock, highest);
  const begun: number[] = [];
  const turn = async (): Promise<void> => {
    await pace.turn(never);
    begun.push(clock.now());
  };
  const goOn = async (): Promise<void> => {
    for (;;) {
      await turn();
    }
  };
  return {
    ...{ clock, pace, begun, turn },
    between: (from, to) => begun.filter((at) => at >= from && at < to).length,
    work: (concurrency = 64) => {
      for (let worker = 0; worker < concurrency; worker++) {
        void goOn();
      }
    },
  };
}

/** Whether there are about so many: turns fall before or behind the end of a second. */
function isAbout(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 2 + expected * 0.02, `${actual} is not about ${expected}`);
}

describe('The pace of requests', () => {
  it('is a little below what the service creates', () => {
    assert.equal(createsPerSecond, 480);
  });

  it('begins at a hundred a second, and doubles each second up to the highest', async () => {
    const set = setUp();
    assert.equal(set.pace.rate, 100);
    set.work();
    await set.clock.pass(6000);
    // The turns that were given before keep their time, so that a change takes a moment.
    for (const [second, rate] of [100, 200, 400, 480, 480, 480].entries()) {
      const count = set.between(second * 1000, (second + 1) * 1000);
      assert.ok(count <= rate * 1.05 + 1, `${count} in second ${second}`);
      assert.ok(count >= rate * 0.6, `${count} in second ${second}`);
    }
    assert.equal(set.pace.rate, createsPerSecond);
    isAbout(set.between(5000, 6000), createsPerSecond);
  });

  it('doubles with turns that are taken one by one as well', async () => {
    const set = setUp();
    const rates: number[] = [];
    for (let second = 0; second < 5; second++) {
      await set.turn();
      rates.push(set.pace.rate);
      await set.clock.pass(1000);
    }
    assert.deepEqual(rates, [100, 200, 400, 480, 480]);
  });

  it('is even', async () => {
    const set = setUp(50);
    set.work(4);
    await set.clock.pass(2000);
    assert.deepEqual(
      set.begun.slice(0, 20),
      Array.from({ length: 20 }, (_, index) => index * 20),
    );
    assert.equal(set.between(0, 2000), 100);
  });

  it('begins at the highest where that is lower', async () => {
    const set = setUp(40);
    assert.equal(set.pace.rate, 40);
    set.work();
    await set.clock.pass(3000);
    assert.equal(set.pace.rate, 40);
    assert.equal(set.between(0, 3000), 120);
  });

  it('knows no bound where none is given', async () => {
    const set = setUp(Infinity);
    await Promise.all(Array.from({ length: 1000 }, set.turn));
    assert.equal(set.clock.now(), 0);
  });

  it('makes up for 50 ms and no more after a time without requests', async () => {
    const late = setUp(400);
    // As fast as it gets, and then nothing for a minute.
    for (let second = 0; second < 5; second++) {
      await late.turn();
      await late.clock.pass(1000);
    }
    await late.clock.pass(60_000);
    const before = late.begun.length;
    const from = late.clock.now();
    const turns = Promise.all(Array.from({ length: 500 }, late.turn));
    await late.clock.pass(0);
    assert.equal(late.begun.length - before, 21, 'twenty of 50 ms, and the one that is due');
    await late.clock.pass(1000);
    isAbout(late.between(from, from + 1000), 420);
    await late.clock.pass(1000);
    await turns;
  });

  it('is never more than the highest and 50 ms of it in any second', async () => {
    const pauses = fc.array(
      fc.record({ requests: fc.integer({ min: 1, max: 300 }), thenPass: fc.integer({ min: 0, max: 3000 }) }),
      { minLength: 1, maxLength: 15 },
    );
    const refusals = fc.array(fc.integer({ min: 0, max: 14 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5, max: 600 }), pauses, refusals, async (highest, steps, refused) => {
        const set = setUp(highest);
        for (const [index, { requests, thenPass }] of steps.entries()) {
          void Promise.all(Array.from({ length: requests }, set.turn));
          if (refused.includes(index)) {
            set.pace.refused(1000);
          }
          await set.clock.pass(thenPass);
        }
        await set.clock.pass(600_000);
        assert.equal(
          set.begun.length,
          steps.reduce((sum, { requests }) => sum + requests, 0),
          'each has its turn in the end',
        );
        const bound = Math.floor(highest * 1.05) + 1;
        for (const [index, at] of set.begun.entries()) {
          const after = set.begun[index + bound];
          assert.ok(after === undefined || after - at >= 1000 - 1, `${bound + 1} within ${after} - ${at} ms`);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('ends a wait at once when its signal aborts', async () => {
    const set = setUp(1);
    await set.turn();
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const waiting = assert.rejects(set.pace.turn(stop.signal), reason);
    stop.abort(reason);
    await waiting;
    assert.equal(set.clock.waiting(), 0);
  });
});

/** One that has been at the highest rate for long. */
async function atFullSpeed(): Promise<Setup> {
  const set = setUp();
  for (let second = 0; second < 5; second++) {
    await set.turn();
    await set.clock.pass(1000);
  }
  assert.equal(set.pace.rate, 480);
  return set;
}

describe('A refusal', () => {
  it('lets nothing begin for as long as it asks', async () => {
    const set = await atFullSpeed();
    const from = set.clock.now();
    set.pace.refused(5000);
    set.work();
    await set.clock.pass(4999);
    assert.equal(set.between(from, Infinity), 0);
    await set.clock.pass(1);
    assert.equal(set.between(from, Infinity), 1);
    await set.clock.pass(100);
    assert.ok(set.between(from, Infinity) > 20, 'and then they go on');
  });

  it('holds up those that wait for their turn as well', async () => {
    const set = setUp(100);
    const turns = Promise.all(Array.from({ length: 64 }, set.turn));
    await set.clock.pass(15);
    assert.equal(set.begun.length, 2);
    set.pace.refused(5000);
    await set.clock.pass(4999);
    assert.equal(set.begun.length, 2);
    await set.clock.pass(10_000);
    await turns;
  });

  it('that asks for less does not shorten the wait of another', async () => {
    const set = await atFullSpeed();
    set.pace.refused(5000);
    set.pace.refused(1000);
    const from = set.clock.now();
    set.work();
    await set.clock.pass(6000);
    assert.equal(
      set.begun.find((at) => at >= from),
      from + 5000,
    );
  });

  it('slows down to 70 %', async () => {
    const set = await atFullSpeed();
    set.pace.refused(1000);
    assert.equal(set.pace.rate, 480 * 0.7);
    const from = set.clock.now() + 1000;
    set.work();
    await set.clock.pass(2000);
    // A step of recovery is in it.
    const count = set.between(from, from + 1000);
    assert.ok(count >= 330 && count <= 360 * 1.05 + 1, String(count));
  });

  it('counts once where many under way are refused together', async () => {
    const set = await atFullSpeed();
    for (let request = 0; request < 64; request++) {
      set.pace.refused(1000);
      await set.clock.pass(10);
    }
    assert.equal(set.pace.rate, 480 * 0.7);
  });

  it('counts again a second later', async () => {
    const set = await atFullSpeed();
    set.pace.refused(1000);
    await set.clock.pass(1000);
    set.pace.refused(1000);
    assert.equal(set.pace.rate, 480 * 0.7 * 0.7);
  });

  it('counts again although the rate has just grown', async () => {
    const set = await atFullSpeed();
    set.pace.refused(1000);
    await set.clock.pass(1500);
    await set.turn();
    const before = set.pace.rate;
    assert.equal(before, 480 * 0.75);
    await set.clock.pass(900);
    set.pace.refused(1000);
    assert.equal(set.pace.rate, before * 0.7);
  });

  it('counts from the first on, while the pace still doubles', async () => {
    const set = setUp();
    await set.turn();
    await set.clock.pass(1000);
    await set.turn();
    assert.equal(set.pace.rate, 200);
    set.pace.refused(1000);
    assert.equal(set.pace.rate, 140);
  });

  it('is followed by a slow recovery, of 5 % of the highest a second', async () => {
    const set = await atFullSpeed();
    set.pace.refused(1000);
    const rates: number[] = [];
    for (let second = 0; second < 8; second++) {
      await set.clock.pass(1000);
      void set.turn();
      rates.push(set.pace.rate);
    }
    assert.deepEqual(rates, [360, 384, 408, 432, 456, 480, 480, 480]);
  });

  it('never slows below five requests a second', async () => {
    const set = setUp();
    for (let refusal = 0; refusal < 100; refusal++) {
      set.pace.refused(1000);
      await set.clock.pass(1000);
    }
    assert.equal(set.pace.rate, 5);
  });

  it('does not make faster what is slower than that', () => {
    const { pace } = setUp(1);
    pace.refused(1000);
    assert.ok(pace.rate <= 1, `${pace.rate} a second`);
  });

  it('is waited out where there is no bound, too', async () => {
    const set = setUp(Infinity);
    set.pace.refused(5000);
    const turns = Promise.all(Array.from({ length: 100 }, set.turn));
    await set.clock.pass(4999);
    assert.equal(set.begun.length, 0);
    await set.clock.pass(1);
    await turns;
  });
});

describe('Against a service that takes 200 a second', () => {
  it('the pace settles where most are taken', async () => {
    const set = setUp();
    const { clock, pace } = set;
    const taken: number[] = [];
    let refused = 0;
    const worker = async (): Promise<void> => {
      for (;;) {
        await set.turn();
        while (taken.length > 0 && (taken[0] ?? 0) <= clock.now() - 1000) {
          taken.shift();
        }
        if (taken.length < 200) {
          taken.push(clock.now());
        } else {
          refused += 1;
          pace.refused(1000);
          await clock.delay(1000);
        }
      }
    };
    for (let count = 0; count < 64; count++) {
      void worker();
    }
    await clock.pass(20_000);
    const before = { refused, begun: set.begun.length };
    await clock.pass(60_000);
    const share = (refused - before.refused) / (set.begun.length - before.begun);
    assert.ok(share < 0.05, `${Math.round(share * 100)} % of them are refused`);
  });

  it('lets requests that need not wait begin together, when what has come is dealt with', async () => {
    const { turn, begun } = setUp(Infinity);
    const turns = [turn(), turn()];
    for (let count = 0; count < 100; count++) {
      await Promise.resolve();
    }
    assert.equal(begun.length, 0);
    await immediate();
    await Promise.all(turns);
    assert.equal(begun.length, 2);
  });

  it('lets nothing begin once the signal has aborted, also where it need not wait', async () => {
    const { pace } = setUp(Infinity);
    const stop = new AbortController();
    const turn = pace.turn(stop.signal);
    stop.abort(new Error('cancelled'));
    await assert.rejects(turn, { message: 'cancelled' });
  });
});
