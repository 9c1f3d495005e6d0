import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { lockFileName } from '../../../src/jobs/lockFileName.ts';
import { LockFolder } from '../../../src/jobs/lockFolder.ts';
import { FileLocks } from '../../../src/jobs/locks.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';
import { OtherWindow } from '../../support/otherWindow.ts';
import { until } from '../../support/until.ts';

const name = 'localhost:8443.watch';

/** The shortest that the library takes, so that tests wait less. */
const soonStale = 2000;

// They wait for other processes and for locks to become stale: all at once.
describe('A lock', { concurrency: true, timeout: 60_000 }, () => {
  it('is held by one at a time', async (test) => {
    const locks = new FileLocks(await temporaryFolder(test), new CollectedLog());
    const lock = await locks.tryTake(name);
    assert.ok(lock);
    assert.equal(await locks.tryTake(name), undefined);
    assert.ok(await locks.tryTake('another'));
    await lock.release();
    assert.ok(await locks.tryTake(name));
  });

  it('is held by one window at a time, as often as they take it', async (test) => {
    const folder = await temporaryFolder(test);
    const windows = await Promise.all([1, 2, 3].map(() => OtherWindow.open(test, join(folder, 'locks'))));
    const met = await Promise.all(windows.map((window) => window.ask('visit', name, join(folder, 'room'), 30)));
    assert.deepEqual(met, [0, 0, 0]);
  });

  it('is free for another window as soon as it is released', async (test) => {
    const folder = await temporaryFolder(test);
    const window = await OtherWindow.open(test, folder);
    const locks = new FileLocks(folder, new CollectedLog());
    const lock = await locks.take(name);
    assert.equal(await window.ask('tryTake', name), false);
    await lock.release();
    assert.equal(await window.ask('tryTake', name), true);
    await window.ask('release', name);
    assert.ok(await locks.tryTake(name));
  });

  it('is waited for until it is free', async (test) => {
    const locks = new FileLocks(await temporaryFolder(test), new CollectedLog());
    const lock = await locks.take(name);
    const next = locks.take(name);
    await lock.release();
    await (await next).release();
  });

  it('is waited for no longer than the signal allows, and is not taken after that', async (test) => {
    const locks = new FileLocks(await temporaryFolder(test), new CollectedLog());
    const lock = await locks.take(name);
    const stop = new AbortController();
    const waiting = locks.take(name, stop.signal);
    const reason = new Error('No longer wanted');
    stop.abort(reason);
    await assert.rejects(waiting, reason);
    await assert.rejects(locks.take('free', stop.signal), reason);
    await lock.release();
    assert.ok(await locks.tryTake(name));
    assert.ok(await locks.tryTake('free'));
  });

  it('of a window that was killed is taken over within 15 s', async (test) => {
    const folder = await temporaryFolder(test);
    const window = await OtherWindow.open(test, folder);
    await window.ask('take', name);
    window.signal('SIGKILL');
    await window.ended();
    const since = performance.now();
    const log = new CollectedLog();
    const lock = await new FileLocks(folder, log).take(name);
    const tookInMs = performance.now() - since;
    assert.ok(tookInMs < 15_000, `${tookInMs} ms`);
    assert.match(log.of('info').join(), /localhost:8443\.watch is taken over/);
    await lock.release();
    assert.deepEqual(await readdir(folder), []);
  });

  it('of a window that was killed is taken over by one only', async (test) => {
    const folder = await temporaryFolder(test);
    const dead = await OtherWindow.open(test, folder, soonStale);
    const windows = await Promise.all([1, 2, 3, 4].map(() => OtherWindow.open(test, folder, soonStale)));
    await dead.ask('take', name);
    dead.signal('SIGKILL');
    await dead.ended();
    const met = await Promise.all(windows.map((window) => window.ask('visit', name, join(folder, 'room'), 5)));
    assert.deepEqual(met, [0, 0, 0, 0]);
  });

  it('is free at once when the window that has it closes', async (test) => {
    const folder = await temporaryFolder(test);
    const window = await OtherWindow.open(test, folder);
    await window.ask('take', name);
    await window.ask('take', 'another');
    void window.ask('end');
    await window.ended();
    assert.deepEqual(await readdir(folder), []);
    const locks = new FileLocks(folder, new CollectedLog());
    const lock = await locks.tryTake(name);
    assert.ok(lock);
    locks.dispose();
    assert.ok(lock.lost.aborted);
    assert.ok(await locks.tryTake(name));
  });

  it('stays held beyond the stale time while its holder lives', async (test) => {
    const folder = await temporaryFolder(test);
    const window = await OtherWindow.open(test, folder, soonStale);
    await window.ask('take', name);
    const path = join(folder, lockFileName(name));
    const first = (await stat(path)).mtimeMs;
    const locks = new FileLocks(folder, new CollectedLog(), soonStale);
    await until(async () => {
      assert.equal(await locks.tryTake(name), undefined);
      return (await stat(path)).mtimeMs > first + 2 * soonStale;
    }, 'the holder touches its lock again and again');
    assert.equal(window.hasLost(name), false);
  });

  it('taken over from a window that slept is lost to that one, which goes on', async (test) => {
    const folder = await temporaryFolder(test);
    const window = await OtherWindow.open(test, folder, soonStale);
    await window.ask('take', name);
    window.signal('SIGSTOP');
    const locks = new FileLocks(folder, new CollectedLog(), soonStale);
    const lock = await locks.take(name);
    window.signal('SIGCONT');
    await until(() => window.hasLost(name), 'the sleeper learns that its lock was taken over');
    // What it lost it can't free.
    await window.ask('release', name);
    assert.equal(await window.ask('tryTake', name), false);
    assert.equal(lock.lost.aborted, false);
    assert.ok(window.isAlive);
    await lock.release();
    assert.equal(await window.ask('tryTake', name), true);
  });

  it('that looks stale when the machine wakes stays with a holder that wakes, too', async (test) => {
    const path = join(await temporaryFolder(test), 'lock');
    await mkdir(path);
    await utimes(path, 0, 0);
    const watcher = new LockFolder(path, { graceInMs: 2000, signal: undefined, onTakenOver: () => assert.fail() });
    await promisify(watcher.fs.stat)();
    const takeover = promisify(watcher.fs.rmdir)();
    // The holder wakes a little later, and touches what is its own.
    for (let look = 0; look < 50; look++) {
      await stat(path);
    }
    await utimes(path, Date.now() / 1000, Date.now() / 1000);
    await assert.rejects(takeover, { code: 'ELOCKED' });
    assert.ok((await stat(path)).isDirectory());
  });

  it('left behind is taken over by one of many who find it at the same moment', async (test) => {
    const folder = await temporaryFolder(test);
    const names = Array.from({ length: 25 }, (_, index) => `left-${index}`);
    for (const left of names) {
      await mkdir(join(folder, lockFileName(left)));
      await utimes(join(folder, lockFileName(left)), 0, 0);
    }
    const windows = [1, 2, 3, 4].map(() => new FileLocks(folder, new CollectedLog(), soonStale));
    const taken = await Promise.all(
      names.map(async (left) => {
        const locks = await Promise.all(windows.map((window) => window.tryTake(left)));
        return locks.filter((lock) => lock !== undefined).length;
      }),
    );
    assert.deepEqual(
      taken,
      names.map(() => 1),
    );
    assert.equal((await readdir(folder)).length, names.length);
  });

  it('released late, after another took it over, leaves it to that one', async (test) => {
    const folder = await temporaryFolder(test);
    const sleeper = new FileLocks(folder, new CollectedLog());
    const lock = await sleeper.take(name);
    // As another window leaves it that took the lock over: a folder of the same name, touched at another time.
    const path = join(folder, lockFileName(name));
    await rm(path, { recursive: true });
    await mkdir(path);
    await utimes(path, Date.now() / 1000, Date.now() / 1000 - 1);
    await lock.release();
    assert.equal((await readdir(folder)).length, 1);
    assert.equal(await new FileLocks(folder, new CollectedLog()).tryTake(name), undefined);
  });

  it('is lost when its folder is removed', async (test) => {
    const folder = await temporaryFolder(test);
    const log = new CollectedLog();
    const lock = await new FileLocks(folder, log, soonStale).take(name);
    await rm(folder, { recursive: true });
    await until(() => lock.lost.aborted, 'the holder learns that its lock is gone');
    assert.match(log.of('warn').join(), /localhost:8443\.watch was lost/);
    await lock.release();
    assert.ok(await new FileLocks(folder, log).tryTake(name));
  });

  it('left by a window whose clock was ahead is taken over', async (test) => {
    const folder = await temporaryFolder(test);
    const path = join(folder, lockFileName(name));
    await mkdir(path);
    const tomorrow = Date.now() / 1000 + 24 * 60 * 60;
    await utimes(path, tomorrow, tomorrow);
    assert.ok(await new FileLocks(folder, new CollectedLog(), soonStale).tryTake(name));
  });

  it('left with something in it is taken over and freed', async (test) => {
    const folder = await temporaryFolder(test);
    const path = join(folder, lockFileName(name));
    await mkdir(path);
    await writeFile(join(path, '.DS_Store'), '');
    await utimes(path, 0, 0);
    const lock = await new FileLocks(folder, new CollectedLog(), soonStale).tryTake(name);
    assert.ok(lock);
    await lock.release();
    assert.deepEqual(await readdir(folder), []);
  });

  it('can not be had where there can be no folder, and says why', async (test) => {
    const file = join(await temporaryFolder(test), 'file');
    await writeFile(file, '');
    const locks = new FileLocks(join(file, 'locks'), new CollectedLog());
    await assert.rejects(locks.tryTake(name), { code: 'ENOTDIR' });
    await assert.rejects(locks.take(name), { code: 'ENOTDIR' });
  });
});

