import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TransferProgress } from '../../../src/backup/transferProgress.ts';
import { ConnectionError, ServiceError } from '../../../src/service/errors.ts';
import { explained } from '../../../src/service/explained.ts';
import { manualClock, type ManualClock } from '../../support/manualClock.ts';
import { contoso } from '../../support/transport.ts';
import { until } from '../../support/until.ts';

const exchange = { hostname: contoso.hostname, operation: 'POST /query', traceparent: `00-${'1'.repeat(32)}-01` };
const unknown = { models: undefined, twins: undefined, relationships: undefined };

function setUp(): { readonly clock: ManualClock; readonly progress: TransferProgress } {
  const clock = manualClock();
  return { clock, progress: new TransferProgress(clock) };
}

describe('How far a transfer has come', () => {
  it('is counts alone where it is not known how much there is', () => {
    const { progress } = setUp();
    progress.expect(unknown);
    assert.equal(progress.describe(), '');
    progress.add('models', 3);
    progress.add('twins', 1200);
    assert.equal(progress.describe(), '3 models, 1,200 twins');
    assert.equal(progress.percent, undefined);
  });

  it('is counts alone before anything was counted', () => {
    const { progress } = setUp();
    progress.add('twins', 7);
    assert.equal(progress.describe(), '7 twins');
    assert.equal(progress.percent, undefined);
  });

  it('is counts of totals where these are known, in the order of the file', () => {
    const { progress } = setUp();
    progress.expect({ models: 10, twins: 2000, relationships: 0 });
    assert.equal(progress.describe(), '0 of 10 models, 0 of 2,000 twins');
    progress.add('twins', 1000);
    progress.add('models', 10);
    progress.add('twins', 5);
    assert.equal(progress.describe(), '10 of 10 models, 1,005 of 2,000 twins');
    assert.deepEqual(progress.done, { models: 10, twins: 1005, relationships: 0 });
  });

  it('names totals as far as they are known', () => {
    const { progress } = setUp();
    progress.expect({ models: 2, twins: undefined, relationships: 30 });
    progress.add('twins', 4);
    assert.equal(progress.describe(), '0 of 2 models, 4 twins, 0 of 30 relationships');
    assert.equal(progress.percent, undefined);
  });

  it('is a share of all items', () => {
    const { progress } = setUp();
    progress.expect({ models: 10, twins: 40, relationships: 50 });
    assert.equal(progress.percent, 0);
    progress.add('models', 10);
    progress.add('twins', 15);
    assert.equal(progress.percent, 25);
    progress.add('twins', 25);
    progress.add('relationships', 50);
    assert.equal(progress.percent, 100);
  });

  it('is never more than all, where more has come to it meanwhile', async () => {
    const { clock, progress } = setUp();
    progress.expect({ models: 0, twins: 10, relationships: 0 });
    progress.describe();
    progress.add('twins', 15);
    await clock.pass(5000);
    assert.equal(progress.percent, 100);
    assert.equal(progress.describe(), '15 of 10 twins; 3/s', 'and nothing is left');
  });

  it('is all where there is nothing', () => {
    const { progress } = setUp();
    progress.expect({ models: 0, twins: 0, relationships: 0 });
    assert.equal(progress.percent, 100);
    assert.equal(progress.describe(), '');
  });
});

