import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { failuresPath } from '../../../src/backup/bulkFile.ts';
import { RestoreStoppedError, type RestoreResult } from '../../../src/backup/restore.ts';
import { ExclusiveUse } from '../../../src/jobs/exclusiveUse.ts';
import { InstanceBusyError, LocalFileError, ServiceError, SignInRequiredError } from '../../../src/service/errors.ts';
import type { FaultAction } from '../../simulator/faults.ts';
import type { WiredRequest } from '../../support/recordingWire.ts';
import { transferSetup, type Place, type RestoreOptions, type TransferSetup } from '../../support/transferSetup.ts';

const none = { models: 0, twins: 0, relationships: 0 };
const old = 'dtmi:example:Old;1';
const older = 'dtmi:example:Older;1';
const room = 'dtmi:digitaltwins:sample:Room;1';

/** An instance that has been backed up, and an empty one. */
interface Setup extends TransferSetup {
  readonly source: Place;
  readonly target: Place;
  /** How much the file holds. */
  readonly contents: { readonly models: number; readonly twins: number; readonly relationships: number };
}

/** With two models that are decommissioned, one of which needs the other, and a twin of each. */
async function setUp(test: TestContext, graph = { twins: 150, relationships: 160 }): Promise<Setup> {
  const set = await transferSetup(test);
  const [source, target] = await Promise.all([set.instance({ graph }), set.emptyInstance()]);
  const { instance } = source;
  instance.plantModel({ '@id': older, '@type': 'Interface' }, { decommissioned: true });
  instance.plantModel({ '@id': old, '@type': 'Interface', extends: older }, { decommissioned: true });
  instance.plantTwin(`{"$dtId":"of-old","$metadata":{"$model":"${old}"},"measured":20.10}`);
  instance.plantTwin(`{"$dtId":"of-older","$metadata":{"$model":"${older}"}}`);
  instance.plantRelationship(
    '{"$sourceId":"of-old","$relationshipId":"r","$targetId":"of-older","$relationshipName":"likes","much":1e5}',
  );
  await set.backUp(source);
  set.wire.sent.length = 0;
  set.log.lines.length = 0;
  return Object.assign(set, { source, target, contents: instance.counts });
}

const isTwin = ({ method, path }: WiredRequest): boolean => method === 'PUT' && !path.includes('/relationships/');
const isRelationship = ({ method, path }: WiredRequest): boolean =>
  method === 'PUT' && path.includes('/relationships/');
const isPut = ({ method }: WiredRequest): boolean => method === 'PUT';
const areModels = ({ method, path }: WiredRequest): boolean => method === 'POST' && path === '/models';
const isDecommissioning = ({ method }: WiredRequest): boolean => method === 'PATCH';

/** Does something when so many requests of this kind have gone out and the next one is about to. */
function after(set: TransferSetup, count: number, kind: (request: WiredRequest) => boolean, act: () => void): void {
  let seen = 0;
  set.wire.before = (request) => {
    if (kind(request) && seen++ === count) {
      act();
    }
  };
}

async function stopped(restore: Promise<RestoreResult>): Promise<RestoreStoppedError> {
  const failure = await restore.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof RestoreStoppedError, String(failure));
  return failure;
}

/** Whether nobody has the instance. */
async function isFree({ uses, target }: Setup): Promise<boolean> {
  const use = await uses.take(target.host);
  await use.release();
  return true;
}

/** Whether both instances hold the same; where they don't, what is in one of them alone. */
function same({ source, target }: Pick<Setup, 'source' | 'target'>): void {
  const [there, here] = [source.instance.graphText(), target.instance.graphText()];
  const only = (one: readonly string[], other: readonly string[]): string[] => {
    const others = new Set(other);
    return one.filter((line) => !others.has(line));
  };
  assert.deepEqual({ missing: only(there, here), additional: only(here, there) }, { missing: [], additional: [] });
  assert.equal(here.length, there.length);
}

/** Whether nothing is sent any more, but for what was just about to be. */
async function isQuiet(set: Setup): Promise<void> {
  const { requests } = set.target;
  const atEnd = requests.length;
  await set.clock.delay(60_000);
  const later = requests.length;
  assert.ok(later <= atEnd + 64, `${later - atEnd} more`);
  await set.clock.delay(60_000);
  assert.equal(requests.length, later);
}

/** The entries of the file of failures, in the order of their lines. */
async function failuresIn({
  file,
}: TransferSetup): Promise<{ line: number; section: string; code: string; text: string }[]> {
  const text = await readFile(failuresPath(file), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as { line: number; section: string; code: string }), text: line }))
    .sort((one, other) => one.line - other.line);
}

async function hasFailures({ file }: TransferSetup): Promise<boolean> {
  return stat(failuresPath(file)).then(
    () => true,
    () => false,
  );
}