describe('The file name of a lock', () => {
  const odd = [
    '',
    '.',
    '..',
    '../../etc/passwd',
    'C:\\Windows',
    'con',
    'nul.txt',
    'a',
    'A',
    'a/b',
    'a%2fb',
    'trailing.',
    'trailing ',
    'ä',
    'a\u0308',
    '\u0000',
    '😀',
    name,
    `${'x'.repeat(300)}1`,
    `${'x'.repeat(300)}2`,
  ];

  it('is a valid one everywhere, and another for each name', () => {
    const names = odd.map(lockFileName);
    for (const file of names) {
      assert.match(file, /^lock-[a-z0-9.%~-]*\.d$/);
      assert.ok(file.length < 200);
    }
    assert.equal(new Set(names).size, odd.length);
    assert.equal(lockFileName(name), 'lock-localhost%3a8443.watch.d');
  });

  it('lets each name be locked for itself, inside the folder', async (test) => {
    const folder = await temporaryFolder(test);
    const locks = new FileLocks(join(folder, 'locks'), new CollectedLog());
    const taken = await Promise.all(odd.map((one) => locks.tryTake(one)));
    assert.ok(taken.every((lock) => lock !== undefined));
    assert.deepEqual(await readdir(folder), ['locks']);
    assert.equal((await readdir(join(folder, 'locks'))).length, odd.length);
    locks.dispose();
    assert.deepEqual(await readdir(join(folder, 'locks')), []);
  });
});
