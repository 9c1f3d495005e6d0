import assert from 'node:assert/strict';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from '../row.ts';
import type { Stage } from '../stage.ts';
import { errorBody, group } from './expected.ts';

/** Requests of a backup that nothing is wrong with: a look and two counts, the models, twins and relationships, the routes. */
const backedUp = 'look, count ×2, GET /models, POST /query ×2, GET /eventroutes';

/** Requests before the first item is created: a look, and which models there are. */
const lookedAt = 'look, GET /models';

const query = { method: 'POST', path: '/query' };
const putTwin = { method: 'PUT', path: '/digitaltwins/*' };

const made =
  /^localhost is backed up to backup\.ndjson \(\d+ s\): 9 models, 20 twins and 22 relationships\. Its manifest is beside it\.$/;
const backupButtons = ['Open Manifest', 'Show Log'];

async function backupPath({ machine }: Stage): Promise<string> {
  const folder = join(machine.folder, '..', 'backups');
  await mkdir(folder, { recursive: true });
  return join(folder, 'backup.ndjson');
}

async function filesOf(stage: Stage): Promise<string[]> {
  return (await readdir(join(await backupPath(stage), '..'))).sort();
}

/** A backup is made all the same, and is whole. */
function whole(fault: string, received: string, inject: NonNullable<Row['inject']>): Row {
  return {
    fault,
    stage: { simulator: { queryLagMs: 0 } },
    inject,
    play: async (stage) => stage.window.backUp(await backupPath(stage)),
    told: [{ text: made, buttons: backupButtons }],
    received,
    jobs: [],
    check: async (stage) => {
      assert.deepEqual(await filesOf(stage), ['backup.ndjson', 'backup.ndjson.manifest.json']);
      const lines = (await readFile(await backupPath(stage), 'utf8')).trimEnd().split('\n');
      assert.equal(lines.length, 5 + 9 + 20 + 22);
      assert.equal(new Set(lines).size, lines.length, 'an item is there twice');
    },
  };
}

/** No backup is made, and nothing of one is left. */
function none(fault: string, row: Pick<Row, 'told' | 'received'> & Partial<Row>): Row {
  return {
    fault,
    stage: { simulator: { queryLagMs: 0 } },
    play: async (stage) => stage.window.backUp(await backupPath(stage)),
    jobs: [],
    check: async (stage) => {
      assert.deepEqual(await filesOf(stage), []);
    },
    ...row,
  };
}

/** The look before a backup counts as well: what is to hit the pages comes after so many queries. */
function afterCounting(
  { simulator }: Stage,
  action: Parameters<Stage['simulator']['faults']['next']>[1],
  times = 1,
): void {
  // Two for the look, two for the count at the beginning of the backup.
  simulator.faults.next(query, { kind: 'delay', ms: 0 }, 4);
  simulator.faults.next(query, action, times);
}

