import type { Stage } from '../stage.ts';
import { askedFor, isEmpty, notKnown, started, startedAndListed, wasNotStarted, watched, group } from './expected.ts';

/** Milliseconds after which another window may take over what a dead one held. */
const takeOverInMs = 15_000;

/** Starts a job in a window that dies on the way, and opens another one later. */
async function startAndDie(stage: Stage): Promise<void> {
  void stage.window.startDeletionJob();
  await stage.until(() => !stage.window.isAlive, 'the window died');
  await stage.pass(takeOverInMs);
  await stage.open();
}

/** The instance is out of reach for minutes after a start, then there again. */
async function losesAndComesBack(stage: Stage): Promise<void> {
  stage.window.beforeSending = () => {
    stage.simulator.faults.next({ method: 'GET' }, { kind: 'dropBefore' }, Infinity);
  };
  await stage.window.startDeletionJob();
  await stage.seen('no news: Connection broken (ECONNRESET)');
  await stage.pass(10 * 60_000);
  stage.simulator.faults.clear();
  await stage.settled();
}

/** Rows about starts whose answer is lost for long, with the window or with the instance. */
export const crashes = group('The window or the instance is gone when the answer comes', [
  {
    fault: 'The window crashes when the start is written down and not yet sent',
    play: async (stage) => {
      stage.window.beforeSending = () => {
        stage.window.die();
      };
      await startAndDie(stage);
    },
    told: [wasNotStarted],
    tree: ['no news: 404 DeleteJobNotFound', 'start unconfirmed', 'was not started'],
    received: 'look, GET /jobs/deletions, GET /jobs/deletions/{id} ≥3',
    jobs: ['absent'],
  },
  {
    fault: 'The window crashes when the start is sent and not yet answered',
    play: async (stage) => {
      stage.window.afterAnswer = () => {
        stage.window.die();
      };
      await startAndDie(stage);
    },
    told: [isEmpty],
    tree: ['start unconfirmed'],
    received: `${startedAndListed}, count`,
    jobs: ['succeeded'],
  },
  {
    fault: 'The window crashes while the job runs',
    stage: { simulator: { deletion: { durationMs: 60_000 } } },
    play: async (stage) => {
      await stage.window.startDeletionJob();
      stage.window.die();
      await stage.pass(takeOverInMs);
      await stage.open();
    },
    told: [
      {
        ...isEmpty,
        text: /deleted in 1 min 2 s\. The deletion job on localhost succeeded in 1 min 2 s, and a count/,
      },
    ],
    tree: ['start unconfirmed'],
    received: `${startedAndListed}, GET /jobs/deletions/{id} ≥1, count ≥1`,
    jobs: ['succeeded'],
  },
  {
    fault:
      'The connection breaks before the answer arrives, and the instance is out of reach for 10 min; the job was started',
    inject: ({ simulator }) => {
      simulator.faults.next({ method: 'POST', path: '/jobs/deletions' }, { kind: 'dropAfter' });
    },
    play: losesAndComesBack,
    told: [notKnown(/broke before an answer came \(ECONNRESET\)\./), isEmpty],
    tree: [
      'start unconfirmed',
      'jobs not listed: Connection broken (ECONNRESET)',
      'no news: Connection broken (ECONNRESET)',
    ],
    received: `${started}, GET /jobs/deletions ×3, ${watched}`,
    jobs: ['succeeded'],
  },
  {
    fault:
      'The connection breaks before the start arrives, and the instance is out of reach for 10 min; no job was started',
    inject: ({ simulator }) => {
      simulator.faults.next({ method: 'POST', path: '/jobs/deletions' }, { kind: 'dropBefore' });
    },
    play: losesAndComesBack,
    told: [notKnown(/broke before an answer came \(ECONNRESET\)\./), wasNotStarted],
    tree: [
      'start unconfirmed',
      'jobs not listed: Connection broken (ECONNRESET)',
      'no news: Connection broken (ECONNRESET)',
      'no news: 404 DeleteJobNotFound',
      'was not started',
    ],
    received: `${started}, GET /jobs/deletions ×3, ${askedFor}`,
    jobs: ['absent'],
  },
]);