describe('A restore', () => {
  it('creates everything in an empty instance', async (t) => {
    const set = await setUp(t);
    const { tookMs, ...result } = await set.restore(set.target);
    assert.deepEqual(result, {
      isCancelled: false,
      created: set.contents,
      alreadyThere: none,
      failed: none,
      decommissioned: 2,
      failuresPath: undefined,
      after: set.contents,
    });
    assert.ok(tookMs >= 10_000, 'queries lag so far behind');
    same(set);
    assert.deepEqual((await readdir(set.folder)).sort(), ['backup.ndjson', 'backup.ndjson.manifest.json']);
    assert.ok(await isFree(set));
  });

  it('creates what is referred to before what refers to it', async (t) => {
    const set = await setUp(t);
    const done = (kind: (request: WiredRequest) => boolean): number =>
      set.wire.sent.filter((request) => kind(request) && request.status !== undefined).length;
    set.wire.before = (request) => {
      if (isTwin(request)) {
        assert.equal(done(areModels), 1);
      } else if (isRelationship(request)) {
        assert.equal(done(isTwin), set.contents.twins);
      } else if (isDecommissioning(request)) {
        assert.equal(done(isRelationship), set.contents.relationships);
      }
    };
    await set.restore(set.target);
    same(set);
  });

  it('changes nothing where everything is there', async (t) => {
    const set = await setUp(t);
    await set.restore(set.target);
    const { instance } = set.target;
    instance.plantTwin({ $dtId: 'of-older', $metadata: { $model: older }, changed: 'since' });
    instance.plantRelationship({
      $sourceId: 'of-old',
      $relationshipId: 'r',
      $targetId: 'building-1',
      $relationshipName: 'changed',
    });
    instance.plantTwin({ $dtId: 'new', $metadata: { $model: room } });
    const before = [...instance.graphText(), JSON.stringify([...instance.contents.twins.page(Infinity).items])];
    const result = await set.restore(set.target);
    assert.deepEqual(
      [...instance.graphText(), JSON.stringify([...instance.contents.twins.page(Infinity).items])],
      before,
    );
    assert.deepEqual(result.created, none);
    assert.deepEqual(result.failed, none);
    assert.deepEqual(result.alreadyThere, set.contents);
    assert.deepEqual(result.after, { ...set.contents, twins: set.contents.twins + 1 });
    assert.equal(result.decommissioned, 2);
  });

  it('adds what is lacking where some of it is there', async (t) => {
    const set = await setUp(t);
    const { models, twins, relationships } = set.source.instance.contents;
    const { instance } = set.target;
    models.page(5).items.forEach(({ definition }) => instance.plantModel(definition));
    twins.page(70).items.forEach((twin) => instance.plantTwin(twin));
    relationships.page(60).items.forEach((relationship) => instance.plantRelationship(relationship));
    const before = { models: 5, twins: 70, relationships: 60 };
    assert.deepEqual(instance.counts, before);
    const result = await set.restore(set.target);
    same(set);
    assert.deepEqual(result.alreadyThere, before);
    assert.deepEqual(result.created, {
      models: set.contents.models - 5,
      twins: set.contents.twins - 70,
      relationships: set.contents.relationships - 60,
    });
    assert.deepEqual(result.failed, none);
  });

  it('takes the first of what a file has twice', async (t) => {
    const set = await setUp(t);
    const lines = (await readFile(set.file, 'utf8')).trimEnd().split('\n');
    const at = lines.findIndex((line) => line.includes('"of-old"'));
    const model = lines.findIndex((line) => line.includes(`"@id":"${room}"`));
    const [twin = '', definition = '', relationship = ''] = [lines[at], lines[model], lines.at(-1)];
    lines.push(relationship.replace('"$relationshipName"', '"other":1,"$relationshipName"'));
    lines.splice(at + 1, 0, twin.replace('20.10', '30.10'));
    lines.splice(model + 1, 0, definition);
    await writeFile(set.file, lines.map((line) => `${line}\n`).join(''));
    const result = await set.restore(set.target);
    same(set);
    assert.deepEqual(result.created, set.contents);
    // A model that is twice goes out once.
    assert.deepEqual(result.alreadyThere, { models: 0, twins: 1, relationships: 1 });
    assert.deepEqual(result.failed, none);
  });

  it('of an empty file creates nothing', async (t) => {
    const set = await setUp(t);
    await set.write({});
    await rm(`${set.file}.manifest.json`);
    const result = await set.restore(set.target);
    assert.deepEqual([result.created, result.alreadyThere, result.failed, result.after], [none, none, none, none]);
    assert.deepEqual(
      set.wire.sent.filter(({ method, path }) => method !== 'GET' && path !== '/query'),
      [],
    );
  });

  it('is told of as it goes, stage by stage', async (t) => {
    const set = await setUp(t);
    const stages: (string | undefined)[] = [];
    const progress = set.progress((stage) => stages.push(stage));
    const percents: (number | undefined)[] = [];
    set.wire.before = () => {
      percents.push(progress.percent);
    };
    await set.restore(set.target, { progress });
    assert.deepEqual(stages, [
      'decommissioning models',
      'waiting until the instance counts what was created',
      'counting',
    ]);
    assert.deepEqual(progress.done, set.contents);
    assert.equal(percents[0], 0);
    assert.ok(percents.some((percent = 0) => percent > 10 && percent < 90));
    assert.equal(percents.at(-1), 100);
  });

  it('has 64 requests under way at the most', async (t) => {
    const set = await setUp(t);
    let most = 0;
    set.wire.before = () => {
      most = Math.max(most, set.wire.underway + 1);
    };
    await set.restore(set.target);
    assert.ok(most > 8 && most <= 64, String(most));
  });

  it('keeps to its pace', async (t) => {
    const set = await setUp(t, { twins: 60, relationships: 60 });
    const { tookMs } = await set.restore(set.target, { createsPerSecond: 20 });
    const requests = set.wire.sent.filter(({ path }) => path !== '/query').length;
    assert.ok(tookMs >= 10_000 + (requests - 5) * 50, `${requests} in ${tookMs} ms`);
    same(set);
  });

  it('says what the instance holds as far as that can be counted', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    set.wire.before = ({ body }) => {
      if (body.includes('COUNT() FROM DIGITALTWINS')) {
        throw new Error('refused');
      }
    };
    const result = await set.restore(set.target);
    assert.deepEqual(result.after, { ...set.contents, twins: undefined });
    assert.deepEqual(result.created, set.contents);
  });

  it('has a line in the log at its beginning and at its end, and none for each creation', async (t) => {
    const set = await setUp(t);
    const result = await set.restore(set.target);
    const lines = set.log.of('info');
    const { hostname } = set.target.host;
    assert.match(lines[0] ?? '', new RegExp(`^Restoring ${set.file} to ${hostname}, trace [0-9a-f]{32}$`));
    assert.equal(lines.at(-1), `Restore to ${hostname} ended: ${JSON.stringify(result)}`);
    // Of the one flag that had to wait, and of the last count.
    assert.equal(lines.length, 2 + 1 + 3);
    assert.doesNotMatch(set.log.lines.join('\n'), /PUT|Bearer ey/);
    const trace = /trace ([0-9a-f]{32})/.exec(lines[0] ?? '')?.[1];
    assert.ok(set.wire.sent.every(({ headers }) => headers['traceparent']?.slice(3, 35) === trace));
  });

  it('has a line in the log for each request that failed, and no token in any', async (t) => {
    const set = await setUp(t);
    set.target.faults.next({ method: 'PUT' }, { kind: 'respond', status: 500 }, 3);
    set.target.faults.next({ method: 'PUT' }, { kind: 'dropBefore' }, 2);
    await set.restore(set.target);
    assert.equal(set.log.of('info').filter((line) => /^PUT .*(?:500|no answer)/.test(line)).length, 5);
    assert.equal(set.log.of('error').filter((line) => line.startsWith('PUT ')).length, 5);
    const log = set.log.lines.join('\n');
    for (const token of set.tokens) {
      assert.ok(!log.includes(token.split('.')[1] ?? token), 'no token');
    }
  });
});