/** Rows about backups. */
export const backups = group('While an instance is backed up', [
  whole(
    'A page is refused (429 with `Retry-After`), and the next one too (503)',
    `${backedUp}, POST /query ×2`,
    (stage) => {
      afterCounting(stage, { kind: 'respond', status: 429, headers: { 'Retry-After': '20' } });
      stage.simulator.faults.next(query, { kind: 'respond', status: 503, headers: { 'Retry-After': '5' } });
    },
  ),
  whole('The connection breaks in the middle of a page', `${backedUp}, POST /query`, (stage) => {
    afterCounting(stage, { kind: 'truncate', bytes: 2000 });
  }),
  whole('The connection breaks before and after a page is asked for', `${backedUp}, POST /query ×2`, (stage) => {
    afterCounting(stage, { kind: 'dropBefore' });
    stage.simulator.faults.next(query, { kind: 'dropAfter' });
  }),
  whole(
    'The service ends queries for more than 300 items after 60 s',
    `${backedUp}, POST /query ×4`,
    ({ simulator }) => {
      simulator.queryItemsInTime = 300;
    },
  ),
  whole('The sign-in is refused once on the way (401)', `${backedUp}, POST /query`, (stage) => {
    afterCounting(stage, { kind: 'respond', status: 401 });
  }),
  whole('The event routes are refused (403)', backedUp, ({ simulator }) => {
    simulator.faults.next({ path: '/eventroutes' }, { kind: 'respond', status: 403 });
  }),
  {
    ...whole('Somebody creates a twin meanwhile', backedUp, () => undefined),
    inject: ({ simulator }) => {
      simulator.faults.next({ path: '/eventroutes' }, { kind: 'delay', ms: 300 });
    },
    play: async (stage) => {
      const backup = stage.window.backUp(await backupPath(stage));
      await stage.until(() => stage.simulator.requests.some(({ path }) => path === '/eventroutes'), 'all pages');
      stage.simulator.instance.plantTwin('{"$dtId":"new","$metadata":{"$model":"dtmi:digitaltwins:sample:Room;1"}}');
      await backup;
    },
    told: [
      {
        text: /^localhost is backed up to backup\.ndjson .* The counts differ: twins: 20 before, 20 in the file, 21 after\. Someone wrote to the instance meanwhile, or query results lag behind, by up to 10 s\. To be sure, back up again when nothing writes to it\.$/,
        buttons: backupButtons,
      },
    ],
  },
  none('The disk is full', {
    play: async (stage) =>
      stage.window.backUp(await backupPath(stage), async (path, flags) => {
        const handle = await open(path, flags);
        // Of the twins: what came before has found room.
        let isFull = false;
        const append = handle.appendFile.bind(handle);
        handle.appendFile = (data) => {
          isFull ||= Buffer.from(data as Uint8Array).includes('building-1');
          return isFull
            ? Promise.reject(
                Object.assign(new Error('ENOSPC: no space left on device, write'), {
                  code: 'ENOSPC',
                  syscall: 'write',
                }),
              )
            : append(data);
        };
        return handle;
      }),
    told: [
      {
        text: /^localhost was not backed up\. \S+\.partial can't be written: the disk is full \(ENOSPC\)\. No backup was written, and the instance was not changed\. Make room, or choose another disk\.$/,
        buttons: ['Show Log'],
      },
    ],
    received: 'look, count, GET /models, POST /query ≥1',
  }),
  none('The folder is not there', {
    play: async (stage) => stage.window.backUp(join(await backupPath(stage), '..', 'missing', 'backup.ndjson')),
    told: [
      {
        text: /^localhost was not backed up\. \S+\.partial can't be written: the file or its folder is not there \(ENOENT\)\. No backup was written, and the instance was not changed\. Check the path, or choose another folder\.$/,
        buttons: ['Show Log'],
      },
    ],
    received: 'look',
  }),
  none('The query is refused (403)', {
    inject: (stage) => {
      afterCounting(stage, { kind: 'respond', status: 403 }, 2);
    },
    told: [
      {
        text: /^localhost was not backed up\. The signed-in account may not do this on localhost:\d+\. .* No backup was written, and the instance was not changed\. It needs the role "Azure Digital Twins Data Owner"/,
        buttons: ['Refresh', 'Show Log', 'Learn More'],
      },
    ],
    received: 'look, count, GET /models, POST /query ≥1',
  }),
  none('Queries are refused (429) for more than half an hour', {
    inject: (stage) => {
      afterCounting(
        stage,
        { kind: 'respond', status: 429, body: errorBody('QuotaReachedError', 'Too many.') },
        Infinity,
      );
    },
    told: [
      {
        text: /^localhost was not backed up\. .* No backup was written, and the instance was not changed\. It has refused requests for over half an hour\. Try again when less is going on there\.$/,
        buttons: ['Refresh', 'Show Log'],
      },
    ],
    received: 'look, count, GET /models, POST /query ≥60',
  }),
  none('A deletion job is active', {
    inject: ({ simulator: { instance } }) =>
      instance.plantDeletionJob({ id: 'another', status: 'running', createdAt: instance.now() - 300_000 }),
    told: [
      {
        text: /^The deletion job another is active on localhost, started 5 min ago\. What it holds changes meanwhile, so that a backup would not be whole\. Nothing was written\. Wait until the job has ended\.$/,
        buttons: ['Watch It'],
      },
    ],
    received: 'look',
    jobs: ['running'],
  }),
  {
    ...whole('A deletion job is to be started meanwhile, from another window', `${backedUp}, look`, () => undefined),
    inject: ({ simulator }) => {
      simulator.faults.next({ path: '/eventroutes' }, { kind: 'delay', ms: 300 });
    },
    play: async (stage) => {
      const other = await stage.open();
      const preflight = await other.confirm();
      const backup = stage.window.backUp(await backupPath(stage));
      await stage.until(() => stage.simulator.requests.some(({ path }) => path === '/eventroutes'), 'all pages');
      await other.startConfirmed(preflight);
      await backup;
      await stage.settled();
    },
    told: [
      {
        text: /^No deletion job was started on localhost\. Localhost is being backed up or restored, or a deletion job is being started on it\. This attempt deleted nothing\. Wait until that has ended\. It may be going on in another window\.$/i,
        buttons: [],
      },
      { text: made, buttons: backupButtons },
    ],
    received: `${backedUp}, look, GET /jobs/deletions`,
  },
]);

