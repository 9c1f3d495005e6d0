import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../../simulator/clock.ts';
import { ServiceError } from '../../simulator/errors.ts';
import { RateLimit } from '../../simulator/rate.ts';
import { refusal, start } from './requests.ts';

function passes(rate: RateLimit): boolean {
  try {
    rate.pass();
    return true;
  } catch (error) {
    assert.ok(error instanceof ServiceError && error.status === 429);
    return false;
  }
}

describe('A limit of requests a second', () => {
  it('lets through what it allows in any second, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(300), { maxLength: 200 }), (perSecond, gaps) => {
        const clock = new ManualClock();
        const rate = new RateLimit(clock, 'Too many.', perSecond);
        const passed: number[] = [];
        for (const gap of gaps) {
          clock.advance(gap);
          const inLastSecond = passed.filter((time) => time > clock.now() - 1000).length;
          assert.equal(passes(rate), inLastSecond < perSecond);
          if (inLastSecond < perSecond) {
            passed.push(clock.now());
          }
        }
      }),
    );
  });

  it('lets 5,000 a second through, and says when there is room again', () => {
    const clock = new ManualClock();
    const rate = new RateLimit(clock, 'Too many.', 5000);
    for (let second = 0; second < 20; second += 1) {
      for (let request = 0; request < 5000; request += 1) {
        rate.pass();
      }
      assert.throws(
        () => {
          rate.pass();
        },
        { status: 429, message: 'Too many.', headers: { 'Retry-After': '1' } },
      );
      clock.advance(1000);
    }
  });

  it('can be changed and lifted', () => {
    const rate = new RateLimit(new ManualClock(), 'Too many.', 1);
    assert.deepEqual([passes(rate), passes(rate)], [true, false]);
    rate.perSecond = 2;
    assert.deepEqual([passes(rate), passes(rate)], [true, false]);
    rate.perSecond = undefined;
    assert.deepEqual([passes(rate), passes(rate)], [true, true]);
  });
});

describe('The limit for creates', () => {
  const twin = { body: { $metadata: { $model: 'dtmi:digitaltwins:sample:Room;1' } } };
  const relationship = { body: { $targetId: 'building-1', $relationshipName: 'relatedTo' } };

  it('counts PUTs of twins and of relationships together', async (t) => {
    const { send, clock } = await start(t, { graph: { twins: 1 }, createsPerSecond: 2 });
    assert.equal((await send('PUT /digitaltwins/a', twin)).status, 200);
    assert.equal((await send('PUT /digitaltwins/a/relationships/r', relationship)).status, 200);
    for (const [line, sending] of [
      ['PUT /digitaltwins/b', twin],
      ['PUT /digitaltwins/a/relationships/s', relationship],
    ] as const) {
      const reply = await send(line, sending);
      assert.deepEqual(refusal(reply), {
        status: 429,
        code: 'TooManyRequests',
        message: 'Too many digital twins and relationships were created in a second.',
      });
      assert.equal(reply.headers['retry-after'], '1');
    }
    clock.advance(1000);
    assert.equal((await send('PUT /digitaltwins/b', twin)).status, 200);
  });

  it('leaves all other requests alone', async (t) => {
    const { send } = await start(t, { graph: { twins: 1 }, createsPerSecond: 1 });
    await send('PUT /digitaltwins/a', twin);
    assert.equal((await send('PATCH /digitaltwins/a', { body: '[]' })).status, 204);
    assert.equal((await send('PUT /digitaltwins/a/relationships')).status, 405);
    for (const line of ['GET /digitaltwins/a', 'GET /models', 'GET /jobs/deletions']) {
      assert.equal((await send(line)).status, 200, line);
    }
    assert.equal((await send('DELETE /digitaltwins/a')).status, 204);
  });

  it('is none unless asked for, and can be replaced while the instance runs', async (t) => {
    const { simulator, send } = await start(t, { graph: { twins: 1 } });
    assert.equal(simulator.createsPerSecond, undefined);
    simulator.createsPerSecond = 1;
    assert.equal((await send('PUT /digitaltwins/a', twin)).status, 200);
    assert.equal((await send('PUT /digitaltwins/b', twin)).status, 429);
    simulator.createsPerSecond = undefined;
    assert.equal((await send('PUT /digitaltwins/b', twin)).status, 200);
  });
});
