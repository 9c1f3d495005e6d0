import assert from 'node:assert/strict';
import type { FaultAction } from '../../simulator/faults.ts';
import type { Row } from '../row.ts';
import type { Stage } from '../stage.ts';
import { errorBody, isEmpty, started, group } from './expected.ts';

const toPoll = { method: 'GET', path: '/jobs/deletions/*' };
const unauthorized = 'no news: 401 Unauthorized';
const notFound: FaultAction = {
  kind: 'respond',
  status: 404,
  body: errorBody('DeleteJobNotFound', 'The delete job was not found.'),
};

/** A job of a minute: time for something to happen to it. */
const long = { simulator: { deletion: { durationMs: 60_000 } } };
const isEmptyAfterLong = {
  ...isEmpty,
  text: /^localhost is empty: [^.]* deleted in 1 min 2 s\. The deletion job on localhost succeeded in 1 min 2 s, and a count after it found nothing left\.$/,
};

/** Something happens while a job runs; it goes on all the same, and its end is told once. */
function whileRunning(
  fault: string,
  tree: readonly string[],
  meddle: (stage: Stage) => unknown,
  rest: Partial<Row> = {},
): Row {
  return {
    fault,
    stage: long,
    play: async (stage) => {
      await stage.window.startDeletionJob();
      assert.deepEqual(stage.machine.told, []);
      await meddle(stage);
      await stage.settled();
    },
    told: [isEmptyAfterLong],
    tree,
    received: `${started}, GET /jobs/deletions/{id} ≥4, count ≥1`,
    jobs: ['succeeded'],
    ...rest,
  };
}

/** Polls meet the fault, each as often as it is repeated. */
function polled(fault: string, tree: string, action: FaultAction, times: number, rest: Partial<Row> = {}): Row {
  return whileRunning(
    fault,
    [tree],
    ({ simulator }) => {
      simulator.faults.next(toPoll, action, times);
    },
    rest,
  );
}

/** Rows about jobs that run while something else goes wrong. */
export const running = group('The job runs, and asking for it fails', [
  polled(
    'Three polls are answered with 500',
    'no news: 500 Internal Server Error',
    { kind: 'respond', status: 500 },
    9,
  ),
  whileRunning('The instance is out of reach for 5 min', ['no news: Connection broken (ECONNRESET)'], async (stage) => {
    stage.simulator.faults.next({}, { kind: 'dropBefore' }, Infinity);
    await stage.seen('no news: Connection broken (ECONNRESET)');
    await stage.pass(5 * 60_000);
    assert.deepEqual(stage.machine.told, [], 'told while nothing is known');
    stage.simulator.faults.clear();
  }),
  whileRunning(
    'A poll is answered with 429, `Retry-After` as a date',
    ['no news: 429 Too Many Requests'],
    ({ simulator, clock }) => {
      const headers = { 'Retry-After': new Date(clock.now() + 120_000).toUTCString() };
      simulator.faults.next(toPoll, { kind: 'respond', status: 429, headers });
    },
    {
      received: `${started}, GET /jobs/deletions/{id} ≥2, count ≥1`,
      check: ({ simulator: { requests } }) => {
        const index = requests.findIndex(({ status }) => status === 429);
        const next = requests.slice(index + 1).find(({ path }) => path.startsWith('/jobs/deletions/'));
        const waited = (next?.at ?? 0) - (requests[index]?.at ?? 0);
        assert.ok(waited > 100_000, `asked again after ${waited} ms`);
      },
    },
  ),
  polled(
    'Two polls are answered with a web page',
    'no news: Web page instead of an answer',
    { kind: 'respond', status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>Sign in</html>' },
    2,
  ),
  polled('Two polls are answered with nothing', 'no news: Empty answer', { kind: 'respond', status: 200 }, 2),
  polled('The answers to two polls break off', 'no news: Answer not readable (PARSE_ERROR)', { kind: 'truncate' }, 2),
  polled(
    'Two polls are answered with half a JSON text',
    'no news: Unexpected answer',
    { kind: 'respond', status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"id": "a", "stat' },
    2,
  ),
  whileRunning('The token has expired, and VS Code renews it 2 min later', [unauthorized], async (stage) => {
    stage.sessions.expiresInSeconds = -60;
    await stage.seen(unauthorized);
    await stage.pass(120_000);
    stage.sessions.expiresInSeconds = 3600;
  }),
  whileRunning(
    'The person signs out, and in again 5 min later',
    ['no news: Not signed in'],
    async (stage) => {
      stage.sessions.isSignedIn = false;
      await stage.seen('no news: Not signed in');
      await stage.pass(5 * 60_000);
      assert.equal(stage.sessions.asked, 0, 'asked to sign in, without an act of the person');
      await stage.window.signIn();
    },
    { received: `${started}, GET /jobs/deletions/{id} ≥1, count ≥1` },
  ),
  polled('The instance does not know the job for a moment (404)', 'no news: 404 DeleteJobNotFound', notFound, 2),
  whileRunning(
    'The job is gone from the instance for good (404)',
    ['no news: 404 DeleteJobNotFound', 'unknown to the service'],
    ({ simulator: { instance } }) => {
      instance.deletionJobs.all().forEach(({ id }) => {
        instance.deletionJobs.remove(id);
      });
    },
    {
      told: [
        {
          text: /^localhost no longer knows the deletion job delete-job-[0-9a-f]{32}: whether it ended well is unknown\. A count found nothing left\. Find out what is left on localhost:\d+ before you go on\.$/,
          buttons: ['Show Job Details', 'Copy Diagnostics'],
        },
      ],
      jobs: ['forgotten'],
    },
  ),
  polled(
    'Two polls tell a status that is new',
    'paused',
    {
      kind: 'respond',
      status: 200,
      body: { status: 'paused', createdDateTime: '2026-01-02T03:04:05.0000000+00:00' },
    },
    2,
  ),
]);
