import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, open as openFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { manifestPath } from '../../../src/backup/bulkFile.ts';
import type { Manifest } from '../../../src/backup/manifest.ts';
import type { OpenFile } from '../../../src/backup/partialFile.ts';
import { validate } from '../../../src/backup/validation.ts';
import { ExclusiveUse } from '../../../src/jobs/exclusiveUse.ts';
import {
  InstanceBusyError,
  LocalFileError,
  ServiceError,
  SignInRequiredError,
  UnexpectedAnswerError,
} from '../../../src/service/errors.ts';
import { makeToken } from '../../simulator/bearer.ts';
import type { FaultAction } from '../../simulator/faults.ts';
import type { SimulatorOptions } from '../../simulator/simulator.ts';
import type { WiredRequest } from '../../support/recordingWire.ts';
import { madeBy, transferSetup, type Place, type TransferSetup } from '../../support/transferSetup.ts';

/** Three pages of twins and three of relationships. */
const graph = { twins: 2500, relationships: 2900 };

interface Setup extends TransferSetup {
  readonly place: Place;
}

async function setUp(test: TestContext, options: SimulatorOptions = { graph }): Promise<Setup> {
  const set = await transferSetup(test);
  return Object.assign(set, { place: await set.instance(options) });
}

/** A page of twins or relationships, as opposed to a count of them. */
function isPage({ path, body }: WiredRequest): boolean {
  return path === '/query' && body.includes('SELECT * ');
}

function isCount({ path, body }: WiredRequest): boolean {
  return path === '/query' && body.includes('COUNT()');
}

function isTwins({ body }: WiredRequest): boolean {
  return body.includes('DIGITALTWINS');
}

function tokenIn({ body }: WiredRequest): string | undefined {
  return (JSON.parse(body) as { continuationToken?: string }).continuationToken;
}

/** Does something when the first request of this kind is about to go out. */
function atFirst(set: Setup, kind: (request: WiredRequest) => boolean, act: () => void | Promise<void>): void {
  let isDone = false;
  set.wire.before = (request) => {
    if (isDone || !kind(request)) {
      return;
    }
    isDone = true;
    return act();
  };
}

/** The second page of twins: what was counted and written before is behind it. */
const isSecondPage = (request: WiredRequest): boolean =>
  isPage(request) && isTwins(request) && tokenIn(request) !== undefined;

async function readManifest({ file }: Setup): Promise<Manifest> {
  return JSON.parse(await readFile(manifestPath(file), 'utf8')) as Manifest;
}

async function readLines({ file }: Setup): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  assert.equal(lines.pop(), '', 'each line has an end');
  return lines;
}

/** Lines between the beginning of a section and that of the next one. */
function section(lines: readonly string[], name: string): string[] {
  const begin = lines.indexOf(`{"Section":"${name}"}`) + 1;
  assert.ok(begin > 0, `there is no section ${name}`);
  const end = lines.findIndex((line, index) => index >= begin && line.startsWith('{"Section"'));
  return lines.slice(begin, end < 0 ? undefined : end);
}

/** Names of all that is in the folder, with what tells their contents apart. */
async function folderOf({ folder }: Setup): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, sha256Of(contents[index] ?? '')]));
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether nobody has the instance. */
async function isFree({ uses, place }: Setup): Promise<boolean> {
  const use = await uses.take(place.host);
  await use.release();
  return true;
}

async function writeOlder({ file }: Setup): Promise<void> {
  await writeFile(file, 'an older backup');
  await writeFile(manifestPath(file), 'its manifest');
}

