import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import type { Simulator } from '../simulator/simulator.ts';
import { assertReceived } from './received.ts';
import { Stage, type StageOptions } from './stage.ts';
import type { Told } from './window.ts';

/** A message that a person is to be shown. */
export interface ExpectedMessage {
  readonly text: RegExp;
  readonly buttons: readonly string[];
}

/** One fault: what is injected, and what has to come of it. */
export interface Row {
  /** What is injected, in words. */
  readonly fault: string;
  readonly stage?: StageOptions;
  /** Runs before the first window is opened. */
  readonly inject?: (stage: Stage) => unknown;
  /** What a person does; unless told otherwise a deletion job is started, and watched until nothing is left to tell. */
  readonly play?: (stage: Stage) => Promise<unknown>;
  /** What the confirmation has to say where that is the point. */
  readonly confirmation?: RegExp;
  /** All messages, in their order. */
  readonly told: readonly ExpectedMessage[];
  /** What else shows in the tree while it lasts; nothing when absent. */
  readonly tree?: readonly string[];
  /** What the instance received; see {@link assertReceived}. */
  readonly received: string;
  /** The statuses in which all jobs of the instance stand at the end, in the order of their beginning. */
  readonly jobs: readonly string[];
  /** Whether what the extension stores can't be written at the end either. */
  readonly hasBrokenStorage?: boolean;
  /** What else must hold. */
  readonly check?: (stage: Stage) => unknown;
}

/** What a row has shown: texts without ports, ids and times. */
export interface Outcome {
  /** The part of the confirmation that is the point; undefined where it has none. */
  readonly confirmation: string | undefined;
  readonly told: readonly Told[];
  readonly tree: readonly string[];
}

/** Plays a row and checks all of it. */
export async function runRow(row: Row): Promise<Outcome> {
  const stage = await Stage.build(row.stage);
  try {
    await row.inject?.(stage);
    await stage.open();
    await (row.play ?? startAndWatch)(stage);
    await stage.settled();
    const received = [...stage.simulator.requests];
    await refreshAll(stage, row);
    await check(row, stage, received);
    const { confirmations, told, tree } = stage.machine;
    return {
      confirmation: row.confirmation && normal(row.confirmation.exec(confirmations.at(-1) ?? '')?.[0] ?? '', stage),
      told: told.map(({ text, buttons }) => ({ text: normal(text, stage), buttons })),
      tree: [...tree].sort().map((text) => normal(text, stage)),
    };
  } catch (error) {
    throw new Error(`${row.fault}: ${error instanceof Error ? error.message : String(error)}\n${story(stage)}`, {
      cause: error,
    });
  } finally {
    await stage.close();
  }
}

/** What most rows play. */
export async function startAndWatch(stage: Stage): Promise<void> {
  await stage.window.startDeletionJob();
  await stage.settled();
}

/** When all faults are over, the list shows every job there is. */
async function refreshAll({ simulator, sessions, windows, machine }: Stage, row: Row): Promise<void> {
  simulator.faults.clear();
  simulator.access = { role: 'owner' };
  Object.assign(sessions, { isSignedIn: true, isWilling: true, failure: undefined, expiresInSeconds: 3600 });
  for (const { jobs, isAlive } of windows) {
    if (isAlive && !row.hasBrokenStorage) {
      await jobs.instances.add(machine.host);
      await jobs.list.refresh(machine.host);
    }
  }
}