const file = [
  '{"Section":"Header"}',
  '{"fileVersion":"1.0.0","author":"contoso","organization":"contoso"}',
  '{"Section":"Models"}',
  '{"@id":"dtmi:com:contoso:Room;1","@type":"Interface","@context":"dtmi:dtdl:context;2","contents":[]}',
  '{"Section":"Twins"}',
  ...['a', 'b', 'c'].map((id) => `{"$dtId":"${id}","$metadata":{"$model":"dtmi:com:contoso:Room;1"},"size":1.50}`),
  '{"Section":"Relationships"}',
  '{"$dtId":"a","$relationshipId":"1","$targetId":"b","$relationshipName":"has"}',
  '{"$dtId":"b","$relationshipId":"1","$targetId":"c","$relationshipName":"has"}',
];

/** All of the file: the look, the models, each item, and the count at the end. */
const restored = `${lookedAt}, POST /models, PUT /digitaltwins/{id} ×3, PUT /digitaltwins/{id}/relationships/{id} ×2, count`;

const restoredText =
  /^backup\.ndjson is restored to localhost \(\d+ s\)\. Created: 1 model, 3 twins and 2 relationships\. localhost now holds 1 model, 3 twins and 2 relationships\.$/;

/** A restore of the file to an empty instance. */
function restore(fault: string, row: Partial<Row>, lines = file): Row {
  return {
    fault,
    stage: { simulator: { graph: { twins: 0, models: 0 }, queryLagMs: 0 } },
    play: async (stage) => {
      const path = await backupPath(stage);
      await writeFile(path, lines.join('\n'));
      await stage.window.restore(path);
    },
    told: [{ text: restoredText, buttons: ['Show Log'] }],
    received: restored,
    jobs: [],
    check: ({ simulator: { instance } }) => {
      assert.deepEqual(instance.counts, { models: 1, twins: 3, relationships: 2 });
    },
    ...row,
  };
}