describe('A backup', () => {
  it('is a valid file, with the sections of the format in their order', async (t) => {
    const set = await setUp(t);
    const made = await set.backUp(set.place);
    assert.equal(made?.path, set.file);
    const lines = await readLines(set);
    assert.deepEqual(
      lines.filter((line) => line.startsWith('{"Section"')),
      ['{"Section":"Header"}', '{"Section":"Models"}', '{"Section":"Twins"}', '{"Section":"Relationships"}'],
    );
    assert.equal(lines[0], '{"Section":"Header"}');
    assert.deepEqual(section(lines, 'Header'), [`{"fileVersion":"1.0.0","author":"${madeBy}","organization":""}`]);
    const { problems, contents, sha256, bytes } = await validate(set.file, new AbortController().signal);
    assert.deepEqual(problems, []);
    assert.deepEqual(contents, { models: 9, ...graph });
    assert.equal(sha256, made.manifest.sha256);
    assert.equal(bytes, made.manifest.bytes);
  });

  it('holds each item once', async (t) => {
    const set = await setUp(t);
    await set.backUp(set.place);
    const lines = await readLines(set);
    const keys = [...section(lines, 'Models'), ...section(lines, 'Twins'), ...section(lines, 'Relationships')].map(
      (line) => {
        const item = JSON.parse(line) as Record<string, string>;
        return [item['@id'], item['$dtId'], item['$relationshipId']].join(' ');
      },
    );
    const expected = set.place.instance.graphText().map((line) => {
      const { model, ...item } = JSON.parse(line) as Record<string, string> & { model?: Record<string, string> };
      return [model?.['@id'], item['$dtId'] ?? item['$sourceId'], item['$relationshipId']].join(' ');
    });
    assert.deepEqual(keys.sort(), expected.sort());
  });

  it('has items as the format takes them, with every number as it is', async (t) => {
    const set = await setUp(t, { graph: { twins: 0, models: 0 } });
    const { instance } = set.place;
    instance.plantModel('{"@id":"dtmi:a;1","@type":"Interface","@context":"dtmi:dtdl:context;3","x":1.0,"y":null}');
    instance.plantTwin(
      '{"$dtId":"a","$metadata":{"$model":"dtmi:a;1"},"number":20.10,"text":"\u2028\\"","none":null,"map":{"$x":-0}}',
    );
    instance.plantTwin(
      '{"$dtId":"b","$metadata":{"$model":"dtmi:a;1"},"part":{"$metadata":{},"big":12345678901234567890}}',
    );
    instance.plantRelationship(
      '{"$sourceId":"a","$relationshipId":"r","$targetId":"b","$relationshipName":"likes","since":1e5}',
    );
    await set.backUp(set.place);
    const lines = await readLines(set);
    assert.deepEqual(section(lines, 'Models'), [
      '{"@id":"dtmi:a;1","@type":"Interface","@context":"dtmi:dtdl:context;3","x":1.0,"y":null}',
    ]);
    assert.deepEqual(section(lines, 'Twins'), [
      '{"$dtId":"a","$metadata":{"$model":"dtmi:a;1"},"number":20.10,"text":"\u2028\\"","map":{"$x":-0}}',
      '{"$dtId":"b","$metadata":{"$model":"dtmi:a;1"},"part":{"$metadata":{},"big":12345678901234567890}}',
    ]);
    assert.deepEqual(section(lines, 'Relationships'), [
      '{"$dtId":"a","$relationshipId":"r","$targetId":"b","$relationshipName":"likes","since":1e5}',
    ]);
  });

  it('has its manifest beside it, and leaves nothing else', async (t) => {
    const set = await setUp(t);
    const begun = set.clock.now();
    const made = await set.backUp(set.place);
    assert.deepEqual(Object.keys(await folderOf(set)), ['backup.ndjson', 'backup.ndjson.manifest.json']);
    const content = await readFile(set.file, 'utf8');
    const { startedAt, finishedAt, traceId, queryCharge, notInFile, ...manifest } = await readManifest(set);
    assert.deepEqual(await readManifest(set), made?.manifest);
    assert.equal(made?.manifestPath, manifestPath(set.file));
    const contents = { models: 9, ...graph };
    assert.deepEqual(manifest, {
      manifestVersion: 1,
      file: 'backup.ndjson',
      bytes: Buffer.byteLength(content),
      sha256: sha256Of(content),
      host: set.place.host.hostname,
      madeBy,
      counts: { inFile: contents, before: contents, after: contents },
      differences: [],
      decommissionedModels: [],
    });
    assert.ok(Date.parse(startedAt) >= begun && Date.parse(startedAt) <= Date.parse(finishedAt));
    assert.ok(made.tookMs >= Date.parse(finishedAt) - Date.parse(startedAt));
    assert.ok(set.wire.sent.every(({ headers }) => headers['traceparent']?.slice(3, 35) === traceId));
    // Each page costs 1 unit and each item 0.05; counts are not of it.
    assert.equal(queryCharge, 6 + (graph.twins + graph.relationships) * 0.05);
    assert.deepEqual(notInFile.eventRoutes, []);
  });

  it('notes which models are decommissioned', async (t) => {
    const set = await setUp(t, { graph: { twins: 10 } });
    set.place.instance.plantModel({ '@id': 'dtmi:old;1', '@type': 'Interface' }, { decommissioned: true });
    set.place.instance.plantModel({ '@id': 'dtmi:older;1', '@type': 'Interface' }, { decommissioned: true });
    const made = await set.backUp(set.place);
    assert.deepEqual(made?.manifest.decommissionedModels, ['dtmi:old;1', 'dtmi:older;1']);
    assert.equal(section(await readLines(set), 'Models').length, 11);
  });

  it('notes the event routes, which the file can not hold', async (t) => {
    const set = await setUp(t, { graph: { twins: 10 } });
    const routes = Array.from({ length: 120 }, (_, index) =>
      set.place.instance.plantEventRoute({ id: `route-${index}`, endpointName: `end-${index % 2}`, filter: 'true' }),
    );
    const { notInFile } = (await set.backUp(set.place))?.manifest ?? {};
    assert.deepEqual(notInFile?.eventRoutes, routes);
    assert.match(notInFile.endpoints, /The event routes name: end-0, end-1\.$/);
  });

  it('of an empty instance is a file with four sections and nothing in them', async (t) => {
    const set = await setUp(t, { graph: { twins: 0, models: 0 } });
    const progress = set.progress();
    const made = await set.backUp(set.place, { progress });
    assert.deepEqual(made?.manifest.counts.inFile, { models: 0, twins: 0, relationships: 0 });
    assert.equal((await readLines(set)).length, 5);
    assert.equal(progress.percent, 100);
    assert.deepEqual((await validate(set.file, new AbortController().signal)).problems, []);
  });

  it('takes the place of an older one', async (t) => {
    const set = await setUp(t);
    await writeOlder(set);
    const made = await set.backUp(set.place);
    assert.deepEqual(Object.keys(await folderOf(set)), ['backup.ndjson', 'backup.ndjson.manifest.json']);
    assert.deepEqual(await readManifest(set), made?.manifest);
    assert.equal((await validate(set.file, new AbortController().signal)).sha256, made?.manifest.sha256);
  });

  it('takes the place of what a crash has left', async (t) => {
    const set = await setUp(t, { graph: { twins: 10 } });
    await writeFile(`${set.file}.partial`, 'half of it');
    await writeFile(`${set.file}.relationships.partial`, 'half of them');
    await set.backUp(set.place);
    assert.deepEqual(Object.keys(await folderOf(set)), ['backup.ndjson', 'backup.ndjson.manifest.json']);
    assert.deepEqual((await validate(set.file, new AbortController().signal)).problems, []);
  });

  it('goes on after pages with nothing in them', async (t) => {
    const set = await setUp(t);
    set.place.emptyFirstPages = true;
    const made = await set.backUp(set.place);
    assert.deepEqual(made?.manifest.counts.inFile, { models: 9, ...graph });
    assert.deepEqual(made.manifest.differences, []);
  });

  it('is told of as it goes, stage by stage', async (t) => {
    const set = await setUp(t);
    const stages: (string | undefined)[] = [];
    const percents: (number | undefined)[] = [];
    const progress = set.progress((stage) => stages.push(stage));
    set.wire.before = () => {
      percents.push(progress.percent);
    };
    await set.backUp(set.place, { progress });
    assert.deepEqual(stages, ['counting', undefined, 'putting the file together', 'verifying']);
    assert.deepEqual(progress.done, { models: 9, ...graph });
    assert.equal(progress.percent, 100);
    const known = percents.filter((percent) => percent !== undefined);
    assert.deepEqual(
      known.toSorted((one, other) => one - other),
      known,
    );
    assert.ok(known.some((percent) => percent > 10 && percent < 90));
  });

  it('only reads', async (t) => {
    const set = await setUp(t);
    const before = set.place.instance.graphText();
    await set.backUp(set.place);
    assert.deepEqual([...new Set(set.wire.sent.map(({ method, path }) => `${method} ${path}`))].sort(), [
      'GET /eventroutes',
      'GET /models',
      'POST /query',
    ]);
    assert.deepEqual(set.place.instance.graphText(), before);
  });

  it('shows what was written meanwhile as a difference', async (t) => {
    const set = await setUp(t);
    atFirst(set, isSecondPage, () => {
      set.place.instance.plantTwin({ $dtId: 'new', $metadata: { $model: 'dtmi:digitaltwins:sample:Room;1' } });
    });
    const made = await set.backUp(set.place);
    assert.deepEqual(made?.manifest.differences, ['twins: 2,500 before, 2,501 in the file, 2,501 after']);
    assert.equal(section(await readLines(set), 'Twins').length, 2501);
  });

  it('shows what was deleted meanwhile as a difference', async (t) => {
    const set = await setUp(t);
    const isList = ({ path }: WiredRequest): boolean => path === '/eventroutes';
    atFirst(set, isList, () => {
      set.place.instance.write(({ twins }) => {
        twins.delete('building-1');
      });
    });
    const made = await set.backUp(set.place);
    assert.deepEqual(made?.manifest.differences, ['twins: 2,500 before, 2,500 in the file, 2,499 after']);
  });

  it('is made where nothing can be counted, and says so', async (t) => {
    const set = await setUp(t);
    set.wire.before = (request) => {
      if (isCount(request)) {
        throw new Error('refused');
      }
    };
    const made = await set.backUp(set.place);
    assert.deepEqual(made?.manifest.differences, [
      'twins: not counted before, 2,500 in the file, not counted after',
      'relationships: not counted before, 2,900 in the file, not counted after',
    ]);
    assert.deepEqual((await readManifest(set)).counts.inFile, { models: 9, ...graph });
  });

  it('is made without the event routes where they may not be listed, and says why', async (t) => {
    const set = await setUp(t);
    set.place.faults.next({ path: '/eventroutes' }, { kind: 'respond', status: 403 }, Infinity);
    const made = await set.backUp(set.place);
    assert.deepEqual(made?.manifest.notInFile.eventRoutes, { notListed: '403 Forbidden' });
    assert.deepEqual((await validate(set.file, new AbortController().signal)).problems, []);
  });

  it('has a line in the log at its beginning and at its end, and no token in any', async (t) => {
    const set = await setUp(t);
    set.place.faults.next({ path: '/query' }, { kind: 'respond', status: 429, headers: { 'Retry-After': '2' } }, 5);
    set.place.faults.next({ path: '/query' }, { kind: 'dropAfter' }, 5);
    set.place.faults.next({ path: '/query' }, { kind: 'respond', status: 401 });
    set.place.faults.next({ path: '/eventroutes' }, { kind: 'respond', status: 403 });
    await set.backUp(set.place);
    const [first] = set.log.of('info');
    const last = set.log.of('info').at(-1);
    const { hostname } = set.place.host;
    assert.match(first ?? '', new RegExp(`^Backing up ${hostname} to ${set.file}, trace [0-9a-f]{32}$`));
    assert.match(last ?? '', new RegExp(`^Backed up ${hostname} in \\d+ ms: \\{"inFile":`));
    const log = set.log.lines.join('\n');
    assert.ok(set.tokens.size > 0);
    for (const token of set.tokens) {
      assert.ok(!log.includes(token), 'no token');
      assert.ok(!log.includes(token.split('.')[1] ?? token), 'no part of a token');
    }
    assert.doesNotMatch(log, /Bearer ey/);
  });
});

