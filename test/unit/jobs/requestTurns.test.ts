import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Locks } from '../../../src/jobs/locks.ts';
import { SharedRequestTurns } from '../../../src/jobs/requestTurns.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import { CollectedLog } from '../../support/collectedLog.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';
import { manualClock } from '../../support/manualClock.ts';
import { MemoryLocks } from '../../support/memoryLocks.ts';
import { OtherWindow } from '../../support/otherWindow.ts';
import { contoso, settled } from '../../support/transport.ts';

const fabrikam = InstanceHost.parse('fabrikam.api.neu.digitaltwins.azure.net');

describe('The turn to send a request', () => {
  it('is one window’s at a time, and none keeps the others out', { timeout: 60_000 }, async (test) => {
    const folder = await temporaryFolder(test);
    const server = join(folder, 'server');
    const windows = await Promise.all([1, 2].map(() => OtherWindow.open(test, join(folder, 'locks'))));
    await Promise.all(windows.map((window, index) => window.ask('request', contoso.hostname, server, `${index}`, 8)));
    const seen = (await readFile(server, 'utf8')).trim().split('\n');
    const came = seen.filter((line) => line.endsWith('comes'));
    assert.deepEqual(
      seen,
      came.flatMap((line) => [line, line.replace('comes', 'goes')]),
    );
    for (const who of ['0', '1']) {
      const numbers = came.filter((line) => line.startsWith(who)).map((line) => Number(line.split(' ')[1]));
      assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
    const changes = came.filter((line, index) => index > 0 && line.slice(0, 1) !== came[index - 1]?.slice(0, 1)).length;
    assert.ok(changes >= 4, `The windows took turns ${changes} times: ${came.join()}`);
  });

  it('comes in the order of asking, one after another was given back', async () => {
    const clock = manualClock();
    const turns = new SharedRequestTurns(new MemoryLocks(clock), clock, new CollectedLog());
    const order: number[] = [];
    const all = Promise.all(
      [1, 2, 3].map(async (number) => {
        const giveBack = await turns.take(contoso);
        order.push(number);
        await clock.delay(1000);
        order.push(number);
        giveBack();
        giveBack();
      }),
    );
    await settled(clock, all);
    assert.deepEqual(order, [1, 1, 2, 2, 3, 3]);
  });

  it('at one instance does not wait for another', async () => {
    const clock = manualClock();
    const locks = new MemoryLocks(clock);
    const turns = new SharedRequestTurns(locks, clock, new CollectedLog());
    await turns.take(contoso);
    await turns.take(fabrikam);
    assert.equal(await locks.window().tryTake(`${contoso.hostname}.requests`), undefined);
  });

  it('passes to another window before the next of this one', async () => {
    const clock = manualClock();
    const locks = new MemoryLocks(clock);
    const turns = new SharedRequestTurns(locks, clock, new CollectedLog());
    const giveBack = await turns.take(contoso);
    const other = new SharedRequestTurns(locks.window(), clock, new CollectedLog()).take(contoso);
    const next = turns.take(contoso);
    giveBack();
    (await other)();
    (await settled(clock, next))();
  });

  it('is had without others where nothing can be locked, and the log says so once', async () => {
    const clock = manualClock();
    const log = new CollectedLog();
    const refuse = (): Promise<never> => Promise.reject(new Error('EROFS: read-only file system'));
    const noLocks: Locks = { tryTake: refuse, take: refuse };
    const turns = new SharedRequestTurns(noLocks, clock, log);
    (await turns.take(contoso))();
    (await turns.take(fabrikam))();
    (await settled(clock, turns.take(contoso)))();
    assert.equal(log.of('warn').length, 1);
    assert.match(log.of('warn').join(), /not paced among windows.*read-only/);
  });
});