describe('Models of a file', () => {
  /** Each extends the one before it. */
  const chain = Array.from({ length: 300 }, (_, index) => ({
    '@id': `dtmi:example:Link${index};1`,
    '@type': 'Interface',
    ...(index > 0 && { extends: `dtmi:example:Link${index - 1};1` }),
  }));

  for (const [what, models] of [
    ['from the first to the last', chain],
    ['from the last to the first', chain.toReversed()],
    ['in the order of their names', chain.toSorted((one, other) => (one['@id'] < other['@id'] ? -1 : 1))],
  ] as const) {
    it(`may stand in any order: ${what}`, async (t) => {
      const set = await transferSetup(t);
      const target = await set.emptyInstance();
      await set.write({ models });
      const result = await set.restore(target);
      assert.deepEqual(result.created, { ...none, models: 300 });
      assert.deepEqual(
        set.wire.sent.filter(areModels).map(({ body, status }) => [(JSON.parse(body) as unknown[]).length, status]),
        [
          [250, 201],
          [50, 201],
        ],
      );
    });
  }

  it('go out as they are written', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    const texts = [
      '{"@id": "dtmi:a;1", "@type": "Interface", "x": 1.0, "y": null}',
      '{"@type":"Interface","@id":"dtmi:b;1","extends":["dtmi:a;1"]}',
    ];
    await set.write({ models: [` ${texts[1] ?? ''} `, texts[0] ?? ''] });
    await set.restore(target);
    assert.equal(set.wire.sent.find(areModels)?.body, `[${texts.join(',')}]`);
  });

  it('go out in several requests where they are large', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    const models = Array.from({ length: 5 }, (_, index) => ({
      '@id': `dtmi:large${index};1`,
      '@type': 'Interface',
      comment: 'x'.repeat(400_000),
    }));
    await set.write({ models });
    const result = await set.restore(target);
    assert.deepEqual(result.created, { ...none, models: 5 });
    const sizes = set.wire.sent.filter(areModels).map(({ body }) => Buffer.byteLength(body));
    assert.equal(sizes.length, 3);
    assert.ok(Math.max(...sizes) <= 1024 * 1024);
  });

  it('that are there already are not sent', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    for (const model of chain.slice(0, 150)) {
      target.instance.plantModel(model);
    }
    await set.write({ models: chain.slice(0, 200) });
    const result = await set.restore(target);
    assert.deepEqual([result.created.models, result.alreadyThere.models], [50, 150]);
    assert.equal((JSON.parse(set.wire.sent.find(areModels)?.body ?? '') as unknown[]).length, 50);
  });

  it('that someone else adds meanwhile are there already', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    await set.write({ models: chain.slice(0, 20) });
    after(set, 0, areModels, () => {
      target.instance.plantModel(chain[0] ?? {});
      target.instance.plantModel(chain[1] ?? {});
    });
    const result = await set.restore(target);
    assert.deepEqual([result.created.models, result.alreadyThere.models, result.failed.models], [18, 2, 0]);
    assert.equal(target.instance.counts.models, 20);
  });

  it('do not fail when the answer to them is lost', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    await set.write({ models: chain.slice(0, 20) });
    target.faults.next({ method: 'POST', path: '/models' }, { kind: 'dropAfter' });
    const { created, alreadyThere, failed } = await set.restore(target);
    assert.deepEqual([created.models + alreadyThere.models, failed.models], [20, 0]);
    assert.equal(target.instance.counts.models, 20);
  });

  it('fail alone, with what depends on them, and everything else is restored', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    const model = (name: string, more: object = {}): object => ({
      '@id': `dtmi:${name};1`,
      '@type': 'Interface',
      ...more,
    });
    const twin = (name: string): object => ({ $dtId: name, $metadata: { $model: `dtmi:${name};1` }, value: name });
    const between = (one: string, other: string): object => ({
      ...{ $dtId: one, $relationshipId: `to-${other}`, $targetId: other, $relationshipName: 'likes' },
    });
    const part = { '@type': 'Component', name: 'part', schema: 'dtmi:child;1' };
    const others = Array.from({ length: 40 }, (_, index) => `other${index}`);
    const names = ['good', 'bad', 'child', 'whole', 'heir', ...others];
    await set.write({
      models: [
        ...others.slice(0, 20).map((name) => model(name)),
        model('whole', { contents: [part] }),
        model('child', { extends: 'dtmi:bad;1' }),
        model('good'),
        '{"@id":"dtmi:bad;1","@type":"Interface","extends":"dtmi:missing;1","x":1.0}',
        model('heir', { extends: 'dtmi:good;1' }),
        ...others.slice(20).map((name) => model(name)),
      ],
      twins: names.map(twin),
      relationships: [
        between('good', 'heir'),
        between('heir', 'child'),
        between('bad', 'good'),
        between('other1', 'other2'),
      ],
    });
    const result = await set.restore(target);
    assert.deepEqual(result.created, { models: 42, twins: 42, relationships: 2 });
    assert.deepEqual(result.failed, { models: 3, twins: 3, relationships: 2 });
    assert.deepEqual(result.after, result.created);
    assert.equal(result.failuresPath, failuresPath(set.file));
    const failures = await failuresIn(set);
    assert.deepEqual(
      failures.map(({ line, section, code }) => [line, section, code]),
      [
        [24, 'Models', 'DTDLParserError'],
        [25, 'Models', 'DTDLParserError'],
        [27, 'Models', 'DTDLParserError'],
        [51, 'Twins', 'ValidationFailed'],
        [52, 'Twins', 'ValidationFailed'],
        [53, 'Twins', 'ValidationFailed'],
        [97, 'Relationships', 'TargetTwinNotFound'],
        [98, 'Relationships', 'DigitalTwinNotFound'],
      ],
    );
    const written = (await readFile(set.file, 'utf8')).split('\n');
    for (const { line, text } of failures) {
      assert.ok(text.endsWith(`,"item":${written[line - 1] ?? ''}}`), text);
    }
    const halves = set.wire.sent.filter(areModels).length;
    assert.ok(halves < 30, `the one to blame is found by halves, and not one by one: ${halves}`);
  });
});