describe('A backup that is cancelled', () => {
  const signalled = (set: Setup, kind: (request: WiredRequest) => boolean): AbortSignal => {
    const stop = new AbortController();
    atFirst(set, kind, () => {
      stop.abort();
    });
    return stop.signal;
  };
  const atStage = (wanted: string) => (set: Setup) => {
    const stop = new AbortController();
    const progress = set.progress((stage) => {
      if (stage === wanted) {
        stop.abort();
      }
    });
    return { signal: stop.signal, progress };
  };
  const at =
    (kind: (request: WiredRequest) => boolean) =>
    (set: Setup): { readonly signal: AbortSignal } => ({ signal: signalled(set, kind) });
  let counts = 0;

  for (const [when, options] of [
    ['before it begins', () => ({ signal: AbortSignal.abort() })],
    ['while it counts', at(isCount)],
    ['while it asks for models', at(({ path, query }) => path === '/models' && query.has('includeModelDefinition'))],
    ['while it asks for the first twins', at((request) => isPage(request) && isTwins(request))],
    ['between two pages of twins', at(isSecondPage)],
    [
      'between two pages of relationships',
      at((request) => isPage(request) && !isTwins(request) && tokenIn(request) !== undefined),
    ],
    ['before it puts the file together', atStage('putting the file together')],
    ['before it verifies the file', atStage('verifying')],
    ['while it asks for event routes', at(({ path }) => path === '/eventroutes')],
    [
      'while it counts again',
      (set: Setup) => {
        counts = 0;
        return at((request) => isCount(request) && ++counts > 2)(set);
      },
    ],
  ] as const) {
    it(`${when} leaves the folder as it was`, async (t) => {
      for (const isOlderThere of [false, true]) {
        const set = await setUp(t);
        if (isOlderThere) {
          await writeOlder(set);
        }
        const before = await folderOf(set);
        assert.equal(await set.backUp(set.place, options(set)), undefined);
        assert.deepEqual(await folderOf(set), before);
        assert.ok(await isFree(set));
        assert.ok(set.log.of('info').includes(`The backup of ${set.place.host.hostname} was cancelled.`));
        assert.deepEqual(
          set.log.of('error').filter((line) => !line.includes('abort')),
          [],
        );
      }
    });
  }

  for (const [when, end, operation] of [
    ['while one file is added to the other', 'relationships.partial', 'read'],
    ['while the file gets onto the disk', 'backup.ndjson.partial', 'sync'],
    ['just before the file gets its name', 'manifest.json.partial', 'sync'],
  ] as const) {
    it(`${when} leaves the folder as it was`, async (t) => {
      const set = await setUp(t);
      await writeOlder(set);
      const before = await folderOf(set);
      const stop = new AbortController();
      const open = opening(end, (name) => {
        if (name === operation) {
          stop.abort();
        }
      });
      assert.equal(await set.backUp(set.place, { open, signal: stop.signal }), undefined);
      assert.ok(stop.signal.aborted);
      assert.deepEqual(await folderOf(set), before);
    });
  }

  it('does not wait for counts that are under way', async (t) => {
    const set = await setUp(t);
    const begun = set.clock.now();
    const options = at(isCount)(set);
    set.place.faults.next({ path: '/query' }, { kind: 'delay', ms: 1_000_000 }, 2);
    assert.equal(await set.backUp(set.place, options), undefined);
    assert.ok(set.clock.now() - begun < 60_000, `after ${set.clock.now() - begun} ms`);
    assert.deepEqual(await folderOf(set), {});
  });

  it('ends a long wait at once', async (t) => {
    const set = await setUp(t);
    const stop = new AbortController();
    const refusal: FaultAction = { kind: 'respond', status: 429, headers: { 'Retry-After': '1800' } };
    atFirst(set, isSecondPage, () => {
      set.place.faults.next({ path: '/query' }, refusal, Infinity);
      void set.clock.delay(5000).then(() => {
        stop.abort();
      });
    });
    const begun = set.clock.now();
    assert.equal(await set.backUp(set.place, { signal: stop.signal }), undefined);
    assert.ok(set.clock.now() - begun < 1_000_000, `after ${set.clock.now() - begun} ms`);
    assert.deepEqual(await folderOf(set), {});
  });

  it('can be made again', async (t) => {
    const set = await setUp(t);
    assert.equal(await set.backUp(set.place, at(isSecondPage)(set)), undefined);
    const made = await set.backUp(set.place);
    assert.deepEqual(made?.manifest.counts.inFile, { models: 9, ...graph });
  });
});