async function check(row: Row, stage: Stage, received: Simulator['requests']): Promise<void> {
  const { simulator, elsewhere, machine, starts, windows } = stage;
  const { told, confirmations, tree } = machine;

  // The service
  assert.ok(starts.length <= 1, `${starts.length} POSTs`);
  assertReceived(received, row.received);
  assert.deepEqual(elsewhere.requests, [], 'another server was spoken to');
  starts.forEach(({ headers }) => {
    assert.match(headers['operation-id'] ?? '', /./, 'a start without an id');
    assert.match(headers['traceparent'] ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  // The person
  assert.deepEqual(
    told.map(({ buttons }) => buttons),
    row.told.map(({ buttons }) => buttons),
    'the messages and their buttons',
  );
  row.told.forEach(({ text }, index) => {
    assert.match(told[index]?.text ?? '', text);
  });
  if (row.confirmation) {
    assert.match(confirmations.at(-1) ?? '', row.confirmation);
  }
  assert.deepEqual([...tree].sort(), [...(row.tree ?? [])].sort(), 'what the tree says');

  // The jobs
  const ofInstance = simulator.instance.deletionJobs.all().map(({ id }) => id);
  const sent = starts.map(({ headers }) => headers['operation-id'] ?? '');
  const isToldNotStarted = told.some(({ text }) => text.startsWith('No deletion job was started'));
  for (const { jobs, isAlive } of windows) {
    if (isAlive) {
      const known = jobs.store.jobs.map(({ id }) => id);
      ofInstance.forEach((id) => {
        assert.ok(known.includes(id), `the job ${id} is missing in the store`);
      });
      const isKnown = sent.every((id) => known.includes(id)) || row.fault.includes('another id');
      assert.ok(isKnown || isToldNotStarted, 'a start is neither in the store nor told as none');
      assert.deepEqual(
        [...jobs.store.jobs].reverse().map(({ state }) => state.status),
        row.jobs,
        'the jobs in the store',
      );
    }
  }
  checkSecrets(stage);
  await row.check?.(stage);
}

/** No token may be in what is shown, logged, kept or written. */
function checkSecrets({ machine, windows, sessions }: Stage): void {
  const texts = [
    ...machine.told.map(({ text }) => text),
    ...machine.confirmations,
    ...machine.tree,
    ...windows.flatMap(({ log, failures }) => [...log.lines, JSON.stringify(failures.failures)]),
  ].join('\n');
  for (const token of sessions.tokens) {
    assert.ok(!texts.includes(token), 'a token shows');
  }
  assert.doesNotMatch(texts, /Bearer ey/, 'a token shows');
}

/** A text without what differs from run to run. */
function normal(text: string, { machine, elsewhere }: Stage): string {
  return text
    .replaceAll(machine.folder, '…')
    .replaceAll(dirname(machine.folder), '…')
    .replaceAll(/ndjson( is restored to \w+)? \(\d+ s\)/g, 'ndjson$1 (…)')
    .replaceAll(machine.host.hostname, machine.host.hostname.replace(/:\d+$/, ':8443'))
    .replaceAll(machine.host.hostname.replace(':', '_'), machine.host.hostname.replace(/:\d+$/, '_8443'))
    .replaceAll(elsewhere.address, 'other.example')
    .replaceAll(/delete-job-[0-9a-f]{32}/g, 'delete-job-…')
    .replaceAll(/unreadable-\d+/g, 'unreadable-…')
    .replaceAll(/\b(\d+ (?:d|h|min|s)\b ?)+ago/g, '… ago')
    .replaceAll(/\babout .*? more\b/g, 'about … more')
    .replaceAll(/\btimes out in [^.]*/g, 'times out in …');
}

/** What happened, for whoever looks for the reason of a failure. */
function story({ machine, windows, simulator }: Stage): string {
  return [
    'Told:',
    ...machine.told.map(({ text, buttons }) => `  ${text} [${buttons.join('] [')}]`),
    'Confirmations:',
    ...machine.confirmations.map((text) => `  ${text}`),
    `Tree: ${[...machine.tree].join('; ')}`,
    'Jobs:',
    ...windows.flatMap(({ jobs }, window) =>
      jobs.store.jobs.map(({ id, state, start }) => `  ${window} ${id} ${JSON.stringify({ state, start })}`),
    ),
    'Requests:',
    ...simulator.requests.map(
      ({ at, method, path, status, fault }) => `  ${at} ${method} ${path} ${status ?? 'open'} ${fault ?? ''}`,
    ),
    'Log:',
    ...windows.flatMap(({ log }) => log.lines.filter((line) => !line.startsWith('trace')).map((line) => `  ${line}`)),
  ].join('\n');
}
