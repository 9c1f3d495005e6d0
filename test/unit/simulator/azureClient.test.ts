import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, it } from 'node:test';
import { makeToken } from '../../simulator/bearer.ts';
import { startSimulator } from '../../simulator/simulator.ts';

const script = fileURLToPath(new URL('azureClient.ts', import.meta.url));

describe('@azure/digital-twins-core', () => {
  it('works on the simulated instance unchanged, over TLS that it trusts', async (t) => {
    const simulator = await startSimulator({
      queryLagMs: 0,
      graph: { twins: 300, relationships: 50_000, models: 120 },
    });
    t.after(() => simulator.close());
    const { stdout } = await promisify(execFile)(process.execPath, [script, simulator.origin, makeToken()], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: simulator.certificateFile },
    });
    const { uploadedOn, ...read } = JSON.parse(stdout) as Record<string, unknown>;
    const fromBuilding = simulator.instance.contents.outgoing('building-1').length;
    assert.ok(fromBuilding > 100, 'more than one page');
    assert.deepEqual(read, {
      models: 120,
      model: { '@id': 'dtmi:client:Thing;1', '@type': 'Interface', '@context': 'dtmi:dtdl:context;2' },
      name: 'patched',
      relationships: [
        {
          $relationshipId: 'r',
          $sourceId: 'thing-1',
          $targetId: 'thing-2',
          $relationshipName: 'likes',
          $etag: (read['relationships'] as Record<string, unknown>[])[0]?.['$etag'],
        },
      ],
      manyRelationships: fromBuilding,
      incoming: [
        {
          relationshipId: 'r',
          sourceId: 'thing-1',
          relationshipName: 'likes',
          relationshipLink: '/digitaltwins/thing-1/relationships/r',
        },
      ],
      twins: 302,
      counted: [{ COUNT: 302 }],
      missing: { status: 404, code: 'DigitalTwinNotFound' },
      eventRoutes: [],
    });
    assert.ok(Math.abs(Date.parse(String(uploadedOn)) - Date.now()) < 3_600_000);
    assert.deepEqual(new Set(simulator.requests.map(({ query }) => query['api-version'])), new Set(['2022-05-31']));
  });
});
