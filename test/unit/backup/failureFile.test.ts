import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Section } from '../../../src/backup/bulkFile.ts';
import { FailureFile } from '../../../src/backup/failureFile.ts';
import type { DeleteJobError } from '../../../src/service/deleteJob.ts';
import { ServiceError } from '../../../src/service/errors.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';

const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
const exchange = { hostname: 'contoso.api.wcus.digitaltwins.azure.net', operation: 'PUT /digitaltwins/a', traceparent };

function refusal(
  error: DeleteJobError = { code: 'ValidationFailed', message: 'No such property.' },
  status = 400,
): ServiceError {
  return new ServiceError(exchange, { status, error });
}

async function setUp(test: TestContext) {
  const folder = await temporaryFolder(test);
  const path = join(folder, 'backup.ndjson.errors.ndjson');
  const log = new CollectedLog();
  const file = new FailureFile(path, log);
  const add = (
    number: number,
    text = `{"$dtId":"${number}"}`,
    section: Section = 'Twins',
    error = refusal(),
  ): Promise<void> => file.add(section, { number, text }, error);
  const lines = async (): Promise<string[]> => (await readFile(path, 'utf8')).split('\n');
  return { path, log, file, add, lines, names: () => readdir(folder) };
}

describe('The file of what could not be restored', () => {
  it('is not there while nothing has failed', async (test) => {
    const { file, names } = await setUp(test);
    assert.deepEqual([await names(), file.count, file.isWhole], [[], 0, true]);
    await file.close(true);
    assert.deepEqual([await names(), file.isWhole], [[], true]);
  });

  it('has a line for each item: where it stands, why it was refused, and all of itself', async (test) => {
    const { file, add, lines } = await setUp(test);
    await add(7, '{"$dtId":"a","p":1}');
    await add(9, '{"$relationshipId":"r"}', 'Relationships', refusal({ code: 'A', innererror: { code: 'B' } }, 404));
    await add(3, '{"@id":"dtmi:a;1"}', 'Models', refusal({ message: 'Too large' }, 413));
    await file.close(true);
    const read = await lines();
    assert.equal(read.pop(), '');
    assert.deepEqual(
      read.map((line) => JSON.parse(line) as unknown),
      [
        {
          line: 7,
          section: 'Twins',
          code: 'ValidationFailed',
          reason: 'ValidationFailed: No such property.',
          traceparent,
          item: { $dtId: 'a', p: 1 },
        },
        { line: 9, section: 'Relationships', code: 'A', reason: 'A > B', traceparent, item: { $relationshipId: 'r' } },
        { line: 3, section: 'Models', code: '413', reason: 'Too large', traceparent, item: { '@id': 'dtmi:a;1' } },
      ],
    );
    assert.deepEqual([file.count, file.isWhole], [3, true]);
  });

  it('has numbers, nulls and texts as they were', async (test) => {
    const { file, add, lines } = await setUp(test);
    const item =
      '{"$dtId":"a","big":12345678901234567890,"list":[0.1000,1e5,-0,1.0,null],"__proto__":{"n":null},"text":"\\u2028\\ud800\u2029"}';
    await add(1, item);
    await file.close(true);
    const [line = ''] = await lines();
    // A lone surrogate may be written as its code alone; the separator as itself or as its code.
    const plain = (text: string): string => text.replaceAll('\\u2028', '\u2028');
    assert.ok(plain(line).endsWith(`"item":${plain(item)}}`), line);
  });

  it('has whole lines, in their order, when many fail at once', async (test) => {
    const { file, add, lines } = await setUp(test);
    const numbers = Array.from({ length: 300 }, (_, index) => index + 1);
    const adding = Promise.all(numbers.map((number) => add(number, `{"$dtId":"${'x'.repeat((number % 20) * 1000)}"}`)));
    // It closes only when all of them are written.
    await file.close(true);
    const read = (await lines()).slice(0, -1).map((line) => JSON.parse(line) as { line: number });
    assert.deepEqual(
      read.map(({ line }) => line),
      numbers,
    );
    await adding;
    assert.equal(file.count, 300);
  });

  it('has a line as soon as it is added, for what follows may end at any time', async (test) => {
    const { file, add, lines } = await setUp(test);
    await add(1);
    assert.equal((await lines()).length, 2);
    await add(2);
    assert.equal((await lines()).length, 3);
    await file.close(false);
  });

  it('keeps no line of an earlier attempt when something fails anew', async (test) => {
    const { file, path, add, lines } = await setUp(test);
    await writeFile(path, 'of an earlier attempt, and longer than what comes\n'.repeat(10));
    await add(1);
    await add(2);
    await file.close(false);
    const read = (await lines()).slice(0, -1).map((line) => JSON.parse(line) as { line: number });
    assert.deepEqual(
      read.map(({ line }) => line),
      [1, 2],
    );
  });

  it('of an earlier attempt goes when this one has come to its end without a failure', async (test) => {
    const { file, path, names } = await setUp(test);
    await writeFile(path, 'of an earlier attempt');
    await file.close(true);
    assert.deepEqual(await names(), []);
  });

  it('of an earlier attempt stays when this one has not come to its end', async (test) => {
    const { file, path } = await setUp(test);
    await writeFile(path, 'of an earlier attempt');
    await file.close(false);
    assert.equal(await readFile(path, 'utf8'), 'of an earlier attempt');
  });

  it('of this attempt stays, whether that has come to its end or not', async (test) => {
    for (const isComplete of [true, false]) {
      const { file, add, lines } = await setUp(test);
      await add(1);
      await file.close(isComplete);
      assert.equal((await lines()).length, 2);
    }
  });

  it('keeps nothing else from being restored when it can not be written, and says so once', async (test) => {
    const { file, path, log, add } = await setUp(test);
    await mkdir(path);
    await add(1);
    assert.equal(file.isWhole, false);
    await Promise.all([add(2), add(3)]);
    await file.close(true);
    assert.deepEqual([file.count, file.isWhole], [3, false]);
    const [error = '', ...more] = log.of('error');
    assert.deepEqual(more, []);
    assert.ok(error.includes(path), error);
    assert.match(error, /EISDIR/);
  });

  it('keeps nothing from ending when one of an earlier attempt can not be removed', async (test) => {
    const { file, path, names } = await setUp(test);
    await mkdir(path);
    await file.close(true);
    assert.equal((await names()).length, 1);
  });
});
