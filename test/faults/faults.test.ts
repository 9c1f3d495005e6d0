import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { concurrency, page } from './play.ts';
import { runRow, type Outcome, type Row } from './row.ts';
import { table } from './table.ts';

const documentation = new URL('../../docs/faults.md', import.meta.url);
const outcomes = new Map<Row, Outcome>();

describe('Faults', () => {
  describe('are told, and start no second job:', { concurrency }, () => {
    for (const row of table.flatMap(({ rows }) => rows)) {
      it(row.fault, async () => {
        outcomes.set(row, await runRow(row));
      });
    }
  });

  it('are all different', () => {
    const faults = table.flatMap(({ rows }) => rows.map(({ fault }) => fault));
    assert.deepEqual(
      faults.filter((fault, index) => faults.indexOf(fault) !== index),
      [],
    );
    assert.ok(faults.length >= 45, `${faults.length} faults`);
  });

  it('are in docs/faults.md as they are', async () => {
    const { length } = table.flatMap(({ rows }) => rows);
    assert.equal(outcomes.size, length, 'rows above have failed');
    assert.equal(
      await readFile(documentation, 'utf8'),
      page(outcomes),
      'the page is another: run `npm run --silent faults > docs/faults.md`',
    );
  });
});
