import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { manifestPath } from '../../../src/backup/bulkFile.ts';
import { readManifest, type KnownOfBackup, type Manifest } from '../../../src/backup/manifest.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';

const contents = { models: 2, twins: 3, relationships: undefined };

const manifest: Manifest = {
  manifestVersion: 1,
  file: 'backup.ndjson',
  bytes: 1234,
  sha256: 'ab'.repeat(32),
  host: 'contoso.api.wcus.digitaltwins.azure.net',
  startedAt: '2026-01-02T03:04:05.000Z',
  finishedAt: '2026-01-02T03:05:06.000Z',
  madeBy: 'digital-twins-maintenance 0.1.0',
  traceId: 'cd'.repeat(16),
  counts: { inFile: contents, before: contents, after: contents },
  differences: [],
  queryCharge: 1.5,
  decommissionedModels: ['dtmi:a;1', 'dtmi:b;2'],
  notInFile: { eventRoutes: [{ id: 'r', endpointName: 'e' }], endpoints: 'e', roleAssignments: 'r', others: 'o' },
};

/** Reads the manifest of a backup beside which this stands. */
async function readBeside(test: TestContext, content: string | Buffer): Promise<KnownOfBackup | undefined> {
  const file = join(await temporaryFolder(test), 'backup.ndjson');
  await writeFile(manifestPath(file), content);
  return readManifest(file);
}

describe('The manifest of a backup', () => {
  it('says what a restore wants to know', async (test) => {
    const { host, finishedAt, sha256, decommissionedModels } = manifest;
    assert.deepEqual(await readBeside(test, `${JSON.stringify(manifest, undefined, 2)}\n`), {
      host,
      finishedAt,
      sha256,
      decommissionedModels,
    });
  });

  it('may say less', async (test) => {
    const nothing = { host: undefined, finishedAt: undefined, sha256: undefined, decommissionedModels: [] };
    assert.deepEqual({ ...nothing, ...(await readBeside(test, '{}')) }, nothing);
    assert.deepEqual(
      {
        ...nothing,
        ...(await readBeside(test, '{"host":7,"finishedAt":null,"sha256":["x"],"decommissionedModels":"y"}')),
      },
      nothing,
    );
  });

  it('may say more, as a later version would', async (test) => {
    const later = { ...manifest, manifestVersion: 2, more: { of: 'it' } };
    assert.deepEqual(
      (await readBeside(test, JSON.stringify(later)))?.decommissionedModels,
      manifest.decommissionedModels,
    );
  });

  it('need not be there', async (test) => {
    assert.equal(await readManifest(join(await temporaryFolder(test), 'backup.ndjson')), undefined);
  });

  it('is as if it were not there when nothing of it can be understood', async (test) => {
    const whole = JSON.stringify(manifest);
    for (const content of [
      '',
      'null',
      '7',
      '"text"',
      '{',
      whole.slice(0, whole.length / 2),
      Buffer.from([0xff, 0x00, 0xfe]),
    ]) {
      assert.equal(await readBeside(test, content), undefined, String(content));
    }
  });

  it('fails when it is there and can not be read', async (test) => {
    const file = join(await temporaryFolder(test), 'backup.ndjson');
    await mkdir(manifestPath(file));
    await assert.rejects(readManifest(file), {
      name: 'LocalFileError',
      code: 'EISDIR',
      path: manifestPath(file),
      attempt: 'read',
    });
  });
});
