import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Contents } from '../../../src/jobs/contents.ts';
import { estimatedTimeLeft, percentDone, withCount, type Progress } from '../../../src/jobs/progress.ts';

const before: Contents = { models: 10, twins: 400, relationships: 590 };

function left(twins: number): Contents {
  return { models: 0, twins, relationships: 0 };
}

/** Progress as counts at these seconds have made it. */
function counted(...counts: readonly (readonly [second: number, twins: number])[]): Progress | undefined {
  return counts.reduce<Progress | undefined>(
    (progress, [second, twins]) => withCount(progress, left(twins), second * 1000),
    undefined,
  );
}

describe('The percent done', () => {
  it('are what is gone of what was there before, rounded down', () => {
    assert.equal(percentDone(before, counted([10, 575])), 42);
    assert.equal(percentDone(before, counted([10, 1000])), 0);
  });

  it('are never 100, for that all is gone is the service to say', () => {
    assert.equal(percentDone(before, counted([10, 0])), 99);
  });

  it('are none below 0 when there is more than before', () => {
    assert.equal(percentDone(before, counted([10, 1500])), 0);
  });

  it('are unknown when either count is incomplete or nothing was there', () => {
    assert.equal(percentDone({ ...before, models: undefined }, counted([10, 5])), undefined);
    assert.equal(percentDone(before, undefined), undefined);
    assert.equal(percentDone(undefined, counted([10, 5])), undefined);
    assert.equal(percentDone(left(0), counted([10, 0])), undefined);
    assert.equal(percentDone(before, withCount(undefined, { ...left(5), relationships: undefined }, 0)), undefined);
  });
});

describe('The time left', () => {
  it('says nothing before there are three counts over twenty seconds', () => {
    assert.equal(estimatedTimeLeft(undefined, 0), undefined);
    assert.equal(estimatedTimeLeft(counted([10, 900], [20, 800]), 20_000), undefined);
    assert.equal(estimatedTimeLeft(counted([10, 900], [15, 850], [20, 800]), 20_000), undefined);
  });

  it('is what is left at the pace so far, and goes down as time passes', () => {
    const progress = counted([10, 900], [20, 800], [30, 700]);
    assert.equal(Math.round(estimatedTimeLeft(progress, 30_000) ?? 0), 70_000);
    assert.equal(Math.round(estimatedTimeLeft(progress, 50_000) ?? 0), 50_000);
  });

  it('says nothing when it is overdue', () => {
    assert.equal(estimatedTimeLeft(counted([10, 900], [20, 800], [30, 700]), 101_000), undefined);
  });

  it('says nothing while counts stall or rise, and speaks again when they fall', () => {
    const stalled = counted([10, 700], [20, 700], [30, 700], [40, 700]);
    assert.equal(estimatedTimeLeft(stalled, 40_000), undefined);
    const risen = counted([10, 700], [20, 710], [30, 720]);
    assert.equal(estimatedTimeLeft(risen, 30_000), undefined);
    const falling = counted([10, 700], [20, 710], [30, 600], [40, 500], [50, 400]);
    assert.ok((estimatedTimeLeft(falling, 50_000) ?? 0) > 0);
  });

  it('follows the pace of the last five minutes', () => {
    const slow = Array.from({ length: 30 }, (_, index) => [index * 10, 10_000 - index] as const);
    const fast = Array.from({ length: 31 }, (_, index) => [300 + index * 10, 9_900 - index * 100] as const);
    const estimate = estimatedTimeLeft(counted(...slow, ...fast), 600_000) ?? 0;
    assert.ok(Math.abs(estimate - 690_000) < 20_000, String(estimate));
  });

  it('goes on from complete counts when one was incomplete', () => {
    const progress = counted([10, 900], [20, 800], [30, 700]);
    const incomplete = withCount(progress, { models: undefined, twins: 5, relationships: 0 }, 40_000);
    assert.equal(incomplete.samples.length, 3);
    assert.equal(incomplete.left.twins, 5);
    assert.ok(estimatedTimeLeft(incomplete, 40_000) !== undefined);
  });

  it('is finite and positive, and the percent from 0 to 99, whatever is counted', () => {
    const counts = fc.array(fc.tuple(fc.nat(86_400), fc.nat(30_000_000)), { maxLength: 60 });
    fc.assert(
      fc.property(counts, fc.nat(100_000), (samples, now) => {
        const progress = counted(...[...samples].sort(([a], [b]) => a - b));
        const estimate = estimatedTimeLeft(progress, now * 1000);
        assert.ok(estimate === undefined || (Number.isFinite(estimate) && estimate > 0));
        const percent = percentDone(before, progress);
        assert.ok(percent === undefined || (percent >= 0 && percent <= 99));
      }),
      { numRuns: 2000 },
    );
  });
});
