import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RequestPacer, type RequestTurns } from '../../../src/service/requestPacer.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { manualClock, type ManualClock } from '../../support/manualClock.ts';
import { contoso, settled } from '../../support/transport.ts';

interface Setup {
  readonly clock: ManualClock;
  readonly log: CollectedLog;
  readonly pacer: RequestPacer;
  /** What happened, each with the milliseconds since the begin. */
  readonly events: string[];
  readonly happens: (what: string) => void;
}

function setUp(take?: (set: Setup) => RequestTurns['take']): Setup {
  const clock = manualClock(0);
  const log = new CollectedLog();
  const events: string[] = [];
  const happens = (what: string): void => {
    events.push(`${what} ${clock.now()}`);
  };
  const turns: RequestTurns = { take: (host) => take?.(set)(host) ?? Promise.resolve(() => undefined) };
  const set: Setup = { clock, log, pacer: new RequestPacer(contoso, { clock, log, turns }), events, happens };
  return set;
}

describe('Turns that are shared with other windows', () => {
  it('are taken one after the other, and given back after the pause while the answer is there at once', async () => {
    const set = setUp(({ happens }) => (host) => {
      assert.equal(host, contoso);
      happens('taken');
      return Promise.resolve(() => {
        happens('given back');
      });
    });
    const request = async (): Promise<void> => {
      await set.clock.delay(200);
      set.happens('answered');
    };
    const sent = Promise.all(
      [1, 2].map(() =>
        set.pacer.send(request).then(() => {
          set.happens('returned');
        }),
      ),
    );
    await settled(set.clock, sent);
    await set.clock.pass(2000);
    assert.deepEqual(set.events, [
      'taken 0',
      'answered 200',
      'returned 200',
      'given back 1210',
      'taken 1210',
      'answered 1410',
      'returned 1410',
      'given back 2420',
    ]);
  });

  it('are waited for', async () => {
    const set = setUp(({ clock, happens }) => async () => {
      await clock.delay(5000);
      happens('taken');
      return () => undefined;
    });
    await settled(
      set.clock,
      set.pacer.send(() => {
        set.happens('sent');
        return Promise.resolve();
      }),
    );
    assert.deepEqual(set.events, ['taken 5000', 'sent 5000']);
  });

  it('are given back after a request that failed', async () => {
    const set = setUp(
      ({ happens }) =>
        () =>
          Promise.resolve(() => {
            happens('given back');
          }),
    );
    await assert.rejects(set.pacer.send(() => Promise.reject(new Error('broken'))));
    await set.clock.pass(1010);
    assert.deepEqual(set.events, ['given back 1010']);
  });

  it('that can not be had stop nothing, and are warned of once', async () => {
    const set = setUp(() => () => Promise.reject(new Error('The disk\nis full.')));
    for (const answer of [1, 2]) {
      assert.equal(
        await settled(
          set.clock,
          set.pacer.send(() => Promise.resolve(answer)),
        ),
        answer,
      );
    }
    const warnings = set.log.of('warn');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /contoso.*windows: The disk\\u000ais full\./);
  });

  it('that can not be given back do not stop the next request', async () => {
    const set = setUp(
      () => () =>
        Promise.resolve(() => {
          throw new Error('gone');
        }),
    );
    for (const answer of [1, 2]) {
      assert.equal(
        await settled(
          set.clock,
          set.pacer.send(() => Promise.resolve(answer)),
        ),
        answer,
      );
    }
    assert.equal(set.log.of('warn').length, 1);
  });
});
