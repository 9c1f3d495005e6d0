import assert from 'node:assert/strict';
import type { Stage } from '../stage.ts';
import { errorBody, started, watched, group } from './expected.ts';

const counts = [
  { method: 'POST', path: '/query' },
  { method: 'GET', path: '/models' },
];

/** Starts a job; what is asked for afterwards meets what `meddle` does. */
async function startThen(stage: Stage, meddle: (stage: Stage) => unknown): Promise<void> {
  await stage.window.startDeletionJob();
  await meddle(stage);
  await stage.settled();
}

/** Rows about jobs that end otherwise than hoped for. */
export const ends = group('The job ends otherwise than hoped for', [
  {
    fault: 'The job fails, with inner errors and details',
    stage: { simulator: { deletion: { outcome: 'failed' } } },
    told: [
      {
        text: /^The deletion job on localhost failed after 4 s: DeleteJobFailed > InternalFailure: The delete job failed\. The state of localhost:\d+ is unknown: some of its models, twins and relationships may be deleted, others left\. A count found [^.]* left\. Start again to delete the rest\.$/,
        buttons: ['Start Again…', 'Show Job Details', 'Copy Diagnostics'],
      },
    ],
    received: `${started}, ${watched}`,
    jobs: ['failed'],
    check: ({ window }) => {
      assert.match(
        window.log.lines.join('\n'),
        /detail: codes TwinDeletionFailed > StorageUnavailable > PartitionTimeout/,
      );
    },
  },
  {
    fault: 'The job reaches its timeout of 15 min',
    stage: { simulator: { deletion: { outcome: 'timeout' } } },
    play: async (stage) => {
      await stage.window.startDeletionJob({ timeoutInMinutes: 15 });
    },
    confirmation: /A timeout \(after 15 minutes\) leaves the instance in an unknown state\./,
    told: [
      {
        text: /^The deletion job on localhost will probably not be done in time: at the present pace it needs about .* more, and it times out in .*\. It will then fail and leave the rest/,
        buttons: ['Show Job Details'],
      },
      {
        text: /^The deletion job on localhost failed after 15 min: JobTimedOut: The delete job reached its timeout of 15 minutes\. The state of/,
        buttons: ['Start Again…', 'Show Job Details', 'Copy Diagnostics'],
      },
    ],
    received: `${started}, GET /jobs/deletions/{id} ≥20, count ≥10`,
    jobs: ['failed'],
  },
  {
    fault: 'The job succeeds, and something has been written meanwhile',
    stage: { simulator: { deletion: { durationMs: 60_000 } } },
    play: (stage) =>
      startThen(stage, async ({ simulator: { instance } }) => {
        // What is written before it runs would be deleted.
        await stage.until(
          () => instance.deletionJobs.all().some((job) => instance.deletionJobs.state(job).status === 'running'),
          'the job runs',
        );
        instance.write((contents) => {
          contents.twins.put('late', { $dtId: 'late', $etag: 'W/"1"', $metadata: { $model: 'dtmi:example:Room;1' } });
        });
      }),
    told: [
      {
        text: /^The deletion job on localhost succeeded in 1 min 2 s, yet a count after it found 1 twin on localhost:\d+\. Something may be writing to the instance: stop it, then start again\.$/,
        buttons: ['Start Again…', 'Show Job Details', 'Copy Diagnostics'],
      },
    ],
    received: `${started}, GET /jobs/deletions/{id} ≥1, count ≥3`,
    jobs: ['succeeded'],
  },
  {
    fault: 'The job succeeds, and counting what is left is refused (403)',
    play: (stage) =>
      startThen(stage, ({ simulator }) => {
        counts.forEach((matcher) => {
          simulator.faults.next(matcher, { kind: 'respond', status: 403 }, Infinity);
        });
      }),
    told: [
      {
        text: /^The deletion job on localhost succeeded in 5 s: by the service's word, all models, twins and relationships of localhost:\d+ are deleted\. The models, twins and relationships could not be counted: 403 Forbidden\.$/,
        buttons: ['Show Job Details', 'Show Log'],
      },
    ],
    received: `${started}, ${watched}`,
    jobs: ['succeeded'],
  },
  {
    fault: 'The job succeeds, and the queries that count what is left are too many (429 QuotaReachedError)',
    play: (stage) =>
      startThen(stage, ({ simulator }) => {
        const body = errorBody('QuotaReachedError', 'The query quota is reached.');
        simulator.faults.next({ path: '/query' }, { kind: 'respond', status: 429, body }, Infinity);
      }),
    told: [
      {
        text: /^The deletion job on localhost succeeded in 5 s: by the service's word, all models, twins and relationships of localhost:\d+ are deleted\. A count found 0 models left\. The twins and relationships could not be counted: 429 QuotaReachedError\.$/,
        buttons: ['Show Job Details', 'Show Log'],
      },
    ],
    received: `${started}, ${watched}`,
    jobs: ['succeeded'],
  },
]);