describe('The rate of a transfer', () => {
  it('comes with the time that is left', async () => {
    const { clock, progress } = setUp();
    progress.expect({ models: 0, twins: 10_000, relationships: 0 });
    await clock.pass(2000);
    progress.add('twins', 400);
    // 9,600 are left, at 200 a second.
    assert.equal(progress.describe(), '400 of 10,000 twins; 200/s; about 50 s left');
    await clock.pass(1000);
    progress.add('twins', 200);
    assert.equal(progress.describe(), '600 of 10,000 twins; 200/s; about 50 s left');
  });

  it('comes without where it is not known how much there is', async () => {
    const { clock, progress } = setUp();
    progress.expect(unknown);
    await clock.pass(4000);
    progress.add('twins', 10_000);
    assert.equal(progress.describe(), '10,000 twins; 2,500/s');
  });

  it('needs a second', async () => {
    const { clock, progress } = setUp();
    progress.expect({ models: 0, twins: 10_000, relationships: 0 });
    progress.add('twins', 100);
    await clock.pass(999);
    assert.equal(progress.describe(), '100 of 10,000 twins');
    await clock.pass(1);
    assert.equal(progress.describe(), '100 of 10,000 twins; 100/s; about 2 min left');
  });

  it('is at least one', async () => {
    const { clock, progress } = setUp();
    progress.expect(unknown);
    await clock.pass(10_000);
    progress.add('models', 1);
    assert.equal(progress.describe(), '1 models; 1/s');
  });

  it('is of the last 30 seconds', async () => {
    const { clock, progress } = setUp();
    progress.expect(unknown);
    let description = '';
    for (let second = 0; second < 40; second++) {
      await clock.pass(1000);
      progress.add('twins', 1000);
      description = progress.describe();
    }
    assert.equal(description, '40,000 twins; 1,000/s');
    for (let second = 0; second < 30; second++) {
      await clock.pass(1000);
      progress.add('twins', 10);
      description = progress.describe();
    }
    assert.equal(description, '40,300 twins; 10/s');
  });

  it('is of a file alone, and not of the time before', async () => {
    const { clock, progress } = setUp();
    progress.describe();
    await clock.pass(20_000);
    progress.expect({ models: 0, twins: 1000, relationships: 0 });
    await clock.pass(1000);
    progress.add('twins', 100);
    assert.equal(progress.describe(), '100 of 1,000 twins; 100/s; about 10 s left');
  });

  it('is not named while nothing moves', async () => {
    const { clock, progress } = setUp();
    progress.expect({ models: 0, twins: 1000, relationships: 0 });
    progress.add('twins', 100);
    for (let second = 0; second <= 31; second++) {
      await clock.pass(1000);
      progress.describe();
    }
    assert.equal(progress.describe(), '100 of 1,000 twins');
  });
});

describe('A stage of a transfer', () => {
  it('stands for the counts as long as it lasts', async () => {
    const { clock, progress } = setUp();
    progress.expect({ models: 0, twins: 1000, relationships: 0 });
    await clock.pass(1000);
    progress.add('twins', 100);
    progress.stage = 'putting the file together';
    assert.equal(progress.describe(), 'putting the file together');
    progress.stage = undefined;
    assert.equal(progress.describe(), '100 of 1,000 twins; 100/s; about 10 s left');
  });
});

describe('A wait of a transfer', () => {
  const busy = new ServiceError(exchange, { status: 429, error: {} });

  it('is named, with its reason and the time that is left of it', async () => {
    const { clock, progress } = setUp();
    const { short } = await explained(busy);
    progress.expect({ models: 0, twins: 1000, relationships: 0 });
    progress.waits({ reason: 'busy', error: busy, milliseconds: 90_000 });
    await until(() => progress.describe().includes('waiting'), 'the wait named');
    assert.equal(short, '429 Too Many Requests');
    assert.equal(progress.describe(), `0 of 1,000 twins; waiting 1 min 30 s: ${short}`);
    await clock.pass(60_000);
    assert.equal(progress.describe(), `0 of 1,000 twins; waiting 30 s: ${short}`);
    await clock.pass(29_000);
    assert.equal(progress.describe(), `0 of 1,000 twins; waiting 1 s: ${short}`);
    await clock.pass(1000);
    assert.equal(progress.describe(), '0 of 1,000 twins');
  });

  it('is named in a stage as well', async () => {
    const { progress } = setUp();
    const lost = new ConnectionError(exchange, 'ENOTFOUND', new Error('getaddrinfo ENOTFOUND'));
    progress.stage = 'verifying';
    progress.waits({ reason: 'trouble', error: lost, milliseconds: 4000 });
    await until(() => progress.describe().includes('waiting'), 'the wait named');
    assert.equal(progress.describe(), `verifying; waiting 4 s: ${(await explained(lost)).short}`);
  });

  it('gives way to the next one', async () => {
    const { progress } = setUp();
    const trouble = new ServiceError(exchange, { status: 500, error: {} });
    progress.expect({ models: 1, twins: 0, relationships: 0 });
    progress.waits({ reason: 'busy', error: busy, milliseconds: 60_000 });
    progress.waits({ reason: 'trouble', error: trouble, milliseconds: 20_000 });
    const { short } = await explained(trouble);
    await until(() => progress.describe() === `0 of 1 models; waiting 20 s: ${short}`, 'the second wait named');
  });

  it('stands alone where there is nothing else to say', async () => {
    const { progress } = setUp();
    progress.waits({ reason: 'busy', error: busy, milliseconds: 20_000 });
    await until(() => progress.describe().includes('waiting'), 'the wait named');
    assert.equal(progress.describe(), 'waiting 20 s: 429 Too Many Requests');
  });
});