describe('Items that are refused', () => {
  const model = '{"@id":"dtmi:a;1","@type":"Interface"}';
  const twin = (id: string, more = ''): string => `{"$dtId":"${id}","$metadata":{"$model":"dtmi:a;1"}${more}}`;

  it('are in a file beside the backup, with line, section, code, reason and all of themselves', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    const bad = twin('bad', ',"$other":[1.0,1e5,12345678901234567890,-0],"text":"\u2028😀","list":[null]');
    const lost = '{"$dtId":"good","$relationshipId":"r","$targetId":"missing","$relationshipName":"likes","x":0.10}';
    await set.write({
      models: [model],
      twins: [twin('good'), twin('worse', ',"list":[null,1.50]'), bad],
      relationships: [lost],
    });
    const result = await set.restore(target);
    assert.deepEqual(result.failed, { models: 0, twins: 2, relationships: 1 });
    assert.equal(result.failuresPath, failuresPath(set.file));
    const entries = (await failuresIn(set)).map(({ text }) =>
      text.replace(/00-[0-9a-f]{32}-[0-9a-f]{16}-01/, '(trace)'),
    );
    const entry = (line: number, section: string, code: string, message: string, item: string): string =>
      `{"line":${line},"section":"${section}","code":"${code}","reason":"${code}: ${message}",` +
      `"traceparent":"(trace)","item":${item}}`;
    const hasNull = 'The property list is null, or has a null in it.';
    assert.deepEqual(entries, [
      entry(7, 'Twins', 'ValidationFailed', hasNull, twin('worse', ',"list":[null,1.50]')),
      entry(8, 'Twins', 'ValidationFailed', hasNull, bad),
      entry(10, 'Relationships', 'TargetTwinNotFound', 'There is no digital twin missing.', lost),
    ]);
  });

  it('are all in it, however many are refused at once, and count as done', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    const twins = Array.from({ length: 500 }, (_, index) => twin(`t${index}`, index % 5 === 0 ? ',"list":[null]' : ''));
    await set.write({ models: [model], twins });
    const progress = set.progress();
    const result = await set.restore(target, { progress });
    assert.deepEqual([result.created.twins, result.failed.twins], [400, 100]);
    assert.deepEqual(
      (await failuresIn(set)).map(({ line }) => line),
      Array.from({ length: 100 }, (_, index) => 6 + index * 5),
    );
    assert.equal(progress.percent, 100);
  });

  it('are gone from it when they are restored later', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    await set.write({ models: [], twins: [twin('a'), twin('b')] });
    assert.equal((await set.restore(target)).failed.twins, 2);
    assert.equal((await failuresIn(set)).length, 2);
    target.instance.plantModel(model);
    const result = await set.restore(target);
    assert.deepEqual([result.created.twins, result.failed.twins, result.failuresPath], [2, 0, undefined]);
    assert.equal(await hasFailures(set), false);
  });

  it('stay in it when a later attempt does not get that far', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    await set.write({ models: [], twins: [twin('a')] });
    await set.restore(target);
    const result = await set.restore(target, { signal: AbortSignal.abort() });
    assert.equal(result.isCancelled, true);
    assert.equal((await failuresIn(set)).length, 1);
  });
});

