import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ManualClock } from '../../simulator/clock.ts';
import { readExactly } from '../../simulator/exactNumbers.ts';
import { Instance } from '../../simulator/instance.ts';
import { start, type Running } from './requests.ts';

const model = 'dtmi:a;1';

function emptyInstance(): Instance {
  return new Instance(new ManualClock(), { graph: { models: 0 } });
}

describe('What is planted', () => {
  it('is answered as it was given, with what only the service can know', async (t) => {
    const { simulator, send } = await start(t, { graph: { models: 0 } });
    simulator.instance.plantModel(`{"@id":"${model}","@type":"Interface","comment":1.0}`, { decommissioned: true });
    simulator.instance.plantTwin(
      `{"$dtId":"a","$metadata":{"$model":"${model}","b":{"sourceTime":"2020"}},"b":-0,"c":{"d":1e5,"$metadata":{}}}`,
    );
    simulator.instance.plantTwin({ $dtId: 'b', $etag: 'W/"1"', $metadata: { $model: model }, $odd: null });
    simulator.instance.plantRelationship(
      '{"$relationshipId":"r","$sourceId":"a","$targetId":"gone","$relationshipName":"n","weight":0.10}',
    );

    const models = await send('GET /models?includeModelDefinition=true');
    const time = '2026-01-01T00:00:00.0000000Z';
    assert.equal(
      models.text,
      `{"value":[{"id":"${model}","displayName":{},"description":{},"uploadTime":"${time}","decommissioned":true,` +
        `"model":{"@id":"${model}","@type":"Interface","comment":1.0}}]}`,
    );
    const first = await send('GET /digitaltwins/a');
    assert.equal(
      first.text,
      `{"$dtId":"a","$etag":${JSON.stringify(first.headers.etag)},"b":-0,` +
        `"c":{"d":1e5,"$metadata":{"$lastUpdateTime":"${time}","d":{"lastUpdateTime":"${time}"}}},` +
        `"$metadata":{"$model":"${model}","$lastUpdateTime":"${time}",` +
        `"b":{"lastUpdateTime":"${time}","sourceTime":"2020"}}}`,
    );
    const second = await send('GET /digitaltwins/b');
    assert.deepEqual(second.json, {
      $dtId: 'b',
      $etag: 'W/"1"',
      $odd: null,
      $metadata: { $model: model, $lastUpdateTime: time },
    });
    const relationship = await send('GET /digitaltwins/a/relationships/r');
    assert.ok(relationship.text.endsWith(',"weight":0.10}'), relationship.text);
  });

  it('is seen by queries at once, with all that was written before', () => {
    const instance = new Instance(new ManualClock(), { graph: { twins: 3 }, queryLagMs: 10_000 });
    instance.write(({ twins }) => {
      twins.delete('building-1');
    });
    assert.equal(instance.indexed.counts.twins, 3);
    instance.plantTwin({ $dtId: 'a', $metadata: { $model: model } });
    instance.plantRelationship({ $relationshipId: 'r', $sourceId: 'a', $targetId: 'b', $relationshipName: 'n' });
    instance.plantModel({ '@id': model });
    assert.deepEqual(instance.indexed.counts, instance.counts);
    assert.equal(instance.indexed.counts.twins, 3);
  });

  it('takes the place of what has its id', () => {
    const instance = new Instance(new ManualClock(), { graph: { twins: 3 } });
    instance.plantTwin({ $dtId: 'building-1', $metadata: { $model: model }, name: 'planted' });
    assert.equal(instance.counts.twins, 3);
    assert.equal(instance.contents.twins.get('building-1')?.['name'], 'planted');
  });

  it('must have what it is known by', () => {
    const instance = emptyInstance();
    for (const json of ['[]', '1.0', {}, { $dtId: 'a' }, { $metadata: { $model: model } }]) {
      assert.throws(() => instance.plantTwin(json), TypeError);
      assert.throws(() => instance.plantRelationship(json), TypeError);
      assert.throws(() => instance.plantModel(json), TypeError);
    }
    assert.deepEqual(instance.counts, { models: 0, twins: 0, relationships: 0 });
  });
});

