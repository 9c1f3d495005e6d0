import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathOf, refusal, start, type Reply } from './requests.ts';

const space = 'dtmi:digitaltwins:sample:Space;1';
const room = 'dtmi:digitaltwins:sample:Room;1';
const graph = { twins: 300 };

function values({ json }: Reply): Record<string, unknown>[] {
  return json['value'] as Record<string, unknown>[];
}

describe('A query', () => {
  for (const query of [
    'SELECT COUNT() FROM DIGITALTWINS',
    ' select  count ( )\nfrom\tdigitaltwins ',
    'Select Count() From DigitalTwins;',
  ]) {
    it(`counts: ${JSON.stringify(query)}`, async (t) => {
      const { send } = await start(t, { graph });
      const reply = await send('POST /query', { body: { query } });
      assert.deepEqual(reply.json, { value: [{ COUNT: 300 }] });
      assert.ok(Number(reply.headers['query-charge']) > 0);
    });
  }

  for (const [collection, kind] of [
    ['DIGITALTWINS', 'twins'],
    ['RELATIONSHIPS', 'relationships'],
  ] as const) {
    it(`reads ${collection} in pages until there is no token`, async (t) => {
      const { simulator, send } = await start(t, { graph });
      const query = `SELECT * FROM ${collection}`;
      const read: unknown[] = [];
      let token: unknown;
      do {
        const { json } = await send('POST /query', {
          body: { query, ...(token !== undefined && { continuationToken: token }) },
          headers: { 'max-items-per-page': '64' },
        });
        const page = json['value'] as unknown[];
        assert.ok(page.length <= 64);
        read.push(...page);
        token = json['continuationToken'];
      } while (token !== undefined);
      assert.equal(read.length, simulator.instance.counts[kind]);
      assert.equal(new Set(read.map((item) => JSON.stringify(item))).size, read.length);
    });
  }

  it('reads what was written after what was generated, and not what was deleted', async (t) => {
    const { send } = await start(t, { graph: { twins: 5 } });
    const body = { $metadata: { $model: room } };
    await send('PUT /digitaltwins/new-1', { body });
    await send('PUT /digitaltwins/new-2', { body });
    await send('DELETE /digitaltwins/new-1');
    const ids: unknown[] = [];
    let token: unknown;
    do {
      const reply = await send('POST /query', {
        body: token === undefined ? { query: 'SELECT * FROM DIGITALTWINS' } : { continuationToken: token },
        headers: { 'max-items-per-page': '2' },
      });
      ids.push(...values(reply).map(({ $dtId }) => $dtId));
      token = reply.json['continuationToken'];
    } while (token !== undefined);
    assert.deepEqual(ids.length, 6);
    assert.equal(ids.at(-1), 'new-2');
  });

  it('gives at most 1,000 items a page, 100 unless asked', async (t) => {
    const { send } = await start(t, { graph: { twins: 2000 } });
    const body = { query: 'SELECT * FROM DIGITALTWINS' };
    assert.equal(values(await send('POST /query', { body })).length, 100);
    const headers = { 'max-items-per-page': '5000' };
    assert.equal(values(await send('POST /query', { body, headers })).length, 1000);
  });

  it('may begin with an empty page that is not the end', async (t) => {
    const { simulator, send } = await start(t, { graph: { twins: 3 } });
    simulator.emptyFirstPages = true;
    const first = await send('POST /query', { body: { query: 'SELECT * FROM DIGITALTWINS' } });
    assert.deepEqual(values(first), []);
    const second = await send('POST /query', { body: { continuationToken: first.json['continuationToken'] } });
    assert.equal(values(second).length, 3);
  });

  it('goes on with pages of the size that each request asks for', async (t) => {
    const { send } = await start(t, { graph: { twins: 300 } });
    const sizes: number[] = [];
    let token: unknown;
    for (const size of ['7', undefined, '250', '1']) {
      const reply = await send('POST /query', {
        body: { query: 'SELECT * FROM DIGITALTWINS', ...(token !== undefined && { continuationToken: token }) },
        headers: { ...(size !== undefined && { 'max-items-per-page': size }) },
      });
      sizes.push(values(reply).length);
      token = reply.json['continuationToken'];
      if (token === undefined) {
        break;
      }
    }
    assert.deepEqual(sizes, [7, 100, 193]);
  });

  it('takes too long when its page has more items than there is time for', async (t) => {
    const { simulator, send } = await start(t, { graph: { twins: 300 }, queryItemsInTime: 100 });
    const query = 'SELECT * FROM DIGITALTWINS';
    const ask = (body: object, size?: string): Promise<Reply> =>
      send('POST /query', { body, headers: { ...(size !== undefined && { 'max-items-per-page': size }) } });
    const first = await ask({ query });
    const continuationToken = first.json['continuationToken'];
    assert.equal(values(first).length, 100);
    for (const body of [{ query }, { query, continuationToken }, { continuationToken }]) {
      const { status, code, message } = refusal(await ask(body, '101'));
      assert.deepEqual([status, code], [400, 'TimeoutError']);
      assert.match(String(message), /^The query execution timed out after 60 seconds\. /);
    }
    assert.equal(values(await ask({ continuationToken }, '100')).length, 100, 'the token is still good');
    assert.deepEqual(values(await ask({ query: 'SELECT COUNT() FROM DIGITALTWINS' }, '101')), [{ COUNT: 300 }]);
    simulator.queryItemsInTime = 99;
    assert.equal(refusal(await ask({ query })).code, 'TimeoutError', '100 items when the request does not say');
    simulator.queryItemsInTime = undefined;
    assert.equal(values(await ask({ query }, '1000')).length, 300);
  });

  it('is refused when the simulated instance does not know its form', async (t) => {
    const { send } = await start(t);
    for (const query of ["SELECT * FROM DIGITALTWINS WHERE name = 'a'", 'SELECT T FROM DIGITALTWINS T', 'DELETE', '']) {
      const reply = refusal(await send('POST /query', { body: { query } }));
      assert.deepEqual([reply.status, reply.code], [400, 'SqlQueryError']);
    }
    assert.equal(refusal(await send('POST /query', { body: { continuationToken: 'x' } })).code, 'BadRequest');
    assert.equal(refusal(await send('POST /query', { body: {} })).code, 'InvalidArgument');
  });
});