describe('Models that were decommissioned', () => {
  it('are so again, each after those that need it', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    const result = await set.restore(set.target);
    assert.equal(result.decommissioned, 2);
    assert.deepEqual(
      set.wire.sent.filter(isDecommissioning).map(({ path, status }) => `${decodeURIComponent(path)} ${status}`),
      [`/models/${older} 409`, `/models/${old} 204`, `/models/${older} 204`],
    );
    same(set);
  });

  it('count again on a second run, and their twins are there already', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    await set.restore(set.target);
    const result = await set.restore(set.target);
    assert.equal(result.decommissioned, 2);
    assert.deepEqual([result.alreadyThere, result.failed], [set.contents, none]);
    same(set);
  });

  it('have twins that are there already, also where the service looks at the model first', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    await set.restore(set.target);
    const error = { code: 'ModelDecommissioned', message: 'The model is decommissioned.' };
    set.target.faults.next(
      { method: 'PUT', path: '/digitaltwins/of-old' },
      { kind: 'respond', status: 400, body: { error } },
    );
    const result = await set.restore(set.target);
    assert.deepEqual(set.target.faults.pending, []);
    assert.deepEqual([result.alreadyThere, result.failed], [set.contents, none]);
  });

  it('take no twin any more that was not there', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    await set.restore(set.target);
    set.target.instance.write(({ twins, relationships }) => {
      relationships.delete('of-old/r');
      twins.delete('of-old');
    });
    const result = await set.restore(set.target);
    assert.deepEqual(result.failed, { models: 0, twins: 1, relationships: 1 });
    assert.deepEqual(
      (await failuresIn(set)).map(({ section, code }) => [section, code]),
      [
        ['Twins', 'ModelDecommissioned'],
        ['Relationships', 'DigitalTwinNotFound'],
      ],
    );
    assert.deepEqual(result.alreadyThere.twins, set.contents.twins - 1);
  });

  it('are asked for even where a long row of them needs each other', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    const ids = Array.from({ length: 12 }, (_, index) => `dtmi:link${index};1`);
    await set.write({
      models: ids.map((id, index) => ({
        '@id': id,
        '@type': 'Interface',
        ...(index > 0 && { extends: ids[index - 1] }),
      })),
    });
    await set.writeManifest(ids);
    assert.equal((await set.restore(target)).decommissioned, 12);
  });

  it('are passed over where there is no such model', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    await set.writeManifest(['dtmi:gone;1', old, 'dtmi:gone;2']);
    const result = await set.restore(set.target);
    assert.equal(result.decommissioned, 1);
    assert.deepEqual(result.failed, none);
    assert.deepEqual(result.created, set.contents);
  });

  it('are passed over where another model of the instance needs them', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    set.target.instance.plantModel({ '@id': 'dtmi:user;1', '@type': 'Interface', extends: old });
    const result = await set.restore(set.target);
    assert.equal(result.decommissioned, 0);
    assert.deepEqual(result.created, set.contents);
  });

  it('stop the restore where the role does not allow it', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    set.target.faults.next({ method: 'PATCH' }, { kind: 'respond', status: 403 });
    const { result, cause } = await stopped(set.restore(set.target));
    assert.ok(cause instanceof ServiceError && cause.status === 403);
    assert.deepEqual([result.created, result.decommissioned, result.after], [set.contents, 0, undefined]);
  });
});

