import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { validate, withManifest, type Validation } from '../../../src/backup/validation.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';

const never = new AbortController().signal;

/** Validates a file of these lines. */
async function validated(test: TestContext, lines: string | Buffer | readonly string[]): Promise<Validation> {
  const path = join(await temporaryFolder(test), 'backup.ndjson');
  await writeFile(path, Array.isArray(lines) ? lines.map((line) => `${line}\n`).join('') : (lines as string | Buffer));
  return validate(path, never);
}

/** Problems as `line severity: message`. */
function told({ problems }: Validation): string[] {
  return problems.map(({ line, severity, message }) => `${line} ${severity}: ${message}`);
}

const header = ['{"Section": "Header"}', '{"fileVersion": "1.0.0", "author": "someone", "organization": "contoso"}'];
const models = '{"Section": "Models"}';
const twins = '{"Section": "Twins"}';
const relationships = '{"Section": "Relationships"}';

const model = (id: string, members: object = {}): string =>
  JSON.stringify({ '@id': id, '@type': 'Interface', '@context': 'dtmi:dtdl:context;3', ...members });
const twin = (id: string, members: object = {}, ofModel = 'dtmi:m;1'): string =>
  JSON.stringify({ $dtId: id, $metadata: { $model: ofModel }, ...members });
const relationship = (source: string, id: string, target: string, members: object = {}): string =>
  JSON.stringify({
    $dtId: source,
    $relationshipId: id,
    $targetId: target,
    $relationshipName: 'relationship',
    ...members,
  });

/** A file whose 4th line and those after it are models. */
const withModels = (...lines: string[]): string[] => [...header, models, ...lines];

/** A file whose 6th line and those after it are twins; those of the model dtmi:m;1 have theirs. */
const withTwins = (...lines: string[]): string[] => [...withModels(model('dtmi:m;1')), twins, ...lines];

/** A file whose 9th line and those after it are relationships, between the twins a and b. */
const withRelationships = (...lines: string[]): string[] => [
  ...withTwins(twin('a'), twin('b')),
  relationships,
  ...lines,
];

