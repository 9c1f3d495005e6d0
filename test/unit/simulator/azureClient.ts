// Run by azureClient.test.ts in a process of its own, which trusts the simulated instance's certificate the way a
// person would make it trusted. It prints what the client library has read.
import { DigitalTwinsClient } from '@azure/digital-twins-core';

const [origin = '', token = ''] = process.argv.slice(2);
const credential = { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
const client = new DigitalTwinsClient(origin, credential);

async function read<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) {
    all.push(item);
  }
  return all;
}

function field(value: unknown, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}

const models = await read(client.listModels([], true, 100));
await client.createModels([{ '@id': 'dtmi:client:Thing;1', '@type': 'Interface', '@context': 'dtmi:dtdl:context;2' }]);
const model = await client.getModel('dtmi:client:Thing;1', true);

for (const id of ['thing-1', 'thing-2']) {
  await client.upsertDigitalTwin(id, JSON.stringify({ $metadata: { $model: 'dtmi:client:Thing;1' }, name: id }));
}
await client.updateDigitalTwin('thing-1', [{ op: 'replace', path: '/name', value: 'patched' }]);
const twin = await client.getDigitalTwin('thing-1');

await client.upsertRelationship('thing-1', 'r', { $targetId: 'thing-2', $relationshipName: 'likes' });
const relationships = await read(client.listRelationships('thing-1'));
const manyRelationships = await read(client.listRelationships('building-1'));
const incoming = await read(client.listIncomingRelationships('thing-2'));

const twins = await read(client.queryTwins('SELECT * FROM DIGITALTWINS', 100));
const counted: unknown[] = await read(client.queryTwins('SELECT COUNT() FROM DIGITALTWINS'));

await client.deleteRelationship('thing-1', 'r');
await client.deleteDigitalTwin('thing-1');
const missing = await client.getDigitalTwin('thing-1').catch((error: unknown) => error);
await client.decomissionModel('dtmi:client:Thing;1');
await client.deleteModel('dtmi:client:Thing;1');
const eventRoutes = await read(client.listEventRoutes());

console.log(
  JSON.stringify({
    models: models.length,
    uploadedOn: models[0]?.uploadTime,
    model: model.model as unknown,
    name: field(twin.body, 'name'),
    relationships,
    manyRelationships: manyRelationships.length,
    incoming,
    twins: twins.length,
    counted,
    missing: { status: field(missing, 'statusCode'), code: field(missing, 'code') },
    eventRoutes,
  }),
);
