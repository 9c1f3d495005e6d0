import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusal, start, type Reply } from './requests.ts';

const room = 'dtmi:digitaltwins:sample:Room;1';
const graph = { twins: 10 };
const terminal = '/digitaltwins/building-1-floor-1-room-01-air-terminal';
const twin = { $metadata: { $model: room } };
const relationship = { $targetId: 'building-1', $relationshipName: 'relatedTo' };

function outcome(reply: Reply): unknown[] {
  const { status, code } = refusal(reply);
  return [status, code];
}

/** The text of an object with a field more, so long that it has just this many bytes. */
function filledUp(object: object, bytes: number): string {
  const text = (length: number): string => JSON.stringify({ ...object, fill: 'x'.repeat(length) });
  return text(bytes - text(0).length);
}

describe('A limit of size', () => {
  for (const [line, first, fill] of [
    ['PUT /digitaltwins/a', filledUp(twin, 32 * 1024), ''],
    ['PATCH /digitaltwins/building-1', `[{"op":"add","path":"/name","value":"${'x'.repeat(32_700)}"}]`, ' '],
    [`PATCH ${terminal}/components/thermostat`, `[{"op":"add","path":"/name","value":"${'x'.repeat(32_700)}"}]`, ' '],
    [`PUT ${terminal}/relationships/r`, filledUp(relationship, 32 * 1024), ''],
    [`PATCH ${terminal}/relationships/feeds-room`, `[{"op":"add","path":"/a","value":"${'x'.repeat(32_700)}"}]`, ' '],
  ] as const) {
    it(`is 32 KB for ${line}`, async (t) => {
      const { send } = await start(t, { graph });
      const body = first + fill.repeat(32 * 1024 - first.length);
      assert.equal(body.length, 32 * 1024);
      assert.ok((await send(line, { body })).status < 300);
      const reply = await send(line, { body: `${body} ` });
      assert.deepEqual(outcome(reply), [413, 'RequestEntityTooLarge']);
      assert.match(String(refusal(reply).message), /32768/);
    });
  }

  it('is 1 MB for a model, whatever others come with it', async (t) => {
    const { simulator, send } = await start(t);
    const model = (id: string): object => ({ '@id': id, '@type': 'Interface' });
    const large = (id: string, bytes: number): string => filledUp(model(id), bytes);
    const megabyte = 1024 * 1024;
    const refused = await send('POST /models', {
      body: `[${large('dtmi:a;1', megabyte + 1)},${JSON.stringify(model('dtmi:b;1'))}]`,
    });
    assert.deepEqual(outcome(refused), [400, 'LimitExceeded']);
    const before = simulator.instance.counts.models;
    const added = await send('POST /models', {
      body: `[${large('dtmi:a;1', megabyte)},${large('dtmi:b;1', megabyte)}]`,
    });
    assert.equal(added.status, 201);
    assert.equal(simulator.instance.counts.models, before + 2);
  });
});

describe('Null', () => {
  for (const properties of [{ a: null }, { a: { b: { c: null } } }, { a: [1, null] }, { a: [{ b: null }] }]) {
    it(`is no value in ${JSON.stringify(properties)}`, async (t) => {
      const { send } = await start(t, { graph });
      const patch = [{ op: 'add', path: '/a', value: properties.a }];
      for (const [line, body] of [
        ['PUT /digitaltwins/a', { ...twin, ...properties }],
        ['PUT /digitaltwins/a', { ...twin, component: { $metadata: {}, ...properties } }],
        ['PATCH /digitaltwins/building-1', patch],
        [`PATCH ${terminal}/components/thermostat`, patch],
        [`PUT ${terminal}/relationships/r`, { ...relationship, ...properties }],
        [`PATCH ${terminal}/relationships/feeds-room`, patch],
      ] as const) {
        assert.deepEqual(outcome(await send(line, { body })), [400, 'ValidationFailed'], line);
      }
    });
  }

  it('is nothing to what the service makes itself', async (t) => {
    const { send } = await start(t, { graph });
    assert.equal((await send('PUT /digitaltwins/a', { body: { ...twin, $etag: null } })).status, 200);
    const body = { ...relationship, $etag: null };
    assert.equal((await send(`PUT ${terminal}/relationships/r`, { body })).status, 200);
  });
});

describe('A name that begins with $', () => {
  it('must be one of a twin', async (t) => {
    const { send } = await start(t, { graph });
    const { json } = await send('PUT /digitaltwins/a', { body: twin });
    assert.equal((await send('PUT /digitaltwins/a', { body: json })).status, 200, 'as it was read');
    const put = await send('PUT /digitaltwins/a', { body: { ...twin, $sourceId: 'a' } });
    assert.deepEqual(outcome(put), [400, 'ValidationFailed']);
    const patch = await send('PATCH /digitaltwins/a', { body: [{ op: 'add', path: '/$unknown', value: 1 }] });
    assert.deepEqual(outcome(patch), [400, 'ValidationFailed']);
  });

  it('must not be $dtId in a relationship', async (t) => {
    const { send } = await start(t, { graph });
    const path = `${terminal}/relationships/r`;
    const { json } = await send(`PUT ${path}`, { body: relationship });
    assert.equal((await send(`PUT ${path}`, { body: json })).status, 200, 'as it was read');
    const put = await send(`PUT ${path}`, { body: { ...relationship, $dtId: 'a' } });
    assert.deepEqual(outcome(put), [400, 'InvalidRelationship']);
    const patch = await send(`PATCH ${path}`, { body: [{ op: 'add', path: '/$dtId', value: 'a' }] });
    assert.deepEqual(outcome(patch), [400, 'InvalidRelationship']);
  });
});

describe('The time at which a value was measured', () => {
  const sourceTime = '2022-05-31T12:00:00.000125009Z';
  const first = { lastUpdateTime: '2026-01-01T00:00:00.0000000Z' };
  const second = { lastUpdateTime: '2026-01-01T00:00:01.0000000Z' };

  it('is kept for properties of twins and components', async (t) => {
    const { send, clock } = await start(t, { graph });
    const body = {
      $metadata: { $model: room, a: { sourceTime }, b: { lastUpdateTime: 'x' } },
      a: 1,
      b: 2,
      component: { $metadata: { c: { sourceTime } }, c: 3 },
    };
    await send('PUT /digitaltwins/a', { body });
    clock.advance(1000);
    await send('PATCH /digitaltwins/a', {
      body: [
        { op: 'replace', path: '/b', value: 3 },
        { op: 'add', path: '/$metadata/b/sourceTime', value: sourceTime },
      ],
    });
    const { json } = await send('GET /digitaltwins/a');
    assert.deepEqual(json['$metadata'], {
      $model: room,
      $lastUpdateTime: second.lastUpdateTime,
      a: { ...first, sourceTime },
      b: { ...second, sourceTime },
    });
    assert.deepEqual(json['component'], {
      c: 3,
      $metadata: { $lastUpdateTime: first.lastUpdateTime, c: { ...first, sourceTime } },
    });
  });

  it('is written anew with the value that it belongs to', async (t) => {
    const { send, clock } = await start(t, { graph });
    await send('PUT /digitaltwins/a', { body: { ...twin, a: 1 } });
    clock.advance(1000);
    await send('PATCH /digitaltwins/a', {
      body: [{ op: 'add', path: '/$metadata/a/sourceTime', value: sourceTime }],
    });
    const { json } = await send('GET /digitaltwins/a');
    assert.deepEqual((json['$metadata'] as Record<string, unknown>)['a'], { ...second, sourceTime });
  });
});