describe('Models', () => {
  it('are listed in pages, with definitions when asked', async (t) => {
    const { simulator, send } = await start(t, { graph: { twins: 0, models: 130 } });
    const first = await send('GET /models?includeModelDefinition=true', { headers: { 'max-items-per-page': '100' } });
    assert.equal(values(first).length, 100);
    assert.equal((values(first)[2]?.['model'] as Record<string, unknown>)['@id'], space);
    const second = await send(`GET ${pathOf(first.json['nextLink'], simulator)}`);
    assert.equal(values(second).length, 30);
    assert.ok(values(second).every((model) => 'model' in model));
    assert.equal('nextLink' in second.json, false);
    assert.ok(values(await send('GET /models')).every((model) => !('model' in model)));
  });

  it('follow a next link to which the client adds its parameters again', async (t) => {
    const { simulator, send } = await start(t, { graph: { twins: 0, models: 250 } });
    const first = await send('GET /models');
    const again = pathOf(first.json['nextLink'], simulator);
    const second = await send(`GET ${again}&api-version=2023-10-31`);
    assert.equal(values(second).length, 100);
    assert.equal(values(await send(`GET ${pathOf(second.json['nextLink'], simulator)}`)).length, 50);
  });

  it('are listed with what they depend on', async (t) => {
    const { send } = await start(t, { graph });
    const reply = await send(`GET /models?dependenciesFor=${room}`);
    assert.deepEqual(
      values(reply)
        .map(({ id }) => id)
        .sort(),
      ['dtmi:digitaltwins:sample:Asset;1', room, space],
    );
    assert.equal(refusal(await send('GET /models?dependenciesFor=dtmi:none;1')).code, 'ModelNotFound');
  });

  it('are added all or none', async (t) => {
    const { simulator, send } = await start(t, { graph });
    const model = (id: string, more = {}): object => ({ '@id': id, '@type': 'Interface', ...more });
    const added = await send('POST /models', {
      body: [model('dtmi:b;1', { extends: 'dtmi:a;1' }), model('dtmi:a;1', { displayName: 'A' })],
    });
    assert.equal(added.status, 201);
    assert.equal(simulator.instance.counts.models, 11);
    const read = await send('GET /models/dtmi%3Aa%3B1?includeModelDefinition=true');
    assert.deepEqual(read.json, {
      id: 'dtmi:a;1',
      displayName: { en: 'A' },
      description: {},
      uploadTime: '2026-01-01T00:00:00.0000000Z',
      decommissioned: false,
      model: { '@id': 'dtmi:a;1', '@type': 'Interface', displayName: 'A' },
    });
    for (const [body, status, code] of [
      [[model('dtmi:c;1'), model('dtmi:a;1')], 409, 'ModelAlreadyExists'],
      [[model('dtmi:c;1', { extends: 'dtmi:missing;1' })], 400, 'DTDLParserError'],
      [[model('dtmi:c;1'), model('dtmi:c;1')], 400, 'DTDLParserError'],
      [[model('c')], 400, 'InvalidArgument'],
      [[], 400, 'DTDLParserError'],
      [Array.from({ length: 251 }, (_, index) => model(`dtmi:m${index};1`)), 400, 'LimitExceeded'],
    ] as const) {
      const reply = refusal(await send('POST /models', { body }));
      assert.deepEqual([reply.status, reply.code], [status, code]);
    }
    assert.equal(simulator.instance.counts.models, 11);
  });

  it('are decommissioned, and deleted unless another refers to them', async (t) => {
    const { send } = await start(t, { graph });
    const body = [{ op: 'replace', path: '/decommissioned', value: true }];
    assert.equal((await send(`PATCH /models/${room}`, { body })).status, 204);
    assert.equal((await send(`GET /models/${room}`)).json['decommissioned'], true);
    const twin = { body: { $metadata: { $model: room } } };
    assert.equal(refusal(await send('PUT /digitaltwins/a', twin)).code, 'ModelDecommissioned');
    assert.equal(refusal(await send(`DELETE /models/${space}`)).code, 'ModelReferencesNotDeleted');
    assert.equal((await send(`DELETE /models/${room}`)).status, 204);
    assert.equal(refusal(await send(`GET /models/${room}`)).code, 'ModelNotFound');
  });

  it('are decommissioned after those that refer to them, and taken into use again in any order', async (t) => {
    const { send } = await start(t, { graph });
    const [sensor, terminal, device] = ['Sensor', 'AirTerminal', 'Device'].map(
      (name) => `/models/dtmi:digitaltwins:sample:${name};1`,
    );
    const set = (path: string | undefined, value: boolean): Promise<Reply> =>
      send(`PATCH ${String(path)}`, { body: [{ op: 'replace', path: '/decommissioned', value }] });
    await set(sensor, true);
    const refused = refusal(await set(device, true));
    assert.deepEqual([refused.status, refused.code], [409, 'ModelReferencesNotDecommissioned']);
    assert.match(String(refused.message), /AirTerminal/);
    assert.equal((await send(`GET ${String(device)}`)).json['decommissioned'], false);
    assert.equal((await set(terminal, true)).status, 204);
    assert.equal((await set(device, true)).status, 204);
    assert.equal((await set(sensor, false)).status, 204);
    assert.equal((await set(device, true)).status, 204, 'it is already');
    assert.equal((await set(device, false)).status, 204);
    assert.equal((await send(`GET ${String(device)}`)).json['decommissioned'], false);
  });
});

