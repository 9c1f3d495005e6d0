import assert from 'node:assert/strict';
import { readdir, readFile, rmdir, writeFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { InstanceHost } from '../../../src/service/instanceHost.ts';
import { checkTimeoutInMinutes } from '../../../src/service/timeoutInMinutes.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { jobSetup } from '../../support/jobSetup.ts';
import { contoso } from '../../support/transport.ts';

const fabrikam = InstanceHost.parse('fabrikam.api.neu.digitaltwins.azure.net');
const trace = TraceContext.begin(countingHex(), 'vendor=1');
const start = {
  startedAt: Date.parse('2026-01-02T03:04:05Z'),
  timeoutInMinutes: checkTimeoutInMinutes(60),
  isEndTold: false,
  before: { models: 1, twins: undefined, relationships: 3 },
};

describe('Known instances', () => {
  it('survive a restart in the order in which they were added', async (test) => {
    const { instances, ground } = await jobSetup(test);
    await instances.add(fabrikam);
    await instances.add(contoso);
    await instances.add(fabrikam);
    const restarted = await jobSetup(test, { ground });
    assert.equal(restarted.store.instances.length, 0);
    await restarted.instances.load();
    assert.deepEqual(
      restarted.store.instances.map(({ host }) => host.name),
      ['fabrikam', 'contoso'],
    );
  });

  it('added side by side are all kept, in this window and in another', async (test) => {
    const one = await jobSetup(test);
    const other = await jobSetup(test, { ground: one.ground });
    await Promise.all([one.instances.add(contoso), one.instances.add(fabrikam)]);
    await other.instances.remove(contoso);
    await one.instances.load();
    assert.deepEqual(
      one.store.instances.map(({ host }) => host.name),
      ['fabrikam'],
    );
  });

  it('are not shown while the settings refuse their host, but stay remembered', async (test) => {
    const { ground, records, instances, store, transport } = await jobSetup(test);
    const recordPath = join(ground.folder, 'records.json');
    await instances.add(contoso);
    await records.change((now) => ({ ...now, instances: [...now.instances, 'localhost:8443'] }));
    await instances.load();
    assert.deepEqual(
      store.instances.map(({ host }) => host.name),
      ['contoso'],
    );
    assert.match(transport.log.of('warn').join(), /localhost:8443 is not shown/);
    assert.match(await readFile(recordPath, 'utf8'), /localhost:8443/);
  });
});

describe('Started jobs', () => {
  it('survive a restart with their trace and timeout', async (test) => {
    const { started, ground } = await jobSetup(test);
    assert.equal(await started.remember(contoso, 'job-1', { trace, start }), true);
    const restarted = await jobSetup(test, { ground });
    assert.deepEqual((await restarted.started.startsOn(contoso)).get('job-1'), { trace, start });
    assert.equal((await restarted.started.startsOn(fabrikam)).size, 0);
  });

  it('remember the first start with an id', async (test) => {
    const { started } = await jobSetup(test);
    await started.remember(contoso, 'job-1', { trace, start });
    const again = {
      trace: TraceContext.begin(countingHex()),
      start: { startedAt: 0, timeoutInMinutes: undefined, isEndTold: false, before: undefined },
    };
    assert.equal(await started.remember(contoso, 'job-1', again), false);
    assert.deepEqual((await started.startsOn(contoso)).get('job-1'), { trace, start });
  });

  it('are open until the person was told how they ended', async (test) => {
    const { started, ground } = await jobSetup(test);
    await started.remember(contoso, 'job-1', { trace, start });
    await started.remember(fabrikam, 'job-2', { trace, start });
    assert.equal(await started.claimEnd(fabrikam, 'job-2'), true);
    assert.equal(await started.claimEnd(fabrikam, 'job-2'), false);
    const restarted = await jobSetup(test, { ground });
    assert.deepEqual(await restarted.started.hostnamesWithOpenStarts(), new Set([contoso.hostname]));
    assert.equal((await restarted.started.startsOn(fabrikam)).get('job-2')?.start.isEndTold, true);
  });

  it('are forgotten when the service has forgotten them', async (test) => {
    const { started, transport } = await jobSetup(test);
    await started.remember(contoso, 'job-1', { trace, start });
    await transport.clock.pass(31 * 24 * 60 * 60 * 1000);
    assert.equal((await started.startsOn(contoso)).size, 0);
    assert.equal((await started.hostnamesWithOpenStarts()).size, 0);
  });
});

describe('The record file', () => {
  for (const content of ['', '{', '[]', '{"version":2}', 'null']) {
    it(`is set aside, not overwritten, when it reads ${JSON.stringify(content)}`, async (test) => {
      const { ground, instances, store, setAside } = await jobSetup(test);
      const recordPath = join(ground.folder, 'records.json');
      await mkdir(dirname(recordPath), { recursive: true });
      await writeFile(recordPath, content);
      await instances.load();
      assert.deepEqual(store.instances, []);
      await instances.add(contoso);
      const aside = (await readdir(dirname(recordPath))).filter((name) => name.includes('unreadable'));
      assert.equal(aside.length, 1);
      assert.equal(await readFile(`${dirname(recordPath)}/${aside[0]}`, 'utf8'), content);
      assert.deepEqual(setAside, ['nothing']);
    });
  }

  it('loses no more than the entries that can not be understood', async (test) => {
    const { ground, instances, started, store, setAside } = await jobSetup(test);
    const recordPath = join(ground.folder, 'records.json');
    await instances.add(contoso);
    await started.remember(contoso, 'job-1', { trace, start });
    const whole = JSON.parse(await readFile(recordPath, 'utf8')) as { instances: unknown[]; starts: unknown[] };
    whole.instances.push(7, fabrikam.hostname);
    whole.starts.push({ hostname: contoso.hostname, id: 'job-2' }, null);
    await writeFile(recordPath, JSON.stringify(whole));
    await started.claimEnd(contoso, 'job-1');
    await instances.load();
    assert.deepEqual(
      store.instances.map(({ host }) => host.name),
      ['contoso', 'fabrikam'],
    );
    assert.deepEqual([...(await started.startsOn(contoso)).keys()], ['job-1']);
    assert.deepEqual(setAside, ['part']);
  });

  for (const content of ['{"version":1}', '{"version":1,"instances":{},"starts":7}']) {
    it(`is set aside, and begins anew, when it reads ${content}`, async (test) => {
      const { ground, instances, store, setAside } = await jobSetup(test);
      const recordPath = join(ground.folder, 'records.json');
      await mkdir(dirname(recordPath), { recursive: true });
      await writeFile(recordPath, content);
      await instances.add(contoso);
      assert.equal(store.instances.length, 1);
      assert.deepEqual(setAside, ['part']);
    });
  }

  it('that can not be written says so, and the next change is tried afresh', async (test) => {
    const { ground, instances, store } = await jobSetup(test);
    const recordPath = join(ground.folder, 'records.json');
    await mkdir(recordPath, { recursive: true });
    await assert.rejects(instances.add(contoso));
    await rmdir(recordPath);
    await instances.add(contoso);
    assert.equal(store.instances.length, 1);
  });
});
