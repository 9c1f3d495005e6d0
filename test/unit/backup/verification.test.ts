import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differencesOf } from '../../../src/backup/verification.ts';
import type { Contents } from '../../../src/jobs/contents.ts';

const contents: Contents = { models: 3, twins: 2000, relationships: 0 };

describe('What was written', () => {
  it('differs in nothing when all counts agree', () => {
    assert.deepEqual(differencesOf({ before: contents, inFile: { ...contents }, after: { ...contents } }), []);
  });

  for (const [where, counts, words] of [
    [
      'before',
      { before: { ...contents, twins: 1999 }, inFile: contents, after: contents },
      'twins: 1,999 before, 2,000 in the file, 2,000 after',
    ],
    [
      'in the file',
      { before: contents, inFile: { ...contents, models: 2 }, after: contents },
      'models: 3 before, 2 in the file, 3 after',
    ],
    [
      'after',
      { before: contents, inFile: contents, after: { ...contents, relationships: 1_000_000 } },
      'relationships: 0 before, 0 in the file, 1,000,000 after',
    ],
  ] as const) {
    it(`differs from what was counted ${where}, in words`, () => {
      assert.deepEqual(differencesOf(counts), [words]);
    });
  }

  it('differs in a line for each kind, in the order of the file', () => {
    assert.deepEqual(
      differencesOf({
        before: { models: 1, twins: 10, relationships: 100 },
        inFile: { models: 2, twins: 20, relationships: 200 },
        after: { models: 3, twins: 30, relationships: 300 },
      }),
      [
        'models: 1 before, 2 in the file, 3 after',
        'twins: 10 before, 20 in the file, 30 after',
        'relationships: 100 before, 200 in the file, 300 after',
      ],
    );
  });

  it('is not said to agree with what could not be counted', () => {
    assert.deepEqual(
      differencesOf({
        before: { ...contents, twins: undefined },
        inFile: contents,
        after: { models: undefined, twins: undefined, relationships: 0 },
      }),
      [
        'models: 3 before, 3 in the file, not counted after',
        'twins: not counted before, 2,000 in the file, not counted after',
      ],
    );
  });

  it('is not said to agree where nothing is and nothing could be counted', () => {
    const none: Contents = { models: 0, twins: 0, relationships: 0 };
    assert.deepEqual(differencesOf({ before: { ...none, models: undefined }, inFile: none, after: none }), [
      'models: not counted before, 0 in the file, 0 after',
    ]);
  });
});