describe('The text of a graph', () => {
  it('has a line for each model, twin and relationship, sorted, with numbers as they were written', () => {
    const instance = emptyInstance();
    instance.plantTwin(
      `{"z":1.0,"$dtId":"b","a":{"y":[{"n":-0,"m":1e5}],"x":"\\n"},"$metadata":{"$model":"${model}"},"$etag":"x"}`,
    );
    instance.plantTwin(
      `{"$dtId":"a","c":{"$metadata":{"n":{"sourceTime":"2020"}},"n":2},"$metadata":{"$model":"${model}"}}`,
    );
    instance.plantRelationship(
      '{"$relationshipId":"r","$sourceId":"a","$targetId":"b","$relationshipName":"n","weight":0.10}',
    );
    instance.plantModel(`{"@type":"Interface","@id":"${model}"}`, { decommissioned: true });
    assert.deepEqual(instance.graphText(), [
      `{"$dtId":"a","$metadata":{"$model":"${model}"},"c":{"$metadata":{"n":{"sourceTime":"2020"}},"n":2}}`,
      `{"$dtId":"b","$metadata":{"$model":"${model}"},"a":{"x":"\\n","y":[{"m":1e5,"n":-0}]},"z":1.0}`,
      '{"$relationshipId":"r","$relationshipName":"n","$sourceId":"a","$targetId":"b","weight":0.10}',
      `{"decommissioned":true,"model":{"@id":"${model}","@type":"Interface"}}`,
    ]);
  });

  it('does not tell when and in which order something was written', () => {
    const clock = new ManualClock();
    const [one, other] = [0, 1].map(() => new Instance(clock, { graph: { twins: 0 } })) as [Instance, Instance];
    const twin = (id: string): string => `{"$dtId":"${id}","n":1.0,"$metadata":{"$model":"${model}"}}`;
    one.plantTwin(twin('a'));
    one.plantTwin(twin('b'));
    clock.advance(1000);
    other.plantTwin(twin('b'));
    other.plantTwin(twin('a'));
    assert.deepEqual(one.graphText(), other.graphText());
    other.plantTwin(twin('a').replace('1.0', '1.00'));
    assert.notDeepEqual(one.graphText(), other.graphText());
  });

  it('is of all that was generated, a few thousand twins too', () => {
    const instance = new Instance(new ManualClock(), { graph: { twins: 5000 } });
    const { models, twins, relationships } = instance.counts;
    const lines = instance.graphText();
    assert.equal(lines.length, models + twins + relationships);
    assert.equal(new Set(lines).size, lines.length);
    assert.doesNotMatch(lines.join('\n'), /etag|[tT]ime"/);
  });

  it('is the same for an instance and for another to which all of it was copied over the wire', async (t) => {
    const from = await start(t, { graph: { twins: 300, models: 12 } });
    from.simulator.instance.plantModel('{"@id":"dtmi:old;1","@type":"Interface","extends":[]}', {
      decommissioned: true,
    });
    from.simulator.instance.plantTwin(
      '{"$dtId":"odd","n":[12345678901234567890,0.1000,-0],"$metadata":{"$model":"dtmi:old;1","n":{"sourceTime":"2020"}}}',
    );
    from.simulator.instance.plantRelationship(
      '{"$relationshipId":"r","$sourceId":"odd","$targetId":"building-1","$relationshipName":"n","weight":1.0}',
    );
    const to = await copyOf(t, from);
    assert.deepEqual(to.simulator.instance.graphText(), from.simulator.instance.graphText());
  });
});

/** Another instance to which all of this one was written, as a restore would. */
async function copyOf(context: TestContext, { send }: Running): Promise<Running> {
  const to = await start(context, { graph: { models: 0 } });
  const models = (readExactly((await send('GET /models?includeModelDefinition=true')).text) as { value: CopiedModel[] })
    .value;
  await to.send('POST /models', { body: models.map(({ model: definition }) => definition) });
  for (const collection of ['DIGITALTWINS', 'RELATIONSHIPS']) {
    const query = { body: { query: `SELECT * FROM ${collection}` }, headers: { 'max-items-per-page': '1000' } };
    for (const item of (readExactly((await send('POST /query', query)).text) as { value: CopiedItem[] }).value) {
      const { $dtId, $sourceId, $relationshipId } = item;
      const path =
        $dtId === undefined
          ? `/digitaltwins/${String($sourceId)}/relationships/${String($relationshipId)}`
          : `/digitaltwins/${$dtId}`;
      const reply = await to.send(`PUT ${path}`, { body: item, headers: { 'if-none-match': '*' } });
      assert.equal(reply.status, 200, reply.text);
    }
  }
  for (const { id } of models.filter(({ decommissioned }) => decommissioned)) {
    const body = [{ op: 'replace', path: '/decommissioned', value: true }];
    assert.equal((await to.send(`PATCH /models/${id}`, { body })).status, 204);
  }
  return to;
}

interface CopiedModel {
  readonly id: string;
  readonly decommissioned: boolean;
  readonly model: unknown;
}

interface CopiedItem {
  readonly $dtId?: string;
  readonly $sourceId?: string;
  readonly $relationshipId?: string;
}