/** Rows about restores. */
export const restores = group('While a backup is restored', [
  restore('Creations are refused (429 with `Retry-After`), and some with 503', {
    inject: ({ simulator }) => {
      simulator.faults.next(putTwin, { kind: 'respond', status: 429, headers: { 'Retry-After': '10' } }, 2);
      simulator.faults.next(putTwin, { kind: 'respond', status: 503 });
    },
    received: `${restored}, PUT /digitaltwins/{id} ×3`,
  }),
  restore('The answers to creations are lost', {
    inject: ({ simulator }) => {
      simulator.faults.next({ method: 'POST', path: '/models' }, { kind: 'dropAfter' });
      simulator.faults.next(putTwin, { kind: 'dropAfter' }, 3);
    },
    received: `${restored}, POST /models, GET /models, PUT /digitaltwins/{id} ×3`,
  }),
  restore('The service refuses a twin (400)', {
    inject: ({ simulator }) => {
      const body = errorBody('ValidationFailed', 'size must be an integer.');
      simulator.faults.next({ method: 'PUT', path: '/digitaltwins/c' }, { kind: 'respond', status: 400, body });
    },
    told: [
      {
        text: /^backup\.ndjson is restored to localhost \(\d+ s\)\. Created: 1 model, 2 twins and 1 relationship\. The service refused 1 twin and 1 relationship\. backup\.ndjson\.errors\.ndjson has each of them with the reason\. localhost now holds 1 model, 2 twins and 1 relationship; the file holds 1 model, 3 twins and 2 relationships\.$/,
        buttons: ['Show Failed Items', 'Show Log'],
      },
    ],
    check: async (stage) => {
      const lines = (await readFile(`${await backupPath(stage)}.errors.ndjson`, 'utf8')).trimEnd().split('\n');
      assert.equal(lines.length, 2);
      assert.match(lines[0] ?? '', /^\{"line":8,"section":"Twins","code":"ValidationFailed",.*"size":1\.50\}\}$/);
      assert.match(lines[1] ?? '', /"line":11,"section":"Relationships","code":"TargetTwinNotFound"/);
    },
  }),
  restore('The account loses its role on the way (403)', {
    inject: ({ simulator }) => {
      simulator.faults.next(
        { method: 'PUT', path: '/digitaltwins/*/relationships/*' },
        { kind: 'respond', status: 403 },
        2,
      );
    },
    told: [
      {
        text: /^The restore to localhost has stopped\. The signed-in account may not do this on localhost:\d+\. .* Created: 1 model and 3 twins\. That stays\. When the cause is mended, restore the same file again: what is there already is passed over\. It needs the role/,
        buttons: ['Refresh', 'Show Log', 'Learn More'],
      },
    ],
    received: `${lookedAt}, POST /models, PUT /digitaltwins/{id} ×3, PUT /digitaltwins/{id}/relationships/{id} ≥1`,
    check: ({ simulator: { instance } }) => {
      assert.deepEqual(instance.counts, { models: 1, twins: 3, relationships: 0 });
    },
  }),
  restore('The sign-in ends on the way, and the person signs in again', {
    inject: ({ simulator, sessions }) => {
      simulator.faults.next({ method: 'POST', path: '/models' }, { kind: 'respond', status: 401 });
      simulator.faults.next({ method: 'POST', path: '/models' }, { kind: 'delay', ms: 0 });
      Object.defineProperty(
        sessions,
        'isSignedIn',
        signedOutAfter(() => simulator.requests),
      );
    },
    told: [
      { text: /^The restore of localhost:\d+ waits for you to sign in again\.$/, buttons: ['Sign In', 'Stop'] },
      { text: restoredText, buttons: ['Show Log'] },
    ],
    received: `${restored}, POST /models`,
  }),
  restore(
    'The file has a line that is cut off, and a twin twice',
    {
      told: [
        {
          text: /^backup\.ndjson can't be restored as it is: 2 errors and 2 warnings\. Nothing was sent\. The Problems panel has them, by line\.$/,
          buttons: ['Show Problems'],
        },
      ],
      received: 'nothing',
      check: ({ simulator: { instance } }) => {
        assert.deepEqual(instance.counts, { models: 0, twins: 0, relationships: 0 });
      },
    },
    [...file.slice(0, 6), file[5] ?? '', (file[6] ?? '').slice(0, -10), ...file.slice(7)],
  ),
  restore('An import job is active there', {
    inject: ({ simulator: { instance } }) =>
      instance.plantImportJob({ id: 'import-1', createdAt: instance.now() - 300_000 }),
    told: [
      {
        text: /^The import job import-1 is active on localhost, started 5 min ago\. What is created meanwhile could be deleted by it, or collide with it\. Nothing was sent\. Wait until the job has ended\.$/,
        buttons: ['Watch It'],
      },
    ],
    received: 'look',
    check: ({ simulator: { instance } }) => {
      assert.equal(instance.counts.twins, 0);
    },
  }),
]);

/** Signed out from the first refusal on, until the person signs in. */
function signedOutAfter(requests: () => Stage['simulator']['requests']): PropertyDescriptor {
  let hasSignedIn = false;
  return {
    get: () => hasSignedIn || !requests().some(({ status }) => status === 401),
    set: (isSignedIn: boolean) => {
      hasSignedIn = isSignedIn;
    },
    configurable: true,
  };
}
