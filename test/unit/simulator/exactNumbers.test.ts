import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isRawNumber, readExactly } from '../../simulator/exactNumbers.ts';
import { isObject } from '../../simulator/json.ts';
import { refusal, start } from './requests.ts';

const room = 'dtmi:digitaltwins:sample:Room;1';
const graph = { twins: 2 };
const metadata = `"$metadata":{"$model":"${room}"}`;

/** Numbers that JavaScript would write in another way, but for the last two. */
const numbers = ['12345678901234567890', '0.1000', '1e5', '1E+2', '-0', '1.0', '0.1', '-7'];
const list = numbers.join(',');

describe('A number that is read exactly', () => {
  for (const text of numbers) {
    it(`is written as it was: ${text}`, () => {
      assert.equal(JSON.stringify(readExactly(`{"a":[${text}]}`)), `{"a":[${text}]}`);
    });
  }

  it('is a plain number when JavaScript writes it the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        assert.equal(readExactly(String(number)), Object.is(number, -0) ? 0 : number);
      }),
    );
  });

  it('is no JSON object', () => {
    const number = readExactly('1.0');
    assert.deepEqual([isRawNumber(number), isObject(number)], [true, false]);
    assert.deepEqual([isRawNumber({}), isObject({})], [false, true]);
  });

  it('leaves texts alone, and what is no JSON', () => {
    assert.deepEqual(readExactly('["1.0",true,null,{"__proto__":1}]'), JSON.parse('["1.0",true,null,{"__proto__":1}]'));
    assert.throws(() => readExactly('{'), SyntaxError);
  });
});

describe('The instance', () => {
  it('gives the numbers of twins back as they were written', async (t) => {
    const { send } = await start(t, { graph });
    const component = `{"list":[${list}],"$metadata":{}}`;
    const put = await send('PUT /digitaltwins/a', {
      body: `{${metadata},"list":[${list}],"map":{"deep":[${list}]},"component":${component}}`,
    });
    const get = await send('GET /digitaltwins/a');
    const query = await send('POST /query', { body: { query: 'SELECT * FROM DIGITALTWINS' } });
    for (const { text } of [put, get, query]) {
      assert.equal(text.split(`[${list}]`).length, 4, text);
    }
  });

  it('gives the numbers of relationships back as they were written', async (t) => {
    const { send } = await start(t, { graph });
    const path = '/digitaltwins/building-1/relationships/r';
    const body = `{"$targetId":"building-1-floor-1","$relationshipName":"relatedTo","list":[${list}]}`;
    await send(`PUT ${path}`, { body });
    await send(`PATCH ${path}`, { body: '[{"op":"add","path":"/weight","value":2.50}]' });
    const get = await send(`GET ${path}`);
    const query = await send('POST /query', { body: { query: 'SELECT * FROM RELATIONSHIPS' } });
    const listed = await send('GET /digitaltwins/building-1/relationships');
    for (const { text } of [get, query, listed]) {
      assert.ok(text.includes(`"list":[${list}],"weight":2.50}`), text);
    }
  });

  it('gives the numbers of models back as they were written', async (t) => {
    const { send } = await start(t);
    const definition = `{"@id":"dtmi:a;1","@type":"Interface","displayName":1.0,"comment":[${list}]}`;
    await send('POST /models', { body: `[${definition}]` });
    const get = await send('GET /models/dtmi:a;1?includeModelDefinition=true');
    assert.ok(get.text.includes(`"model":${definition}`), get.text);
    assert.deepEqual(get.json['displayName'], {}, 'a number is no name');
    assert.ok((await send('GET /models?includeModelDefinition=true')).text.includes(`"model":${definition}`));
  });

  it('patches among such numbers', async (t) => {
    const { send } = await start(t, { graph });
    await send('PUT /digitaltwins/a', {
      body: `{${metadata},"same":1.0,"other":1.0,"map":{"a":1.0,"b":1e5},"component":{"a":1.0,"$metadata":{}}}`,
    });
    const patched = await send('PATCH /digitaltwins/a', {
      body: '[{"op":"replace","path":"/other","value":2.0},{"op":"add","path":"/map/a","value":{"x":-0}}]',
    });
    assert.equal(patched.status, 204);
    const component = await send('PATCH /digitaltwins/a/components/component', {
      body: '[{"op":"add","path":"/b","value":3.0}]',
    });
    assert.equal(component.status, 204);
    const { text } = await send('GET /digitaltwins/a');
    assert.ok(text.includes('"same":1.0,"other":2.0,"map":{"a":{"x":-0},"b":1e5},"component":{"a":1.0,"b":3.0,'), text);
    const into = await send('PATCH /digitaltwins/a', { body: '[{"op":"add","path":"/same/rawJSON","value":1}]' });
    assert.equal(refusal(into).code, 'JsonPatchInvalid');
  });

  it('knows by its text whether a number has changed', async (t) => {
    const { send, clock } = await start(t, { graph });
    const component = '{"value":1.0,"$metadata":{}}';
    await send('PUT /digitaltwins/a', {
      body: `{${metadata},"same":1.0,"other":1.0,"map":{"x":1.0},"component":${component}}`,
    });
    clock.advance(1000);
    await send('PATCH /digitaltwins/a', {
      body: '[{"op":"replace","path":"/same","value":1.0},{"op":"replace","path":"/other","value":1.00}]',
    });
    const { json } = await send('GET /digitaltwins/a');
    const [before, after] = [0, 1].map((second) => `2026-01-01T00:00:0${second}.0000000Z`);
    assert.deepEqual(json['$metadata'], {
      $model: room,
      $lastUpdateTime: after,
      same: { lastUpdateTime: before },
      other: { lastUpdateTime: after },
      map: { lastUpdateTime: before },
    });
    assert.deepEqual((json['component'] as Record<string, unknown>)['$metadata'], {
      $lastUpdateTime: before,
      value: { lastUpdateTime: before },
    });
  });

  it('takes a number for an object nowhere', async (t) => {
    const { send } = await start(t, { graph });
    for (const [line, body, code] of [
      ['PUT /digitaltwins/a', '1.0', 'InvalidArgument'],
      ['PUT /digitaltwins/a', '{"$metadata":1.0}', 'ValidationFailed'],
      ['PATCH /digitaltwins/building-1', '[1.0]', 'JsonPatchInvalid'],
      ['PUT /digitaltwins/building-1/relationships/r', '1.0', 'InvalidArgument'],
      ['POST /models', '[1.0]', 'DTDLParserError'],
      ['POST /query', '1.0', 'InvalidArgument'],
    ] as const) {
      const reply = refusal(await send(line, { body }));
      assert.deepEqual([reply.status, reply.code], [400, code], `${line} ${body}`);
    }
    await send('PUT /digitaltwins/a', { body: `{${metadata},"value":1.0}` });
    assert.equal(refusal(await send('GET /digitaltwins/a/components/value')).code, 'ComponentNotFound');
  });
});