describe('A restore that is cancelled', () => {
  const at =
    (kind: (request: WiredRequest) => boolean, count = 0) =>
    (set: Setup): RestoreOptions => {
      const stop = new AbortController();
      after(set, count, kind, () => {
        stop.abort();
      });
      return { signal: stop.signal };
    };
  const atStage =
    (wanted: string) =>
    (set: Setup): RestoreOptions => {
      const stop = new AbortController();
      const progress = set.progress((stage) => {
        if (stage === wanted) {
          stop.abort();
        }
      });
      return { signal: stop.signal, progress };
    };

  for (const [when, options] of [
    ['before it begins', () => ({ signal: AbortSignal.abort() })],
    ['while it lists the models', at(({ method, path }) => method === 'GET' && path === '/models')],
    ['while it adds models', at(areModels)],
    ['with the first twin', at(isTwin)],
    ['among the twins', at(isTwin, 90)],
    ['with the first relationship', at(isRelationship)],
    ['among the relationships', at(isRelationship, 90)],
    ['before it decommissions models', atStage('decommissioning models')],
    ['while it decommissions models', at(isDecommissioning, 1)],
    ['while it waits', atStage('waiting until the instance counts what was created')],
    ['while it counts', atStage('counting')],
  ] as const) {
    it(`${when} is completed by a second run`, async (t) => {
      const set = await setUp(t);
      const first = await set.restore(set.target, options(set));
      assert.equal(first.isCancelled, true);
      assert.deepEqual([first.failed, first.failuresPath, first.after], [none, undefined, undefined]);
      const { hostname } = set.target.host;
      assert.ok(set.log.of('info').includes(`Restore to ${hostname} ended: ${JSON.stringify(first)}`));
      assert.equal(await hasFailures(set), false);
      assert.ok(await isFree(set));
      for (const kind of ['models', 'twins', 'relationships'] as const) {
        assert.ok(first.created[kind] <= set.target.instance.counts[kind], 'what is said to be created is there');
      }
      set.wire.before = undefined;
      const second = await set.restore(set.target);
      same(set);
      assert.deepEqual([second.isCancelled, second.failed, second.after], [false, none, set.contents]);
      for (const kind of ['models', 'twins', 'relationships'] as const) {
        assert.equal(second.created[kind] + second.alreadyThere[kind], set.contents[kind]);
        assert.ok(second.alreadyThere[kind] >= first.created[kind]);
      }
    });
  }

  it('sends nothing more', async (t) => {
    const set = await setUp(t);
    await set.restore(set.target, at(isTwin, 100)(set));
    await isQuiet(set);
  });

  it('ends a long wait at once', async (t) => {
    const set = await setUp(t);
    const stop = new AbortController();
    after(set, 100, isTwin, () => {
      const wait: FaultAction = { kind: 'respond', status: 429, headers: { 'Retry-After': '1800' } };
      set.target.faults.next({ method: 'PUT' }, wait, Infinity);
      void set.clock.delay(5000).then(() => {
        stop.abort();
      });
    });
    const { isCancelled, tookMs } = await set.restore(set.target, { signal: stop.signal });
    assert.equal(isCancelled, true);
    assert.ok(tookMs < 1_000_000, `after ${tookMs} ms`);
  });
});

