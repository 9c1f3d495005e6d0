import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Stage } from '../stage.ts';
import { isEmpty, notStarted, started, watched, group } from './expected.ts';

async function write({ machine }: Stage, name: string, text: string): Promise<void> {
  const path = join(machine.folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** What of a file could not be read is still there, in a copy. */
async function assertKept({ machine }: Stage, folder: string): Promise<void> {
  const names = await readdir(join(machine.folder, folder));
  assert.equal(names.filter((name) => name.includes('.unreadable-')).length, 1, names.join(', '));
}

/** Rows about what is stored on this machine. */
export const storage = group('What is stored on this machine is damaged', [
  {
    fault: '`records.json` is no JSON',
    inject: (stage) => write(stage, 'records.json', '{"version": 1, "inst'),
    told: [
      {
        text: /^All of the list of instances, protections and started jobs can't be read and is left out\. The file is kept as \S+\. No deletion job is affected\. Look whether instances are missing\. Where protections can't be read, all count as protected until you remove that\.$/,
        buttons: ['Show Log'],
      },
      {
        text: /^Whether localhost:\d+ is protected from deletion jobs is not known: the stored protections can't be read\. Nothing was sent and nothing was deleted\. To lift that, use "Remove Protection"/,
        buttons: ['Remove Protection', 'Show Log'],
      },
    ],
    received: 'nothing',
    jobs: [],
    check: (stage) => assertKept(stage, '.'),
  },
  {
    fault: 'Some entries of `records.json` are none',
    inject: (stage) =>
      write(
        stage,
        'records.json',
        JSON.stringify({
          version: 1,
          instances: [stage.machine.host.hostname, 7],
          protectedInstances: [],
          starts: [{}],
        }),
      ),
    told: [
      {
        text: /^Some of the list of instances, protections and started jobs can't be read and is left out\./,
        buttons: ['Show Log'],
      },
      isEmpty,
    ],
    received: `${started}, ${watched}`,
    jobs: ['succeeded'],
    check: (stage) => assertKept(stage, '.'),
  },
  {
    fault: 'The file of the jobs of the instance is no JSON',
    inject: (stage) => write(stage, join('jobs', `${stage.machine.host.hostname.replace(':', '_')}.json`), 'none'),
    told: [
      {
        text: /^All of what is remembered of the jobs on an instance can't be read and is left out\. The file is kept as \S+\. No deletion job is affected\. Refresh the view Deletion Jobs: it then shows all jobs that the service still knows\.$/,
        buttons: ['Show Log'],
      },
      isEmpty,
    ],
    received: `${started}, ${watched}`,
    jobs: ['succeeded'],
    check: (stage) => assertKept(stage, 'jobs'),
  },
  {
    fault: "The folder for what is stored can't be made",
    inject: async ({ machine }) => {
      // Reading finds no file, and writing no folder, whoever this runs as.
      await symlink(join(machine.folder, '..', 'missing', 'folder'), machine.folder);
    },
    hasBrokenStorage: true,
    told: [
      notStarted(
        /What this extension has to remember can't be read or written on this machine \(ENOENT\)\./,
        /Check that the disk has room and that VS Code may write to \S+\/storage\.$/,
        ['Show Log'],
      ),
    ],
    received: 'look, GET /jobs/deletions',
    jobs: [],
  },
]);

/** Rows about lists that lead astray. */
export const lists = group('A list leads astray', [
  {
    fault: 'The next page of the list of jobs is on another host',
    inject: ({ simulator, elsewhere }) => {
      const body = { value: [], nextLink: `${elsewhere.origin}/jobs/deletions?page=2` };
      simulator.faults.next({ method: 'GET', path: '/jobs/deletions' }, { kind: 'respond', status: 200, body });
    },
    confirmation:
      /Whether another job is active is not certain: deletion jobs could not all be listed \(Unexpected answer\)\./,
    told: [isEmpty],
    received: `${started}, ${watched}`,
    jobs: ['succeeded'],
    check: ({ elsewhere }) => {
      assert.equal(elsewhere.connections, 0);
    },
  },
  {
    fault: 'The pages of the list of jobs go in a circle',
    inject: ({ simulator }) => {
      const body = { value: [], nextLink: `${simulator.origin}/jobs/deletions?page=2` };
      simulator.faults.next({ method: 'GET', path: '/jobs/deletions' }, { kind: 'respond', status: 200, body }, 2);
    },
    confirmation:
      /Whether another job is active is not certain: deletion jobs could not all be listed \(Unexpected answer\)\./,
    told: [isEmpty],
    received: `look, GET /jobs/deletions, POST /jobs/deletions, ${watched}`,
    jobs: ['succeeded'],
  },
]);