/** Opens files whose name ends so with an ear to what is done to them: what it throws is what that gives. */
function opening(end: string, ear: (operation: string) => void): OpenFile {
  return async (path, flags) => {
    const handle = await openFile(path, flags);
    if (!path.endsWith(end)) {
      return handle;
    }
    return new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value !== 'function'
          ? value
          : (...given: unknown[]) =>
              new Promise((resolve) => {
                ear(String(name));
                resolve((value as (...given: unknown[]) => unknown).apply(target, given));
              });
      },
    });
  };
}

describe('A backup on the way to which something fails', () => {
  const respond = (status: number, headers: Record<string, string> = {}): FaultAction => ({
    kind: 'respond',
    status,
    headers,
  });

  for (const [what, fault] of [
    ['is told to wait by 429', respond(429, { 'Retry-After': '7' })],
    ['is told to wait by 503', respond(503, { 'Retry-After': '7' })],
    ['is refused by 503', respond(503)],
    ['meets an error of the service', respond(500)],
    ['meets a gateway', respond(502, { 'Content-Type': 'text/html' })],
    ['loses the connection before a request', { kind: 'dropBefore' }],
    ['loses the connection before an answer', { kind: 'dropAfter' }],
    ['loses the connection within an answer', { kind: 'truncate' }],
    ['loses the connection after the head of an answer', { kind: 'truncate', bytes: 0 }],
  ] as const) {
    it(`asks for a page again where it ${what}, and loses and doubles nothing`, async (t) => {
      const set = await setUp(t);
      const sound = (await set.backUp(set.place))?.manifest;
      set.wire.sent.length = 0;
      set.place.clearRequests();
      atFirst(set, isSecondPage, () => {
        set.place.faults.next({ path: '/query' }, fault, 5);
      });
      const made = await set.backUp(set.place);
      assert.equal(made?.manifest.sha256, sound?.sha256, 'the same file');
      assert.deepEqual(made?.manifest.differences, []);
      assert.deepEqual(set.place.faults.pending, []);
      const pages = set.wire.sent.filter(isPage);
      assert.equal(pages.filter(({ status }) => status !== 200).length, 5);
      for (const part of [pages.filter(isTwins), pages.filter((request) => !isTwins(request))]) {
        for (const [index, { status, body }] of part.entries()) {
          assert.equal(part[index + 1]?.body === body, status !== 200, 'again exactly what has failed');
        }
        assert.deepEqual(
          part.filter(({ status }) => status === 200).map((request) => tokenIn(request) === undefined),
          [true, false, false],
        );
      }
    });
  }

  it('waits as long as it is asked to', async (t) => {
    const set = await setUp(t);
    atFirst(set, isSecondPage, () => {
      set.place.faults.next({ path: '/query' }, respond(429, { 'Retry-After': '90' }), 1);
    });
    await set.backUp(set.place);
    const { requests } = set.place;
    const refused = requests.find(({ status }) => status === 429);
    const span = refused?.headers['traceparent'];
    assert.ok(refused);
    // The other part goes on meanwhile; this one is asked for again, and nothing of it before.
    const refusedBody = set.wire.sent.find(({ headers }) => headers['traceparent'] === span)?.body;
    const again = set.wire.sent.filter(({ body }) => body === refusedBody).at(-1)?.headers['traceparent'];
    const at = requests.find(({ headers }) => headers['traceparent'] === again)?.at ?? 0;
    assert.notEqual(again, span);
    assert.ok(at - refused.at >= 90_000 && at - refused.at < 100_000, `after ${at - refused.at} ms`);
  });

  it('gets a new token when one expires on the way', async (t) => {
    const set = await setUp(t);
    const sound = (await set.backUp(set.place))?.manifest;
    set.place.clearRequests();
    let [token, expiresAt] = ['', 0];
    set.getToken = () => {
      const now = set.clock.now();
      if (now >= expiresAt) {
        [token, expiresAt] = [makeToken({ now, expiresInSeconds: 60 }), now + 60_000];
      }
      return token;
    };
    // It has its token already.
    atFirst(set, isSecondPage, () => set.clock.delay(61_000));
    const made = await set.backUp(set.place);
    assert.equal(made?.manifest.sha256, sound?.sha256);
    const statuses = set.place.requests.map(({ status }) => status);
    assert.ok(statuses.includes(401), 'it was refused');
    assert.equal(statuses.at(-1), 200);
  });

  it('asks for smaller pages where the service does not get them together in time', async (t) => {
    const set = await setUp(t);
    const sound = (await set.backUp(set.place))?.manifest;
    set.wire.sent.length = 0;
    set.place.queryItemsInTime = 300;
    const made = await set.backUp(set.place);
    assert.equal(made?.manifest.sha256, sound?.sha256);
    const sizes = set.wire.sent
      .filter((request) => isPage(request) && isTwins(request))
      .map(({ headers, status }) => `${headers['max-items-per-page']} ${status}`);
    assert.deepEqual(sizes.slice(0, 4), ['1000 400', '500 400', '250 200', '250 200']);
  });

  it('has the person sign in once, and goes on', async (t) => {
    const set = await setUp(t);
    const sound = (await set.backUp(set.place))?.manifest;
    const asked: SignInRequiredError[] = [];
    let signIn: (() => void) | undefined;
    atFirst(set, isSecondPage, () => {
      signIn = set.expireSignIn(set.place);
    });
    const made = await set.backUp(set.place, {
      signIn: async (error) => {
        asked.push(error);
        await set.clock.delay(60_000);
        signIn?.();
        return true;
      },
    });
    assert.equal(asked.length, 1);
    assert.equal(made?.manifest.sha256, sound?.sha256);
  });
});

