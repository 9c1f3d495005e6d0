import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAge, formatDuration } from '../../../src/jobs/duration.ts';

describe('A duration', () => {
  for (const [milliseconds, text] of [
    [-5000, '0 s'],
    [0, '0 s'],
    [499, '0 s'],
    [59_499, '59 s'],
    [59_500, '1 min'],
    [123_000, '2 min 3 s'],
    [180_000, '3 min'],
    [3_599_000, '59 min 59 s'],
    [3_600_000, '1 h'],
    [3_900_000, '1 h 5 min'],
    [86_400_000, '1 d'],
    [93_600_000, '1 d 2 h'],
  ] as const) {
    it(`of ${milliseconds} ms reads "${text}"`, () => {
      assert.equal(formatDuration(milliseconds), text);
    });
  }

  it('that is an age has whole minutes', () => {
    assert.equal(formatAge(59_000), '59 s');
    assert.equal(formatAge(119_999), '1 min');
    assert.equal(formatAge(3_599_999), '59 min');
    assert.equal(formatAge(3_660_000), '1 h 1 min');
  });
});