describe('A restore on the way of which something fails', () => {
  it('slows down where it is too fast, and loses nothing', async (t) => {
    const set = await setUp(t);
    const target = await set.emptyInstance({ createsPerSecond: 100 });
    const result = await set.restore(target, { createsPerSecond: 480 });
    same({ ...set, target });
    assert.deepEqual([result.created, result.alreadyThere, result.failed], [set.contents, none, none]);
    const puts = set.wire.sent.filter(isPut);
    assert.ok(
      puts.some(({ status }) => status === 429),
      'it was too fast',
    );
    assert.equal(puts.filter(({ status }) => status === 200).length, set.contents.twins + set.contents.relationships);
    assert.ok(puts.length < 2 * (set.contents.twins + set.contents.relationships), `${puts.length} requests`);
  });

  it('tells of the waits', async (t) => {
    const set = await setUp(t, { twins: 20, relationships: 19 });
    const progress = set.progress();
    const described = new Set<string>();
    set.target.faults.next({ method: 'PUT' }, { kind: 'respond', status: 429, headers: { 'Retry-After': '60' } });
    const watching = new AbortController();
    const watch = async (): Promise<void> => {
      while (!watching.signal.aborted) {
        described.add(progress.describe());
        await set.clock.delay(1000);
      }
    };
    void watch();
    await set.restore(set.target, { progress });
    watching.abort();
    assert.ok(
      [...described].some((text) => /; waiting \d+ s: 429 Too Many Requests$/.test(text)),
      [...described].join('\n'),
    );
  });

  for (const [what, fault] of [
    ['that are lost before they arrive', { kind: 'dropBefore' }],
    ['whose answers are lost', { kind: 'dropAfter' }],
    ['whose answers break off', { kind: 'truncate' }],
    ['whose answers are an error although they were done', { kind: 'respond', status: 500, takesEffect: true }],
    ['whose answers come too late for a gateway', { kind: 'respond', status: 504, takesEffect: true }],
  ] as const) {
    it(`repeats creations ${what}, and counts them as what they are`, async (t) => {
      const set = await setUp(t);
      after(set, 20, isTwin, () => {
        set.target.faults.next({ path: /^\/digitaltwins\/[^/]+$/ }, fault, 30);
        set.target.faults.next({ path: /\/relationships\// }, fault, 30);
      });
      const result = await set.restore(set.target);
      assert.deepEqual(set.target.faults.pending, []);
      same(set);
      assert.deepEqual([result.created, result.alreadyThere, result.failed], [set.contents, none, none]);
      assert.equal(await hasFailures(set), false);
    });
  }

  it('has the person sign in once for all requests, and goes on', async (t) => {
    const set = await setUp(t);
    let signIn: (() => void) | undefined;
    let asked = 0;
    after(set, 100, isTwin, () => {
      signIn = set.expireSignIn(set.target);
    });
    const result = await set.restore(set.target, {
      signIn: async () => {
        asked += 1;
        await set.clock.delay(60_000);
        signIn?.();
        return true;
      },
    });
    assert.equal(asked, 1);
    same(set);
    assert.deepEqual([result.created, result.failed], [set.contents, none]);
  });
});

describe('A restore that can not go on', () => {
  const respond = (status: number, error: object): FaultAction => ({ kind: 'respond', status, body: { error } });

  for (const [what, act, isCause] of [
    [
      'for want of a role',
      ({ target }: Setup): void => {
        target.access = { role: 'none' };
      },
      (cause: unknown) => cause instanceof ServiceError && cause.status === 403,
    ],
    [
      'because the instance is full',
      ({ target }: Setup): void => {
        target.faults.next({ method: 'PUT' }, respond(400, { code: 'TwinLimitReached', message: 'Full.' }), Infinity);
      },
      (cause: unknown) => cause instanceof ServiceError && cause.error.code === 'TwinLimitReached',
    ],
    [
      'because the account is of another tenant',
      ({ target }: Setup): void => {
        target.access = { role: 'owner', tenantId: 'aaaaaaaa-2222-3333-4444-555555555555' };
      },
      (cause: unknown) => cause instanceof ServiceError && cause.isOfOtherTenant,
    ],
    [
      'because the person declines to sign in',
      (set: Setup): void => {
        set.expireSignIn(set.target);
      },
      (cause: unknown) => cause instanceof SignInRequiredError,
    ],
  ] as const) {
    for (const [where, kind] of [
      ['twins', isTwin],
      ['relationships', isRelationship],
    ] as const) {
      it(`${what}, among ${where}, stops and tells what is there so far`, async (t) => {
        const set = await setUp(t);
        const { getToken } = set;
        after(set, 90, kind, () => {
          act(set);
        });
        const { result, cause } = await stopped(set.restore(set.target));
        assert.ok(isCause(cause), String(cause));
        const { counts } = set.target.instance;
        assert.equal(result.isCancelled, false);
        assert.deepEqual([result.failed, result.alreadyThere, result.after], [none, none, undefined]);
        assert.equal(result.created.models, set.contents.models);
        assert.ok(
          result.created[where] >= 90 - 64 && result.created[where] <= counts[where],
          `${result.created[where]}`,
        );
        assert.ok(counts[where] < set.contents[where]);
        assert.equal(await hasFailures(set), false);
        assert.equal(
          set.log
            .of('info')
            .filter((line) => line.startsWith('Restore to '))
            .join(),
          `Restore to ${set.target.host.hostname} ended: ${JSON.stringify(result)}`,
        );
        assert.ok(await isFree(set));
        await isQuiet(set);

        set.target.access = { role: 'owner' };
        set.target.faults.clear();
        Object.assign(set, { getToken });
        const again = await set.restore(set.target);
        same(set);
        assert.deepEqual([again.failed, again.after], [none, set.contents]);
      });
    }
  }

  it('stops while many requests are under way, and leaves none of them unhandled', async (t) => {
    const set = await setUp(t);
    after(set, 100, isTwin, () => {
      // Some answers come at once, the others later than the end.
      set.target.faults.next({ method: 'PUT' }, { kind: 'delay', ms: 50, of: 'answer' }, 30);
      set.target.faults.next({ method: 'PUT' }, { kind: 'respond', status: 403 }, Infinity);
    });
    const { cause } = await stopped(set.restore(set.target));
    assert.ok(cause instanceof ServiceError && cause.status === 403);
    // The runner fails a test that leaves a rejection unhandled.
    await set.clock.delay(60_000);
  });

  it('sends nothing more of what was waiting', async (t) => {
    const set = await setUp(t);
    after(set, 70, isTwin, () => {
      const wait: FaultAction = { kind: 'respond', status: 503, headers: { 'Retry-After': '30' } };
      set.target.faults.next({ method: 'PUT' }, wait, 10);
      set.target.faults.next({ method: 'PUT' }, { kind: 'respond', status: 403 });
    });
    await stopped(set.restore(set.target));
    await set.clock.delay(10_000);
    const count = set.target.requests.length;
    await set.clock.delay(120_000);
    assert.equal(set.target.requests.length, count);
  });

  it('tells of the items that failed before', async (t) => {
    const set = await transferSetup(t);
    const target = await set.emptyInstance();
    const model = { '@id': 'dtmi:a;1', '@type': 'Interface' };
    const twins = Array.from({ length: 200 }, (_, index) => ({
      ...{ $dtId: `t${index}`, $metadata: { $model: 'dtmi:a;1' }, list: index < 10 ? [null] : [] },
    }));
    await set.write({ models: [model], twins });
    after(set, 150, isTwin, () => {
      target.access = { role: 'none' };
    });
    const { result } = await stopped(set.restore(target));
    assert.equal(result.failed.twins, 10);
    assert.equal(result.failuresPath, failuresPath(set.file));
    assert.equal((await failuresIn(set)).length, 10);
  });

  for (const [what, fault] of [
    ['list the models', { method: 'GET', path: '/models' }],
    ['add models', { method: 'POST', path: '/models' }],
  ] as const) {
    it(`because it may not ${what} has created nothing`, async (t) => {
      const set = await setUp(t, { twins: 10, relationships: 9 });
      set.target.faults.next(fault, { kind: 'respond', status: 403 });
      const { result, cause } = await stopped(set.restore(set.target));
      assert.ok(cause instanceof ServiceError && cause.status === 403);
      assert.deepEqual([result.created, result.failed], [none, none]);
      assert.deepEqual(set.target.instance.counts, none);
    });
  }

  it('because the file is gone has created nothing', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    await rm(set.file);
    const { result, cause } = await stopped(set.restore(set.target, { contents: set.contents }));
    assert.ok(cause instanceof LocalFileError && cause.code === 'ENOENT', String(cause));
    assert.deepEqual(result.created, none);
    assert.ok(await isFree(set));
  });

  it('while another window has the instance sends nothing', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    const use = await new ExclusiveUse(set.locks.window()).take(set.target.host);
    await assert.rejects(
      set.restore(set.target),
      (error) => error instanceof InstanceBusyError && error.host === set.target.host && !error.isStart,
    );
    assert.deepEqual(set.wire.sent, []);
    assert.deepEqual(set.log.lines, []);
    await use.release();
    assert.deepEqual((await set.restore(set.target)).created, set.contents);
  });

  it('while the instance is backed up sends nothing', async (t) => {
    const set = await setUp(t, { twins: 10, relationships: 9 });
    const backup = set.backUp(set.target, { target: `${set.file}.other` });
    await assert.rejects(set.restore(set.target), InstanceBusyError);
    assert.ok(await backup);
  });
});
