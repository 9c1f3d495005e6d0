import assert from 'node:assert/strict';
import type { RecordedRequest } from '../simulator/recording.ts';

const startOperation = 'POST /jobs/deletions';
const count: readonly string[] = ['GET /models', 'POST /query', 'POST /query'];

/** Words for several requests that belong together: what is asked before the confirmation, and a count. */
const together: Readonly<Record<string, readonly string[]>> = {
  look: ['GET /jobs/deletions', 'GET /jobs/imports', ...count],
  count,
};

const atAnyTime = ' at any time';

/** How often each operation is asked for: exactly, or at least. */
type Expected = Map<string, { times: number; isLeast: boolean }>;

/**
 * Compares what an instance received with what is written down, for example
 * `look, POST /jobs/deletions, GET /jobs/deletions/{id} ≥3, count`. Requests are counted by what they ask for, those
 * before the first start apart from those after it. Their order besides is not compared: many are side by side. What is
 * asked for `at any time` may come before or after the start.
 */
export function assertReceived(requests: readonly RecordedRequest[], written: string): void {
  const operations = requests.map(({ method, path }) => `${method} ${withoutIds(path)}`);
  const all = written === 'nothing' ? [] : written.split(', ');
  const items = all.filter((item) => !item.endsWith(atAnyTime));
  for (const item of all.filter((each) => each.endsWith(atAnyTime))) {
    // The last of them: one that is missing is then missed where its number is exact.
    const index = operations.lastIndexOf(item.slice(0, -atAnyTime.length));
    operations.splice(index, index < 0 ? 0 : 1);
  }
  const start = operations.indexOf(startOperation);
  const startItem = items.findIndex((item) => item.startsWith(startOperation));
  const said = `received: ${operations.join(', ')}\nwritten down: ${written}`;
  assert.equal(start < 0, startItem < 0, said);
  if (start < 0) {
    compare(operations, items, said);
  } else {
    compare(operations.slice(0, start), items.slice(0, startItem), `before the start, ${said}`);
    compare(operations.slice(start), items.slice(startItem), `from the start on, ${said}`);
  }
}

function withoutIds(path: string): string {
  return path
    .replace(/^(\/(?:jobs\/\w+|models|digitaltwins)\/)[^/]+/, '$1{id}')
    .replace(/^(\/digitaltwins\/\{id\}\/relationships\/)[^/]+$/, '$1{id}');
}

function compare(operations: readonly string[], items: readonly string[], said: string): void {
  const expected: Expected = new Map();
  items.forEach((item) => {
    const [, word = '', sign, number = '1'] = /^(.*?)(?: ([×≥])(\d+))?$/.exec(item) ?? [];
    for (const operation of together[word] ?? [word]) {
      const { times, isLeast } = expected.get(operation) ?? { times: 0, isLeast: false };
      expected.set(operation, { times: times + Number(number), isLeast: isLeast || sign === '≥' });
    }
  });
  for (const operation of new Set([...operations, ...expected.keys()])) {
    const times = operations.filter((each) => each === operation).length;
    const want = expected.get(operation) ?? { times: 0, isLeast: false };
    assert.ok(
      want.isLeast ? times >= want.times : times === want.times,
      `${operation}: ${times} times, not ${want.isLeast ? 'at least ' : ''}${want.times}; ${said}`,
    );
  }
}