describe('A backup that can not be made', () => {
  async function leavesNothing(set: Setup, make: () => Promise<unknown>): Promise<unknown> {
    let failure: unknown;
    for (const isOlderThere of [false, true]) {
      if (isOlderThere) {
        await writeOlder(set);
      }
      const before = await folderOf(set);
      failure = await make().then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.deepEqual(await folderOf(set), before);
      assert.ok(await isFree(set));
    }
    return failure;
  }

  it('fails with what the service says, and leaves nothing behind', async (t) => {
    const set = await setUp(t);
    set.place.faults.next({ path: '/query' }, { kind: 'respond', status: 403 }, Infinity);
    const failure = await leavesNothing(set, () => set.backUp(set.place));
    assert.ok(failure instanceof ServiceError && failure.status === 403, String(failure));
  });

  for (const [what, kind] of [
    ['models', ({ path, query }: WiredRequest): boolean => path === '/models' && query.has('includeModelDefinition')],
    ['twins', isSecondPage],
    ['relationships', (request: WiredRequest): boolean => isPage(request) && !isTwins(request)],
  ] as const) {
    it(`for want of a role from some ${what} on leaves nothing behind`, async (t) => {
      const set = await setUp(t);
      const failure = await leavesNothing(set, () => {
        set.place.access = { role: 'owner' };
        atFirst(set, kind, () => {
          set.place.access = { role: 'none' };
        });
        return set.backUp(set.place);
      });
      assert.ok(failure instanceof ServiceError && failure.status === 403, String(failure));
    });
  }

  it('sends nothing more for one part when the other has failed', async (t) => {
    const set = await setUp(t);
    const hasFailed = (): boolean => set.place.requests.some(({ status }) => status === 403);
    set.wire.before = async (request) => {
      if (isSecondPage(request)) {
        set.place.faults.next({ path: '/query' }, { kind: 'respond', status: 403 });
      }
      while (isPage(request) && !isTwins(request) && !hasFailed()) {
        await set.clock.delay(1000);
      }
    };
    await assert.rejects(set.backUp(set.place), { name: 'ServiceError', status: 403 });
    await set.clock.delay(60_000);
    assert.equal(set.place.requests.at(-1)?.status, 403);
  });

  it('fails with an answer that is none of the service', async (t) => {
    const set = await setUp(t);
    const failure = await leavesNothing(set, () => {
      atFirst(set, isSecondPage, () => {
        const page = {
          kind: 'respond',
          status: 200,
          headers: { 'Content-Type': 'text/html' },
          body: '<html>',
        } as const;
        set.place.faults.next({ path: '/query' }, page);
      });
      return set.backUp(set.place);
    });
    assert.ok(failure instanceof UnexpectedAnswerError, String(failure));
  });

  it('fails with the sign-in that the person has declined', async (t) => {
    const set = await setUp(t);
    let signIn: (() => void) | undefined;
    let asked = 0;
    const failure = await leavesNothing(set, () => {
      signIn?.();
      atFirst(set, isSecondPage, () => {
        signIn = set.expireSignIn(set.place);
      });
      return set.backUp(set.place, {
        signIn: () => {
          asked += 1;
          return Promise.resolve(false);
        },
      });
    });
    assert.ok(failure instanceof SignInRequiredError, String(failure));
    assert.ok(asked >= 2);
  });

  for (const [what, end, operation, after] of [
    ['models', 'backup.ndjson.partial', 'appendFile', 1],
    ['twins', 'backup.ndjson.partial', 'appendFile', 4],
    ['relationships', 'relationships.partial', 'appendFile', 2],
    ['the whole file', 'backup.ndjson.partial', 'sync', 0],
    ['the manifest', 'manifest.json.partial', 'appendFile', 0],
    ['the whole manifest', 'manifest.json.partial', 'sync', 0],
  ] as const) {
    it(`because the disk is full at ${what} leaves nothing behind`, async (t) => {
      const set = await setUp(t);
      const failure = await leavesNothing(set, () => {
        let done = 0;
        const open = opening(end, (name) => {
          if (name === operation && done++ >= after) {
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
          }
        });
        return set.backUp(set.place, { open });
      });
      assert.ok(failure instanceof LocalFileError, String(failure));
      assert.equal(failure.code, 'ENOSPC');
      assert.equal(failure.attempt, 'write');
      assert.ok(failure.path.endsWith(end), failure.path);
    });
  }

  for (const end of ['backup.ndjson.partial', 'relationships.partial', 'manifest.json.partial']) {
    it(`because ${end} can not be begun sends nothing, and leaves nothing behind`, async (t) => {
      const set = await setUp(t);
      const open: OpenFile = (path, flags) =>
        path.endsWith(end)
          ? Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }))
          : openFile(path, flags);
      const failure = await leavesNothing(set, () => set.backUp(set.place, { open }));
      assert.ok(failure instanceof LocalFileError && failure.code === 'EACCES', String(failure));
      assert.deepEqual(set.wire.sent, []);
    });
  }

  it('where there is no such folder sends nothing', async (t) => {
    const set = await setUp(t);
    const target = join(set.folder, 'missing', 'backup.ndjson');
    await assert.rejects(set.backUp(set.place, { target }), { name: 'LocalFileError', code: 'ENOENT' });
    assert.deepEqual(set.wire.sent, []);
    assert.ok(await isFree(set));
  });

  it('under its name leaves no manifest either', async (t) => {
    const set = await setUp(t, { graph: { twins: 10 } });
    // As on Windows, where another program has the older backup open.
    await mkdir(set.file);
    await assert.rejects(set.backUp(set.place), LocalFileError);
    assert.deepEqual(await readdir(set.folder), ['backup.ndjson']);
  });

  it('while another window has the instance sends nothing and writes nothing', async (t) => {
    const set = await setUp(t);
    const use = await new ExclusiveUse(set.locks.window()).take(set.place.host);
    await assert.rejects(
      set.backUp(set.place),
      (error) => error instanceof InstanceBusyError && error.host === set.place.host && !error.isStart,
    );
    assert.deepEqual(set.wire.sent, []);
    assert.deepEqual(await folderOf(set), {});
    await use.release();
    assert.ok(await set.backUp(set.place));
  });

  it('twice at the same time is made once', async (t) => {
    const set = await setUp(t);
    const results = await Promise.allSettled([set.backUp(set.place), set.backUp(set.place)]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.deepEqual((await validate(set.file, new AbortController().signal)).problems, []);
  });
});