describe('Twins', () => {
  const body = { $metadata: { $model: room }, name: 'A', thermostat: { $metadata: {}, target: 20 } };

  it('are written with metadata, and only created when the client says so', async (t) => {
    const { send, clock } = await start(t, { graph });
    const created = await send('PUT /digitaltwins/a', { body, headers: { 'if-none-match': '*' } });
    const written = { lastUpdateTime: '2026-01-01T00:00:00.0000000Z' };
    assert.equal(created.status, 200);
    assert.deepEqual(created.json, {
      $dtId: 'a',
      $etag: created.headers.etag,
      name: 'A',
      thermostat: { target: 20, $metadata: { $lastUpdateTime: written.lastUpdateTime, target: written } },
      $metadata: { $model: room, $lastUpdateTime: written.lastUpdateTime, name: written },
    });
    const again = await send('PUT /digitaltwins/a', { body, headers: { 'if-none-match': '*' } });
    assert.deepEqual([again.status, refusal(again).code], [412, 'PreconditionFailed']);
    clock.advance(1000);
    assert.equal((await send('PUT /digitaltwins/a', { body: { ...body, name: 'B' } })).json['name'], 'B');
  });

  it('need a model that exists', async (t) => {
    const { send } = await start(t);
    for (const wrong of [{ $metadata: { $model: 'dtmi:none;1' } }, {}, { $metadata: { $model: 1 } }]) {
      assert.equal(refusal(await send('PUT /digitaltwins/a', { body: wrong })).code, 'ValidationFailed');
    }
  });

  it('are patched', async (t) => {
    const { send, clock } = await start(t, { graph });
    await send('PUT /digitaltwins/a', { body: { ...body, size: 1 } });
    const before = await send('GET /digitaltwins/a');
    clock.advance(1000);
    const patched = await send('PATCH /digitaltwins/a', {
      headers: { 'if-match': String(before.headers.etag) },
      body: [
        { op: 'replace', path: '/name', value: 'B' },
        { op: 'add', path: '/extra', value: { x: 1 } },
        { op: 'add', path: '/extra/y', value: 2 },
        { op: 'remove', path: '/size' },
      ],
    });
    assert.deepEqual([patched.status, patched.text], [204, '']);
    const { json, headers } = await send('GET /digitaltwins/a');
    assert.equal(headers.etag, patched.headers.etag);
    assert.notEqual(headers.etag, before.headers.etag);
    const { $etag, $metadata, ...properties } = json;
    const later = { lastUpdateTime: '2026-01-01T00:00:01.0000000Z' };
    assert.equal($etag, headers.etag);
    assert.deepEqual(properties, {
      $dtId: 'a',
      name: 'B',
      extra: { x: 1, y: 2 },
      thermostat: before.json['thermostat'],
    });
    assert.deepEqual($metadata, {
      $model: room,
      $lastUpdateTime: later.lastUpdateTime,
      name: later,
      extra: later,
    });
    const stale = await send('PATCH /digitaltwins/a', { headers: { 'if-match': 'W/"old"' }, body: [] });
    assert.equal(stale.status, 412);
    for (const operation of [
      { op: 'replace', path: '/none', value: 1 },
      { op: 'remove', path: '/none' },
      { op: 'move', path: '/name', from: '/extra' },
      { op: 'add', path: 'name', value: 1 },
      { op: 'add', path: '/name' },
      { op: 'add', path: '/__proto__/x', value: 1 },
    ]) {
      const reply = await send('PATCH /digitaltwins/a', { body: [operation] });
      assert.equal(refusal(reply).code, 'JsonPatchInvalid', JSON.stringify(operation));
    }
  });

  it('have components that are read and patched', async (t) => {
    const { send } = await start(t, { graph });
    const twin = 'building-1-floor-1-room-01-air-terminal';
    const path = `/digitaltwins/${twin}/components/thermostat`;
    const patch = [{ op: 'replace', path: '/targetTemperature', value: 25 }];
    assert.equal((await send(`PATCH ${path}`, { body: patch })).status, 204);
    assert.equal((await send(`GET ${path}`)).json['targetTemperature'], 25);
    const other = `GET /digitaltwins/${twin}/components/other`;
    assert.equal(refusal(await send(other)).code, 'ComponentNotFound');
  });

  it('are deleted once they have no relationships', async (t) => {
    const { simulator, send } = await start(t, { graph });
    const twin = '/digitaltwins/building-1-floor-1-room-01-co2';
    const parent = '/digitaltwins/building-1-floor-1-room-01';
    assert.equal(refusal(await send(`DELETE ${twin}`)).code, 'RelationshipsNotDeleted');
    assert.equal((await send(`DELETE ${parent}/relationships/contains-co2`)).status, 204);
    assert.equal((await send(`DELETE ${twin}`)).status, 204);
    assert.equal(refusal(await send(`GET ${twin}`)).code, 'DigitalTwinNotFound');
    assert.equal(refusal(await send(`DELETE ${twin}`)).code, 'DigitalTwinNotFound');
    assert.equal(simulator.instance.counts.twins, 299);
  });
});

