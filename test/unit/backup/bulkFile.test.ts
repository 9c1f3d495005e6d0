import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  failuresPath,
  fileExtension,
  limits,
  manifestPath,
  sectionLine,
  sections,
  suggestedName,
} from '../../../src/backup/bulkFile.ts';

describe('The format of bulk imports', () => {
  it('has four sections in an order of its own', () => {
    assert.deepEqual(sections.map(sectionLine), [
      '{"Section":"Header"}',
      '{"Section":"Models"}',
      '{"Section":"Twins"}',
      '{"Section":"Relationships"}',
    ]);
  });

  it('takes what the service takes at the most', () => {
    assert.deepEqual(limits, {
      models: 10_000,
      twins: 2_000_000,
      relationships: 10_000_000,
      modelBytes: 1_048_576,
      itemBytes: 32_768,
      textBytes: 4_096,
      idLength: 128,
    });
  });
});

describe('A backup', () => {
  it('has its manifest and its failures beside it', () => {
    assert.equal(manifestPath('/backups/a.ndjson'), '/backups/a.ndjson.manifest.json');
    assert.equal(failuresPath('/backups/a.ndjson'), '/backups/a.ndjson.errors.ndjson');
  });

  it('is named after the instance and the second in UTC', () => {
    assert.equal(suggestedName('contoso', Date.UTC(2026, 0, 2, 3, 4, 5, 999)), 'contoso-2026-01-02T03-04-05Z.ndjson');
  });

  it('has a name that every file system takes, and that sorts by time', () => {
    const names = [0, 1000, Date.UTC(2026, 10, 9), Date.UTC(2026, 10, 10)].map((time) => suggestedName('a', time));
    names.forEach((name) => {
      assert.doesNotMatch(name, /[<>:"/\\|?*\s]/);
      assert.ok(name.endsWith(fileExtension));
    });
    assert.deepEqual(names.toSorted(), names);
  });
});