/** A file as the service makes its own samples: models in a ring, maps, and one name for all relationships. */
function sample(count: number): string[] {
  const each = <T>(make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
  const modelId = (index: number): string => `dtmi:com:example:Kind${index % 10};1`;
  return [
    ...header,
    models,
    ...Array.from({ length: 10 }, (_, index) =>
      model(modelId(index), {
        displayName: `Kind ${index}`,
        contents: [
          { '@type': 'Relationship', name: 'relationship', target: modelId(index + 1) },
          { '@type': 'Property', name: 'level', schema: 'double' },
          {
            '@type': 'Property',
            name: 'tags',
            schema: {
              '@type': 'Map',
              mapKey: { name: 'k', schema: 'string' },
              mapValue: { name: 'v', schema: 'string' },
            },
          },
        ],
      }),
    ),
    twins,
    ...each((index) =>
      twin(
        `twin-${index}`,
        { level: index / 2, tags: { $metadata: 'x', Section: 'Twins', 'ü\u2028': '😀' } },
        modelId(index),
      ),
    ),
    relationships,
    ...each((index) =>
      relationship(`twin-${index}`, `relationship-${index}`, `twin-${(index + 1) % count}`, { since: '2026' }),
    ),
  ];
}

describe('A valid file', () => {
  for (const [how, text] of [
    ['with LF', `${sample(25).join('\n')}\n`],
    ['with CRLF', `${sample(25).join('\r\n')}\r\n`],
    ['with a byte order mark', `\ufeff${sample(25).join('\n')}\n`],
    ['with a byte order mark, CRLF, and no end of its last line', `\ufeff${sample(25).join('\r\n')}`],
    ['with lines that have no text', `\n${sample(25).join('\n\n')}\n \t\n`],
  ] as const) {
    it(`has no problem, ${how}`, async (test) => {
      const { modelIds, twice, errorsButInBackup, ...found } = await validated(test, text);
      assert.deepEqual(found, {
        problems: [],
        errors: 0,
        warnings: 0,
        contents: { models: 10, twins: 25, relationships: 25 },
        sha256: createHash('sha256').update(text).digest('hex'),
        bytes: Buffer.byteLength(text),
      });
      assert.deepEqual([twice, errorsButInBackup], [{ models: 0, twins: 0, relationships: 0 }, 0]);
      assert.equal(modelIds.size, 10);
      assert.ok(modelIds.has('dtmi:com:example:Kind9;1'));
    });
  }

  for (const [what, lines, contents] of [
    ['a header alone', header, { models: 0, twins: 0, relationships: 0 }],
    ['sections without items', [...header, models, twins, relationships], { models: 0, twins: 0, relationships: 0 }],
    ['models alone', withModels(model('dtmi:a;1')), { models: 1, twins: 0, relationships: 0 }],
    [
      'a header of a later version of the same kind',
      [header[0] ?? '', '{"fileVersion":"1.1.0"}'],
      { models: 0, twins: 0, relationships: 0 },
    ],
    [
      'a header that says more',
      [header[0] ?? '', '{"fileVersion":"1.0.0","more":{"of":"it"}}'],
      { models: 0, twins: 0, relationships: 0 },
    ],
  ] as const) {
    it(`may have ${what}`, async (test) => {
      const found = await validated(test, lines);
      assert.deepEqual(told(found), []);
      assert.deepEqual(found.contents, contents);
    });
  }

  it('may have twins as queries give them', async (test) => {
    const time = '2026-01-02T03:04:05.1234567Z';
    const given = JSON.stringify({
      $dtId: 'a',
      $etag: 'W/"1"',
      level: 1,
      part: { $metadata: { $lastUpdateTime: time } },
      $metadata: { $model: 'dtmi:m;1', $lastUpdateTime: time, level: { lastUpdateTime: time } },
    });
    assert.deepEqual(told(await validated(test, withTwins(given))), []);
  });

  it('may have a twin with a property of the name Section', async (test) => {
    const found = await validated(
      test,
      withTwins('{"Section":"Models","$dtId":"a","$metadata":{"$model":"dtmi:m;1"}}'),
    );
    assert.deepEqual(told(found), []);
    assert.equal(found.contents.twins, 1);
  });
});

describe('A file that can not be read', () => {
  it('fails with its path where it is not there', async (test) => {
    const path = join(await temporaryFolder(test), 'none.ndjson');
    await assert.rejects(validate(path, never), { name: 'LocalFileError', code: 'ENOENT', path, attempt: 'read' });
  });

  it('fails where it is a folder', async (test) => {
    const path = join(await temporaryFolder(test), 'folder.ndjson');
    await mkdir(path);
    await assert.rejects(validate(path, never), { name: 'LocalFileError', code: 'EISDIR', path });
  });

  it('is given up with the reason of the signal', async (test) => {
    const path = join(await temporaryFolder(test), 'backup.ndjson');
    await writeFile(path, sample(10).join('\n'));
    const reason = new Error('Enough');
    await assert.rejects(validate(path, AbortSignal.abort(reason)), (error) => error === reason);
  });
});

describe('Progress of a validation', () => {
  it('is told as a share that only grows', async (test) => {
    const path = join(await temporaryFolder(test), 'backup.ndjson');
    const lines = sample(5000);
    await writeFile(path, lines.join('\n'));
    const shares: number[] = [];
    await validate(path, never, (share) => shares.push(share));
    assert.equal(shares.length, Math.floor(lines.length / 1000));
    assert.ok(shares.every((share) => share > 0 && share <= 1));
    assert.deepEqual(
      shares.toSorted((one, other) => one - other),
      shares,
    );
    // Not all of it is read before the first is told.
    assert.ok((shares[0] ?? 1) < 0.9, String(shares[0]));
  });

  it('can be followed to give it up', async (test) => {
    const path = join(await temporaryFolder(test), 'backup.ndjson');
    await writeFile(path, sample(5000).join('\n'));
    const stop = new AbortController();
    const reason = new Error('Enough');
    let calls = 0;
    const giveUp = (): void => {
      calls += 1;
      stop.abort(reason);
    };
    await assert.rejects(validate(path, stop.signal, giveUp), (error) => error === reason);
    assert.equal(calls, 1);
  });
});

/** What is said of the lines of a file; each message is told in full, or as far as it is ours. */
interface Rule {
  readonly that: string;
  readonly lines: string | Buffer | readonly string[];
  readonly says: readonly (string | RegExp)[];
}

function checks(subject: string, rules: readonly Rule[]): void {
  describe(subject, () => {
    for (const { that, lines, says } of rules) {
      it(that, async (test) => {
        const found = await validated(test, lines);
        const problems = told(found);
        assert.equal(problems.length, says.length, problems.join('\n'));
        says.forEach((each, index) => {
          const problem = problems[index] ?? '';
          if (typeof each === 'string') {
            assert.equal(problem, each);
          } else {
            assert.match(problem, each);
          }
        });
        const errors = problems.filter((problem) => problem.includes(' error: ')).length;
        assert.deepEqual([found.errors, found.warnings], [errors, problems.length - errors]);
      });
    }
  });
}

const noHeader = 'The file does not begin with the section Header: {"Section":"Header"}';
const order = 'The order is Header, Models, Twins, Relationships.';

checks('A line', [
  {
    that: 'is JSON',
    lines: withTwins(twin('a'), '{"$dtId":"b"', twin('c')),
    says: [/^7 error: This line is not JSON: ./],
  },
  {
    that: 'is one JSON value',
    lines: withTwins(`${twin('a')}${twin('b')}`),
    says: [/^6 error: This line is not JSON: ./],
  },
  {
    that: 'of a section is an object',
    lines: withTwins('[]', 'null', '7', '"text"', 'true'),
    says: [6, 7, 8, 9, 10].map((line) => `${line} error: An item is a JSON object.`),
  },
  {
    that: 'is in UTF-8, as far as can be told',
    lines: Buffer.concat([
      Buffer.from([...withTwins(), '{"$dtId":"a","$metadata":{"$model":"dtmi:m;1"},"p":"'].join('\n')),
      Buffer.from([0xfc]),
      Buffer.from('"}\n'),
    ]),
    says: ['6 warning: There is a replacement character (U+FFFD) here: the file may not be in UTF-8.'],
  },
]);

checks('The sections of a file', [
  { that: 'are some', lines: '', says: ['1 error: backup.ndjson is empty: it has no section.'] },
  {
    that: 'are not lines without text',
    lines: '\n \n\t\n',
    says: ['1 error: backup.ndjson is empty: it has no section.'],
  },
  { that: 'begin with the header', lines: [models, model('dtmi:a;1'), twins], says: [`1 error: ${noHeader}`] },
  {
    that: 'are not looked for in a file of items alone, which is said once',
    lines: ['', twin('a'), twin('b'), '7'],
    says: [`2 error: ${noHeader}`],
  },
  { that: 'come before any item', lines: [twin('a'), ...header], says: [`1 error: ${noHeader}`] },
  {
    that: 'have names that are known',
    lines: [...header, '{"Section":"Twin"}', '{"Section":7}'],
    says: [
      '3 error: "Twin" is no section. There are: Header, Models, Twins, Relationships.',
      '4 error: 7 is no section. There are: Header, Models, Twins, Relationships.',
    ],
  },
  {
    that: 'come once',
    lines: [...withTwins(twin('a')), twins, twin('b')],
    says: ['7 error: The section Twins begins in line 5 already.'],
  },
  {
    that: 'come in their order',
    lines: [...header, twins, models, model('dtmi:a;1')],
    says: [`4 error: The section Models comes after Twins. ${order}`],
  },
  {
    that: 'have the header first, and not in the middle',
    lines: [twins, ...header],
    says: [`1 error: ${noHeader}`, `2 error: The section Header comes after Twins. ${order}`],
  },
]);

checks('The header', [
  {
    that: 'has a line',
    lines: ['', header[0] ?? '', models],
    says: ['2 error: The section Header has no line with the version of the file.'],
  },
  {
    that: 'has one line only',
    lines: [...header, header[1] ?? '', '{}'],
    says: ['3 error: The section Header has one line only.', '4 error: The section Header has one line only.'],
  },
  ...['{}', '{"fileVersion":1}', '{"FileVersion":"1.0.0"}'].map((line) => ({
    that: `needs the version of the file, which is not in ${line}`,
    lines: [header[0] ?? '', line],
    says: ['2 error: The header needs a fileVersion, such as "1.0.0".'],
  })),
  {
    that: 'may have a version that is not known, at the risk of the person',
    lines: [header[0] ?? '', '{"fileVersion":"2.0.0"}'],
    says: ['2 warning: The version of the file is "2.0.0"; this extension knows 1.0.0.'],
  },
]);

const noId = (had: string): string =>
  `4 error: A model needs an "@id" that is a DTMI, such as dtmi:com:example:Room;1. It has ${had}.`;

checks('A model', [
  { that: 'has an id', lines: withModels('{"@type":"Interface"}'), says: [noId('none')] },
  { that: 'has an id that is a text', lines: withModels('{"@type":"Interface","@id":7}'), says: [noId('7')] },
  ...[
    '',
    'room',
    'dtmi:',
    'dtmi:1a;1',
    'dtmi:a b;1',
    'dtmi:a;0',
    'dtmi:a;01',
    'dtmi:a:;1',
    'dtmi:a;1;2',
    'DTMI:a;1',
    'xdtmi:a;1',
    'dtmi:ä;1',
  ].map((id) => ({
    that: `has an id that is no ${JSON.stringify(id)}`,
    lines: withModels(model(id)),
    says: [noId(`"${id}"`)],
  })),
  ...['dtmi:a;1', 'dtmi:a', 'dtmi:a:b_c:_D9;123456789', 'dtmi:a;1.2', `dtmi:${'a'.repeat(121)};1`].map((id) => ({
    that: `may have the id ${id}`,
    lines: withModels(model(id)),
    says: [],
  })),
  {
    that: 'has an id of 128 characters at the most',
    lines: withModels(model(`dtmi:${'a'.repeat(122)};1`)),
    says: [/^4 error: A model needs an "@id" that is a DTMI, .* It has "dtmi:a+;1"\.$/],
  },
  ...['{"@id":"dtmi:a;1"}', '{"@id":"dtmi:a;1","@type":"Property"}', '{"@id":"dtmi:a;1","@type":[]}'].map((line) => ({
    that: `is an interface, and not ${line}`,
    lines: withModels(line),
    says: ['4 error: The model dtmi:a;1 is no DTDL interface: its "@type" is not Interface.'],
  })),
  {
    that: 'is told from an entry of the list of models',
    lines: withModels(
      JSON.stringify({ id: 'dtmi:a;1', decommissioned: false, model: { '@id': 'dtmi:a;1', '@type': 'Interface' } }),
    ),
    says: [
      '4 error: This is a model as the service lists it. The file takes the DTDL interface alone, which is in "model".',
    ],
  },
  {
    that: 'has 1 MiB at the most',
    lines: withModels(
      model('dtmi:a;1', { comment: 'x'.repeat(1024 * 1024 - model('dtmi:a;1', { comment: '' }).length) }),
    ),
    says: [],
  },
  {
    that: 'has no byte more, of which a character may have several',
    lines: withModels(
      model('dtmi:a;1', { comment: 'x'.repeat(1024 * 1024 + 1 - model('dtmi:a;1', { comment: '' }).length) }),
      model('dtmi:b;1', { comment: 'é'.repeat(600_000) }),
    ),
    says: [
      '4 error: The model dtmi:a;1 has 1048577 bytes. The service takes 1048576.',
      /^5 error: The model dtmi:b;1 has 12000\d\d bytes\. The service takes 1048576\.$/,
    ],
  },
  {
    that: 'is in the file once, and the line of the first is named',
    lines: withModels(model('dtmi:a;1'), model('dtmi:b;1'), model('dtmi:a;1'), model('dtmi:a;1'), model('dtmi:a;2')),
    says: ['6 error: The model dtmi:a;1 is in line 4 already.', '7 error: The model dtmi:a;1 is in line 4 already.'],
  },
  {
    that: 'may extend and contain what comes behind it',
    lines: withModels(
      model('dtmi:a;1', { extends: 'dtmi:b;1', contents: [{ '@type': 'Component', name: 'c', schema: 'dtmi:c;1' }] }),
      model('dtmi:b;1'),
      model('dtmi:c;1'),
    ),
    says: [],
  },
  {
    that: 'may extend and contain what stands within models of the file',
    lines: withModels(
      model('dtmi:a;1', {
        contents: [{ '@type': 'Component', name: 'c', schema: { '@id': 'dtmi:c;1', '@type': 'Interface' } }],
      }),
      model('dtmi:b;1', { extends: 'dtmi:c;1' }),
    ),
    says: [],
  },
  {
    that: 'needs those that it extends or contains, if not of the file then of the instance',
    lines: withModels(
      model('dtmi:a;1', { extends: 'dtmi:x;1', contents: [{ '@type': 'Component', name: 'c', schema: 'dtmi:y;1' }] }),
      model('dtmi:b;1', { extends: ['dtmi:x;1', 'dtmi:a;1'] }),
    ),
    says: [
      '4 warning: The model dtmi:a;1 extends or contains "dtmi:x;1", which is not in this file: the instance must have it.',
      '4 warning: The model dtmi:a;1 extends or contains "dtmi:y;1", which is not in this file: the instance must have it.',
      '5 warning: The model dtmi:b;1 extends or contains "dtmi:x;1", which is not in this file: the instance must have it.',
    ],
  },
  {
    that: 'does not need the targets of its relationships',
    lines: withModels(model('dtmi:a;1', { contents: [{ '@type': 'Relationship', name: 'r', target: 'dtmi:none;1' }] })),
    says: [],
  },
  {
    that: 'does not extend itself',
    lines: withModels(model('dtmi:z;1'), model('dtmi:a;1', { extends: 'dtmi:a;1' })),
    says: ['5 error: Models extend or contain each other in a circle: dtmi:a;1.'],
  },
  {
    that: 'does not contain itself',
    lines: withModels(model('dtmi:a;1', { contents: [{ '@type': 'Component', name: 'c', schema: 'dtmi:a;1' }] })),
    says: ['4 error: Models extend or contain each other in a circle: dtmi:a;1.'],
  },
  {
    that: 'does not extend one that extends it',
    lines: withModels(model('dtmi:a;1', { extends: 'dtmi:b;1' }), model('dtmi:b;1', { extends: 'dtmi:a;1' })),
    says: [/^[45] error: Models extend or contain each other in a circle: (dtmi:a;1, dtmi:b;1|dtmi:b;1, dtmi:a;1)\.$/],
  },
  {
    that: 'does not contain itself by way of others',
    lines: withModels(
      model('dtmi:a;1', { extends: 'dtmi:b;1' }),
      model('dtmi:b;1', { contents: [{ '@type': 'Component', name: 'c', schema: 'dtmi:c;1' }] }),
      model('dtmi:c;1', { extends: ['dtmi:a;1'] }),
      model('dtmi:d;1', { extends: 'dtmi:a;1' }),
    ),
    says: [/^[456] error: Models extend or contain each other in a circle: (dtmi:[abc];1(, )?){3}\.$/],
  },
]);

const characters = "- . + % _ # * ? ! ( ) , = @ $ '";
const noItemId = (line: number, what: string, key: string, had: string): string =>
  `${line} error: A ${what} needs ${key}: a text. It has ${had}.`;
const badId = (line: number, shown: string): string =>
  `${line} error: "${shown}" can't be an id: 1 to 128 letters, digits and ${characters}`;

checks('A twin', [
  {
    that: 'has an id',
    lines: withTwins('{"$metadata":{"$model":"dtmi:m;1"}}'),
    says: [noItemId(6, 'twin', '$dtId', 'none')],
  },
  ...[7, null, '', ['a']].map((id) => ({
    that: `has an id that is a text, and not ${JSON.stringify(id)}`,
    lines: withTwins(JSON.stringify({ $dtId: id, $metadata: { $model: 'dtmi:m;1' } })),
    says: [noItemId(6, 'twin', '$dtId', JSON.stringify(id))],
  })),
  ...['a b', 'ä', 'a/b', 'a:b', 'a\\b', '<a>', 'a&b', 'a;b', '{a}', '~'].map((id) => ({
    that: `has an id of letters, digits and some characters, and not ${id}`,
    lines: withTwins(twin(id)),
    says: [badId(6, id)],
  })),
  {
    that: 'may have an id of all the characters there are',
    lines: withTwins(twin(`aZ09${characters.replaceAll(' ', '')}`)),
    says: [],
  },
  { that: 'may have an id of 128 characters', lines: withTwins(twin('x'.repeat(128))), says: [] },
  { that: 'has no id of 129 characters', lines: withTwins(twin('x'.repeat(129))), says: [badId(6, 'x'.repeat(129))] },
  {
    that: 'is in the file once, and the line of the first is named',
    lines: withTwins(twin('a'), twin('A'), '', twin('b'), twin('a'), twin('a')),
    says: ['10 error: The twin "a" is in line 6 already.', '11 error: The twin "a" is in line 6 already.'],
  },
  ...[
    '{"$dtId":"a"}',
    '{"$dtId":"a","$metadata":{}}',
    '{"$dtId":"a","$metadata":"dtmi:m;1"}',
    '{"$dtId":"a","$metadata":{"$model":7}}',
  ].map((line) => ({
    that: `has a model, which is not in ${line}`,
    lines: withTwins(line),
    says: ['6 error: The twin "a" needs a "$metadata" with "$model", the id of its model.'],
  })),
  {
    that: 'has a model that is in the file or in the instance, which is said once for each model',
    lines: withTwins(
      twin('a', {}, 'dtmi:x;1'),
      twin('b', {}, 'dtmi:x;1'),
      twin('c', {}, 'dtmi:y;1'),
      twin('d'),
      twin('e', {}, 'dtmi:x;1'),
    ),
    says: ['dtmi:x;1', 'dtmi:y;1'].map(
      (id, index) =>
        `${6 + 2 * index} warning: The model "${id}" of this twin, and maybe of others, is not in this file: the instance must have it.`,
    ),
  },
  {
    that: 'has 32 KiB at the most',
    lines: withTwins(
      ...[0, 1].map((more) => twin(`a${more}`, { p: texts(32 * 1024 + more - twin('a0', { p: texts(0) }).length) })),
    ),
    says: ['7 error: The twin "a1" has 32769 bytes. The service takes 32768.'],
  },
  {
    that: 'has texts of 4 KiB at the most, in bytes and not in characters',
    lines: withTwins(
      twin('a', { p: 'x'.repeat(4096), q: 'é'.repeat(2048) }),
      twin('b', { p: 'x'.repeat(4097) }),
      twin('c', { map: { deep: [{ text: 'é'.repeat(2049) }, 'short'] } }),
      twin('d', { p: '€'.repeat(1366) }),
    ),
    says: [
      '7 error: The twin "b" has a text of 4097 bytes. The service takes 4096.',
      '8 error: The twin "c" has a text of 4098 bytes. The service takes 4096.',
      '9 error: The twin "d" has a text of 4098 bytes. The service takes 4096.',
    ],
  },
  {
    that: 'is named in a way that hides nothing and is not too long',
    lines: withTwins(twin('a\u202eb'), twin('x'.repeat(1000)), '{"$dtId":["\u200b"]}'),
    says: [badId(6, 'a\\u202eb'), badId(7, `${'x'.repeat(150)}…`), noItemId(8, 'twin', '$dtId', '["\\u200b"]')],
  },
]);

/** Texts that are none too long, and take so many characters of JSON between the brackets. */
function texts(length: number): string[] {
  const all: string[] = [];
  for (let left = length; left > 0; left -= 1003) {
    if (left < 2000) {
      return [...all, 'x'.repeat(left - 2)];
    }
    all.push('x'.repeat(1000));
  }
  return all;
}

checks('A relationship', [
  {
    that: 'names its source in $dtId, and not in $sourceId as query results do',
    lines: withRelationships(
      JSON.stringify({ $sourceId: 'a', $relationshipId: 'r', $targetId: 'b', $relationshipName: 'x', $etag: 'W/"1"' }),
    ),
    says: [
      '9 error: A relationship names its source twin in "$dtId". This one has "$sourceId", as query results have, which import jobs refuse.',
    ],
  },
  ...['$dtId', '$relationshipId', '$targetId'].flatMap((key) => [
    {
      that: `has ${key}`,
      lines: withRelationships(relationship('a', 'r', 'b', { [key]: undefined })),
      says: [noItemId(9, 'relationship', key, 'none')],
    },
    {
      that: `has ${key} that is a text`,
      lines: withRelationships(relationship('a', 'r', 'b', { [key]: 7 })),
      says: [noItemId(9, 'relationship', key, '7')],
    },
    {
      that: `has ${key} that can be an id`,
      lines: withRelationships(relationship('a', 'r', 'b', { [key]: 'a/b' })),
      says: [badId(9, 'a/b')],
    },
  ]),
  ...[undefined, '', 7].map(($relationshipName) => ({
    that: `has a name, and not ${JSON.stringify({ $relationshipName })}`,
    lines: withRelationships(relationship('a', 'r', 'b', { $relationshipName })),
    says: ['9 error: The relationship "r" of "a" needs a "$relationshipName".'],
  })),
  {
    that: 'is in the file once for its source, and the line of the first is named',
    lines: withRelationships(
      relationship('a', 'r', 'b'),
      relationship('b', 'r', 'a'),
      relationship('a', 'R', 'b'),
      relationship('a', 'r', 'b', { $relationshipName: 'other' }),
    ),
    says: ['12 error: The relationship "r" of "a" is in line 9 already.'],
  },
  {
    that: 'does not lead to its own source',
    lines: withRelationships(relationship('a', 'r', 'a')),
    says: ['9 error: The relationship "r" leads from "a" to itself. The service refuses that.'],
  },
  {
    that: 'needs twins that are in the file or in the instance',
    lines: withRelationships(relationship('a', 'r', 'x'), relationship('y', 'r', 'b'), relationship('y', 's', 'z')),
    says: [
      '9 warning: The twin "x" is not in this file: the instance must have it.',
      '10 warning: The twin "y" is not in this file: the instance must have it.',
      '11 warning: The twin "y" is not in this file: the instance must have it.',
      '11 warning: The twin "z" is not in this file: the instance must have it.',
    ],
  },
  {
    that: 'that leads from a missing twin to itself says once that it is missing',
    lines: withRelationships(relationship('x', 'r', 'x')),
    says: [
      '9 error: The relationship "r" leads from "x" to itself. The service refuses that.',
      '9 warning: The twin "x" is not in this file: the instance must have it.',
    ],
  },
  {
    that: 'has 32 KiB at the most, and texts of 4 KiB',
    lines: withRelationships(
      relationship('a', 'r', 'b', { p: texts(40_000) }),
      relationship('a', 's', 'b', { p: 'x'.repeat(4097) }),
    ),
    says: [
      /^9 error: The relationship "r" of "a" has 40\d\d\d bytes\. The service takes 32768\.$/,
      '10 error: The relationship "s" of "a" has a text of 4097 bytes. The service takes 4096.',
    ],
  },
]);

describe('A file that is as a backup has left it', () => {
  const asBackedUp = (found: Validation): Validation =>
    withManifest(found, { sha256: found.sha256, decommissionedModels: [] });

  it('is known by the checksum in its manifest', async (t) => {
    const found = await validated(t, withTwins(twin('a'), twin('a')));
    assert.equal(withManifest(found, undefined), found);
    assert.equal(withManifest(found, { decommissionedModels: [] }), found);
    assert.equal(withManifest(found, { sha256: '0'.repeat(64), decommissionedModels: [] }), found);
    assert.equal(asBackedUp(found).errors, 0);
  });

  it('has warnings where an item is twice, and holds it once', async (t) => {
    const found = await validated(t, [
      ...withModels(model('dtmi:m;1'), model('dtmi:m;1')),
      ...[twins, twin('a'), twin('b'), twin('a', { p: 2 }), twin('a')],
      ...[relationships, relationship('a', 'r', 'b'), relationship('a', 'r', 'b')],
    ]);
    assert.equal(found.errors, 4);
    assert.deepEqual(found.twice, { models: 1, twins: 2, relationships: 1 });
    const validation = asBackedUp(found);
    const meaning =
      'It was written to or moved from page to page while the backup was made: restoring takes the first.';
    assert.deepEqual(told(validation), [
      `5 warning: The model dtmi:m;1 is in line 4 already. ${meaning}`,
      `9 warning: The twin "a" is in line 7 already. ${meaning}`,
      `10 warning: The twin "a" is in line 7 already. ${meaning}`,
      `13 warning: The relationship "r" of "a" is in line 12 already. ${meaning}`,
    ]);
    assert.deepEqual(validation.contents, { models: 1, twins: 2, relationships: 1 });
    assert.deepEqual([validation.errors, validation.warnings], [0, 4]);
    assert.deepEqual(asBackedUp(validation), validation);
  });

  it('has warnings where an item is not what is known of the service', async (t) => {
    const long = 'x'.repeat(5000);
    const found = await validated(t, [
      ...withModels(model('no-dtmi'), JSON.stringify({ '@id': 'dtmi:n;1', '@type': 'Other' }), model('dtmi:m;1')),
      ...[
        twins,
        twin('a'),
        twin('b c'),
        twin('d', { long }),
        twin('e', { a: 'y'.repeat(20_000), b: 'z'.repeat(20_000) }),
      ],
      ...[relationships, relationship('a', 'r', 'a'), relationship('a', 'ü', 'd')],
    ]);
    const validation = asBackedUp(found);
    assert.deepEqual([found.errors, found.warnings], [8, 0]);
    assert.deepEqual([validation.errors, validation.warnings], [0, 8]);
    const meaning = 'The instance had it so: a restore lists it if the service does not take it again, and goes on.';
    for (const [index, { message, severity }] of validation.problems.entries()) {
      assert.equal(severity, 'warning');
      assert.equal(message, `${found.problems[index]?.message ?? ''} ${meaning}`);
    }
    assert.deepEqual(validation.contents, found.contents);
  });

  it('has errors where nothing can be made of a line', async (t) => {
    const found = await validated(t, [
      ...withTwins('{"$dtId":"a"', '[]', '{"$metadata":{"$model":"dtmi:m;1"}}', twin('.'), twin('a', {}, 7 as never)),
      ...['{"Section":"Other"}', relationships, '{"$dtId":"a"}', twins],
    ]);
    assert.equal(found.errors, 8);
    assert.deepEqual(asBackedUp(found), found);
  });

  it('has its warnings counted beyond those that are kept', async (t) => {
    const lines = Array.from({ length: 700 }, () => twin('a'));
    const found = asBackedUp(await validated(t, withTwins(...lines)));
    assert.deepEqual([found.errors, found.warnings, found.problems.length], [0, 699, 500]);
  });
});

describe('Many problems', () => {
  it('are counted in all, and the first 500 errors and 500 warnings kept', async (test) => {
    const found = await validated(test, [
      ...withTwins(),
      ...Array.from({ length: 600 }, (_, index) => twin(`bad id ${index}`)),
      ...Array.from({ length: 700 }, (_, index) => twin(`t${index}`, {}, `dtmi:m${index};9`)),
    ]);
    assert.deepEqual([found.errors, found.warnings, found.contents.twins], [600, 700, 1300]);
    const { problems } = found;
    assert.deepEqual(
      problems.map(({ line }) => line),
      Array.from({ length: 1000 }, (_, index) => (index < 500 ? 6 + index : 606 + index - 500)),
    );
    assert.ok(problems.every(({ severity }, index) => severity === (index < 500 ? 'error' : 'warning')));
  });

  it('are in the order of their lines, whenever they were found', async (test) => {
    const found = await validated(test, [
      ...withModels(
        model('dtmi:a;1', { extends: 'dtmi:none;1' }),
        model('dtmi:b;1', { extends: 'dtmi:b;1' }),
        model('bad'),
      ),
      twins,
      twin('a', {}, 'dtmi:other;1'),
      twin('bad id'),
    ]);
    assert.deepEqual(
      found.problems.map(({ line, severity }) => `${line} ${severity}`),
      ['4 warning', '5 error', '6 error', '8 warning', '9 error'],
    );
  });

  it('of an instance that is too small for the file are said once', async (test) => {
    const found = await validated(
      test,
      withModels(...Array.from({ length: 10_003 }, (_, index) => model(`dtmi:m${index};1`))),
    );
    assert.deepEqual(told(found), [
      '10004 warning: From here on there are more than 10,000 models: an import job takes no more.',
    ]);
    assert.equal(found.contents.models, 10_003);
  });
});

describe('One line of a valid file that is damaged', () => {
  it('is where the error is', async (test) => {
    const path = join(await temporaryFolder(test), 'backup.ndjson');
    const id = fc.stringMatching(/^[A-Za-z0-9\-.+%_#*?!(),=@$']{1,8}$/).filter((text) => !/^\.{1,2}$/.test(text));
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.constant({ Section: 'Twins' }),
      fc.constant([{}, '"}']),
    );
    const file = fc
      .record({
        ids: fc.uniqueArray(id, { minLength: 2, maxLength: 8 }),
        values: fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'Section'), value), { minLength: 8, maxLength: 8 }),
        modelCount: fc.integer({ min: 1, max: 4 }),
      })
      .map(({ ids, values, modelCount }) => [
        ...header,
        models,
        ...Array.from({ length: modelCount }, (_, index) => model(`dtmi:m;${index + 1}`)),
        twins,
        ...ids.map((each, index) => twin(each, values[index], `dtmi:m;${(index % modelCount) + 1}`)),
        relationships,
        ...ids.slice(1).map((each, index) => relationship(each, `r${index}`, ids[0] ?? '', values[index])),
      ]);
    const damage = fc.record({
      line: fc.nat(),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      crlf: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(file, damage, async (lines, { line, at, crlf }) => {
        const write = (content: readonly string[]): Promise<void> =>
          writeFile(path, content.join(crlf ? '\r\n' : '\n'));
        await write(lines);
        assert.deepEqual((await validate(path, never)).problems, []);

        const damaged = line % lines.length;
        const whole = lines[damaged] ?? '';
        // In the middle: something of it is left, and something is missing.
        const cut = whole.slice(0, 1 + Math.floor(at * (whole.length - 1)));
        await write(lines.with(damaged, cut));
        const { problems } = await validate(path, never);
        const wrong = problems.filter(({ severity }) => severity === 'error');
        assert.ok(
          wrong.some((error) => error.line === damaged + 1 && error.message.startsWith('This line is not JSON')),
          JSON.stringify(problems),
        );
        // Where what is damaged begins a section or is the header, it is missed elsewhere as well.
        const isItem = damaged > 2 && !whole.startsWith('{"Section":');
        assert.ok(!isItem || wrong.length === 1, JSON.stringify(problems));
      }),
      { numRuns: 300 },
    );
  });
});