describe('Relationships', () => {
  it('are listed by source, by name and by target', async (t) => {
    const { send } = await start(t, { graph });
    const twin = '/digitaltwins/building-1-floor-1-room-01';
    const outgoing = values(await send(`GET ${twin}/relationships`));
    assert.deepEqual(
      outgoing.map(({ $relationshipId }) => $relationshipId),
      ['contains-temperature', 'contains-humidity', 'contains-co2', 'contains-air-terminal'],
    );
    assert.deepEqual(values(await send(`GET ${twin}/relationships?relationshipName=feeds`)), []);
    assert.deepEqual(values(await send(`GET ${twin}/incomingrelationships`)), [
      {
        $relationshipId: 'contains-room-01',
        $sourceId: 'building-1-floor-1',
        $relationshipName: 'contains',
        $relationshipLink: '/digitaltwins/building-1-floor-1/relationships/contains-room-01',
      },
      {
        $relationshipId: 'feeds-room',
        $sourceId: 'building-1-floor-1-room-01-air-terminal',
        $relationshipName: 'feeds',
        $relationshipLink: '/digitaltwins/building-1-floor-1-room-01-air-terminal/relationships/feeds-room',
      },
    ]);
    assert.equal(refusal(await send('GET /digitaltwins/none/relationships')).code, 'DigitalTwinNotFound');
  });

  it('are listed in pages', async (t) => {
    const { simulator, send } = await start(t, { graph: { twins: 10, relationships: 1000 } });
    const first = await send('GET /digitaltwins/building-1/relationships', { headers: { 'max-items-per-page': '60' } });
    assert.equal(values(first).length, 60);
    const second = await send(`GET ${pathOf(first.json['nextLink'], simulator)}`);
    assert.ok(values(second).length > 0);
  });

  it('are written, read, patched and deleted', async (t) => {
    const { simulator, send } = await start(t, { graph });
    const before = simulator.instance.counts.relationships;
    const path = '/digitaltwins/building-1/relationships/mine';
    const body = { $targetId: 'building-2', $relationshipName: 'relatedTo', weight: 3 };
    const created = await send(`PUT ${path}`, { body });
    assert.equal(created.status, 200);
    assert.deepEqual(created.json, {
      $relationshipId: 'mine',
      $sourceId: 'building-1',
      $etag: created.headers.etag,
      ...body,
    });
    assert.equal((await send(`PUT ${path}`, { body, headers: { 'if-none-match': '*' } })).status, 412);
    const patch = [{ op: 'replace', path: '/weight', value: 4 }];
    assert.equal((await send(`PATCH ${path}`, { body: patch })).status, 204);
    assert.equal((await send(`GET ${path}`)).json['weight'], 4);
    assert.equal(simulator.instance.counts.relationships, before + 1);
    assert.equal((await send(`DELETE ${path}`)).status, 204);
    assert.equal(refusal(await send(`GET ${path}`)).code, 'RelationshipNotFound');
    assert.equal(simulator.instance.counts.relationships, before);
  });

  it('need two twins that exist', async (t) => {
    const { send } = await start(t, { graph });
    const put = (source: string, target: unknown): Promise<Reply> =>
      send(`PUT /digitaltwins/${source}/relationships/r`, {
        body: { $targetId: target, $relationshipName: 'relatedTo' },
      });
    assert.equal(refusal(await put('none', 'building-1')).code, 'DigitalTwinNotFound');
    assert.equal(refusal(await put('building-1', 'none')).code, 'TargetTwinNotFound');
    assert.equal(refusal(await put('building-1', 'building-1')).code, 'OperationNotAllowed');
    assert.equal(refusal(await put('building-1', 7)).code, 'InvalidRelationship');
  });
});

