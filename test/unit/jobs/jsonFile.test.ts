import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { JsonFile, type JsonFileOptions } from '../../../src/jobs/jsonFile.ts';
import { FileLocks, type Locks } from '../../../src/jobs/locks.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';
import { manualClock } from '../../support/manualClock.ts';
import { MemoryLocks } from '../../support/memoryLocks.ts';
import { OtherWindow } from '../../support/otherWindow.ts';

/** A file of numbers, in which whatever is none is not understood. */
async function numbers(test: TestContext, options: Partial<JsonFileOptions<readonly number[]>> = {}) {
  const folder = await temporaryFolder(test);
  const path = join(folder, 'numbers.json');
  const log = new CollectedLog();
  const clock = manualClock();
  const told: string[] = [];
  const make = (locks: Locks): JsonFile<readonly number[]> =>
    new JsonFile<readonly number[]>({
      path,
      locks,
      clock,
      log,
      understand: (json) => {
        if (!Array.isArray(json)) {
          return undefined;
        }
        const value = json.filter((entry) => typeof entry === 'number');
        return { value, isWhole: value.length === json.length };
      },
      empty: [],
      setAside: (_aside, kept) => told.push(kept),
      ...options,
    });
  const locks = new MemoryLocks(clock);
  const asides = async (): Promise<string[]> => {
    const names = (await readdir(folder)).filter((name) => name.includes('.unreadable-')).sort();
    return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  };
  return { folder, path, log, clock, told, make, locks, file: make(locks), asides };
}

const noLocks: Locks = {
  tryTake: () => Promise.reject(new Error('This file system has no locks')),
  take: () => Promise.reject(new Error('This file system has no locks')),
};

describe('A shared JSON file', () => {
  it('is empty before the first change, and holds what changes made of it', async (test) => {
    const { file, make, locks } = await numbers(test);
    assert.deepEqual(await file.read(), []);
    assert.deepEqual(await file.change((before) => [...before, 1]), [1]);
    assert.deepEqual(await make(locks.window()).change((before) => [...before, 2]), [1, 2]);
    assert.deepEqual(await file.read(), [1, 2]);
  });

  it('is not written when a change returns what it was given', async (test) => {
    const { file, path } = await numbers(test);
    assert.deepEqual(await file.change((before) => before), []);
    await assert.rejects(stat(path), { code: 'ENOENT' });
  });

  it('loses no change of two windows that make many at once', { timeout: 60_000 }, async (test) => {
    const { folder, path } = await numbers(test);
    const windows = await Promise.all([1, 2].map(() => OtherWindow.open(test, join(folder, 'locks'))));
    await Promise.all(windows.map((window, index) => window.ask('addTo', path, `window-${index}`, 200)));
    const entries = JSON.parse(await readFile(path, 'utf8')) as string[];
    assert.equal(new Set(entries).size, 400);
    assert.deepEqual(await readdir(join(folder, 'locks')), []);
  });

  it('is changed by no one while another window changes it', async (test) => {
    const { file, locks } = await numbers(test);
    const lock = await locks.window().take('numbers.json');
    const change = file.change((before) => [...before, 1]);
    assert.deepEqual(await file.read(), []);
    await lock.release();
    assert.deepEqual(await change, [1]);
  });

  it('is changed anew when the lock was lost between reading and writing', async (test) => {
    const { make, clock } = await numbers(test);
    const sleeper = new MemoryLocks(clock, 0);
    const other = sleeper.window();
    let calls = 0;
    const changed = await make(sleeper).change((before) => {
      calls++;
      if (calls === 1) {
        sleeper.die();
        void make(other).change((between) => [...between, 1]);
        void other.tryTake('numbers.json').then((lock) => lock?.release());
      }
      return [...before, 2];
    });
    assert.equal(calls, 2);
    assert.deepEqual(changed.toSorted(), [1, 2]);
  });

  it('is not changed where nothing can be locked, and says why', async (test) => {
    const { make } = await numbers(test);
    const file = make(noLocks);
    await assert.rejects(
      file.change(() => [1]),
      /has no locks/,
    );
    assert.deepEqual(await file.read(), []);
  });

  it('frees its lock after a change that failed, and makes the next', async (test) => {
    const { file } = await numbers(test);
    const failed = file.change(() => {
      throw new Error('No such change');
    });
    const next = file.change(() => [1]);
    await assert.rejects(failed, /No such change/);
    assert.deepEqual(await next, [1]);
  });

  it('that can not be read says so, and is not taken for empty', async (test) => {
    const { file, path } = await numbers(test);
    await mkdir(path);
    await assert.rejects(file.read(), { code: 'EISDIR' });
    await assert.rejects(
      file.change(() => [1]),
      { code: 'EISDIR' },
    );
  });

  it('can be read at any time while it is being replaced', { timeout: 60_000 }, async (test) => {
    const { folder, path, make, told } = await numbers(test, {
      understand: (json) => ({ value: json as number[], isWhole: true }),
    });
    const file = make(new FileLocks(join(folder, 'locks'), new CollectedLog()));
    const window = await OtherWindow.open(test, join(folder, 'locks'));
    const writing = window.ask('addTo', path, 'x', 100).then(() => 'done');
    let seen = 0;
    while ((await Promise.race([writing, file.read()])) !== 'done') {
      const { length } = await file.read();
      assert.ok(length >= seen);
      seen = length;
    }
    assert.deepEqual(told, []);
  });
});