describe('Event routes', () => {
  it('are none', async (t) => {
    const { send } = await start(t);
    assert.deepEqual((await send('GET /eventroutes')).json, { value: [] });
    assert.equal(refusal(await send('GET /eventroutes/a')).code, 'EventRouteNotFound');
  });

  const route = { id: 'route-1', endpointName: 'endpoint-1', filter: "type = 'Microsoft.DigitalTwins.Twin.Create'" };

  it('are planted, listed and read', async (t) => {
    const { simulator, send } = await start(t);
    simulator.instance.plantEventRoute({ ...route, filter: 'false' });
    simulator.instance.plantEventRoute(route);
    assert.deepEqual((await send('GET /eventroutes')).json, { value: [route] });
    assert.deepEqual((await send('GET /eventroutes/route-1')).json, route);
    assert.equal(refusal(await send('GET /eventroutes/Route-1')).code, 'EventRouteNotFound');
  });

  it('are listed in pages', async (t) => {
    const { simulator, send } = await start(t);
    for (let number = 1; number <= 130; number += 1) {
      simulator.instance.plantEventRoute({ ...route, id: `route-${number}` });
    }
    const first = await send('GET /eventroutes');
    assert.equal(values(first).length, 100);
    const second = await send(`GET ${pathOf(first.json['nextLink'], simulator)}`, {
      headers: { 'max-items-per-page': '20' },
    });
    assert.equal(values(second)[0]?.['id'], 'route-101');
    const third = await send(`GET ${pathOf(second.json['nextLink'], simulator)}`);
    assert.deepEqual([values(third).length, 'nextLink' in third.json], [10, false]);
  });

  it('survive a deletion job', async (t) => {
    const { simulator, clock, send } = await start(t, { graph });
    simulator.instance.plantEventRoute(route);
    await send('POST /jobs/deletions');
    clock.advance(3_600_000);
    assert.deepEqual(simulator.instance.counts, { models: 0, twins: 0, relationships: 0 });
    assert.deepEqual((await send('GET /eventroutes')).json, { value: [route] });
  });
});