describe('What can not be understood of a shared JSON file', () => {
  it('is copied aside once, said and logged, and the rest is used', async (test) => {
    const { file, path, told, log, asides, make, locks } = await numbers(test);
    const content = '[1,"two",3]';
    await writeFile(path, content);
    assert.deepEqual(await file.read(), [1, 3]);
    assert.deepEqual(await file.read(), [1, 3]);
    assert.deepEqual(await make(locks.window()).read(), [1, 3]);
    assert.equal(await readFile(path, 'utf8'), content);
    assert.deepEqual(await asides(), [content]);
    assert.deepEqual(told, ['part']);
    assert.match(log.of('warn').join(), /Some entries of .*numbers\.json.*set aside as .*unreadable-/);
    assert.deepEqual(await file.change((before) => [...before, 4]), [1, 3, 4]);
    assert.deepEqual(await file.read(), [1, 3, 4]);
    assert.deepEqual(await asides(), [content]);
  });

  it('is copied before a change overwrites it, byte for byte', async (test) => {
    const { file, folder, path, told } = await numbers(test);
    const content = Buffer.from([0x5b, 0xff, 0xfe, 0x00]);
    await writeFile(path, content);
    await file.change(() => [1]);
    const [aside = ''] = (await readdir(folder)).filter((name) => name.includes('unreadable'));
    assert.deepEqual(await readFile(join(folder, aside)), content);
    assert.deepEqual(told, ['nothing']);
  });

  it('is kept in its five newest copies', async (test) => {
    const { file, path, asides, clock } = await numbers(test);
    for (let count = 1; count <= 7; count++) {
      await writeFile(path, `broken ${count}`);
      await file.read();
      await clock.pass(count === 3 ? 0 : 1000);
    }
    assert.deepEqual(await asides(), ['broken 3', 'broken 4', 'broken 5', 'broken 6', 'broken 7']);
  });

  it('is not overwritten while it can not be copied', async (test) => {
    const { make, path, log, asides } = await numbers(test);
    await writeFile(path, '[1,"two"]');
    const file = make(noLocks);
    assert.deepEqual(await file.read(), [1]);
    assert.match(log.of('warn').join(), /nor can it be copied/);
    await assert.rejects(file.change(() => []));
    assert.equal(await readFile(path, 'utf8'), '[1,"two"]');
    assert.deepEqual(await asides(), []);
  });

  it('is no longer spoken of once the file is gone', async (test) => {
    const { file, path, told } = await numbers(test);
    await writeFile(path, '{');
    await file.read();
    await rm(path);
    assert.deepEqual(await file.read(), []);
    assert.deepEqual(told, ['nothing']);
  });
});
