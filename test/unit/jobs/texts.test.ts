import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CountedContents } from '../../../src/jobs/contents.ts';
import { contentsText, isEmpty, uncountedText } from '../../../src/jobs/contents.ts';
import { deletionJob, type DeletionJob, type JobStart } from '../../../src/jobs/deletionJob.ts';
import { formatEstimate } from '../../../src/jobs/duration.ts';
import { endMessage, timeoutWarning } from '../../../src/jobs/endText.ts';
import { describeJob } from '../../../src/jobs/jobText.ts';
import { activeJobText, confirmationText } from '../../../src/jobs/preflightText.ts';
import { withCount } from '../../../src/jobs/progress.ts';
import { setAsideText } from '../../../src/jobs/setAsideText.ts';
import type { DeleteJob } from '../../../src/service/deleteJob.ts';
import { checkTimeoutInMinutes } from '../../../src/service/timeoutInMinutes.ts';
import type { Identity } from '../../../src/service/identity.ts';
import { TraceContext } from '../../../src/service/traceContext.ts';
import { countingHex } from '../../support/countingHex.ts';
import { contoso } from '../../support/transport.ts';

const begun = Date.parse('2026-01-02T03:04:05Z');
const minute = 60_000;
const before = { models: 12, twins: 1200, relationships: 2500 };
const none: CountedContents = { models: 0, twins: 0, relationships: 0, at: begun, missing: undefined };
const uncounted: CountedContents = {
  models: undefined,
  twins: undefined,
  relationships: undefined,
  at: begun,
  missing: '403 Forbidden',
} as const;
const start: JobStart = {
  startedAt: begun,
  timeoutInMinutes: checkTimeoutInMinutes(60),
  isEndTold: true,
  before,
};

function job(status: string, changes: Partial<DeletionJob> = {}, answer: DeleteJob = {}): DeletionJob {
  const times = { createdDateTime: '2026-01-02T03:04:05Z', finishedDateTime: '2026-01-02T03:06:08Z' };
  const trace = TraceContext.begin(countingHex());
  return { ...deletionJob(contoso, { status, ...times, ...answer, id: 'job-1' }, { trace, start }, begun), ...changes };
}

describe('Contents', () => {
  it('are named with their numbers, and what could not be counted is not', () => {
    assert.equal(contentsText(before), '12 models, 1,200 twins and 2,500 relationships');
    assert.equal(contentsText({ models: 1, twins: 1, relationships: undefined }), '1 model and 1 twin');
    assert.equal(contentsText({ models: 0, twins: 3, relationships: 0 }, 'left out'), '3 twins');
    assert.equal(contentsText(uncounted), '');
    assert.equal(uncountedText({ ...before, models: undefined }), 'models');
    assert.equal(uncountedText(uncounted), 'models, twins and relationships');
  });

  it('are empty only when everything was counted', () => {
    assert.equal(isEmpty(none), true);
    assert.equal(isEmpty({ ...none, models: undefined }), false);
    assert.equal(isEmpty(before), false);
  });
});

describe('A time ahead', () => {
  for (const [seconds, text] of [
    [0, '5 s'],
    [7, '10 s'],
    [54, '55 s'],
    [58, '1 min'],
    [90, '2 min'],
    [54 * 60, '54 min'],
    [12 * 3600 - 1, '12 h'],
    [3 * 3600 + 150, '3 h 3 min'],
  ] as const) {
    it(`of ${seconds} s is told as ${text}`, () => {
      assert.equal(formatEstimate(seconds * 1000), text);
    });
  }
});

describe('The row of a job', () => {
  it('tells percent, time left and the timeout ahead, each when there is something to say', () => {
    const running = job('running');
    assert.equal(describeJob(running, begun + 6 * minute), 'running, 6 min, times out in 54 min');
    const progress = [3, 4, 5, 6].reduce<DeletionJob['progress']>(
      (known, at) => withCount(known, { models: 12, twins: 1200, relationships: 2500 - at * 250 }, begun + at * minute),
      undefined,
    );
    assert.equal(
      describeJob({ ...running, progress }, begun + 6 * minute),
      'running, 6 min, 40 %, about 9 min left, times out in 54 min',
    );
    assert.equal(describeJob(running, begun + 61 * minute), 'running, 1 h 1 min, timeout reached');
  });

  it('tells nothing of a timeout that only somebody else knows', () => {
    assert.equal(describeJob(job('running', { start: undefined }), begun + minute), 'running, 1 min');
  });

  it('tells since when and why there is no news', () => {
    const problem = { since: begun + minute, short: 'Host not found (ENOTFOUND)', needsSignIn: false };
    assert.equal(
      describeJob(job('running', { problem }), begun + 3 * minute),
      'running, 3 min, no news for 2 min: Host not found (ENOTFOUND), times out in 57 min',
    );
  });

  it('tells that an ended job is still being counted, until its end is told', () => {
    const untold = job('succeeded', { start: { ...start, isEndTold: false } });
    assert.equal(describeJob(untold, begun), 'succeeded in 2 min 3 s, counting what is left');
    assert.equal(describeJob({ ...untold, leftover: none }, begun), 'succeeded in 2 min 3 s');
  });

  it('tells of an ended job whose record the service has dropped', () => {
    assert.equal(describeJob(job('succeeded', { isPurged: true }), begun), 'succeeded in 2 min 3 s, purged');
  });
});

describe('The end of a job', () => {
  it('is told as what was verified', () => {
    const { severity, text } = endMessage(job('succeeded', { leftover: none }), begun);
    assert.equal(severity, 'information');
    assert.match(
      text,
      /^contoso is empty: 12 models, 1,200 twins and 2,500 relationships deleted in 2 min 3 s\. .*succeeded.*nothing left/,
    );
  });

  it('is told without numbers that were never counted', () => {
    const stranger = { ...start, before: undefined };
    const { text } = endMessage(job('succeeded', { leftover: none, start: stranger }), begun);
    assert.match(text, /^contoso is empty: all that it held deleted in 2 min 3 s\./);
  });

  it('warns when something is left after a success', () => {
    const { severity, text, actions } = endMessage(job('succeeded', { leftover: { ...none, twins: 3 } }), begun);
    assert.equal(severity, 'warning');
    assert.match(text, /succeeded in 2 min 3 s, yet a count after it found 3 twins on contoso\.api/);
    assert.ok(actions.includes('startAgain'));
  });

  it('says that and why nothing was verified', () => {
    const { text } = endMessage(job('succeeded', { leftover: uncounted }), begun);
    assert.match(text, /by the service's word, all models, twins and relationships of .* are deleted/);
    assert.match(text, /The models, twins and relationships could not be counted: 403 Forbidden\./);
    assert.doesNotMatch(text, /is empty/);
  });

  it('in failure tells code, inner chain, message, what is left, that the state is unknown, and what to do', () => {
    const error = {
      code: 'DeleteJobFailed',
      message: 'It failed',
      innererror: { code: 'Internal', innererror: { code: 'X' } },
    };
    const leftover = { ...none, models: 12, twins: 20 };
    const { severity, text, actions } = endMessage(job('failed', { leftover }, { error }), begun);
    assert.equal(severity, 'error');
    assert.match(text, /failed after 2 min 3 s: DeleteJobFailed > Internal > X: It failed\./);
    assert.match(text, /state of contoso\.api\S+ is unknown/);
    assert.match(text, /A count found 12 models, 20 twins and 0 relationships left\. Start again/);
    assert.deepEqual(actions, ['startAgain', 'showJob', 'copyDiagnostics']);
  });

  it('in failure without a reason or a count still makes sentences', () => {
    const { text } = endMessage(job('failed'), begun);
    assert.match(
      text,
      /failed after 2 min 3 s, and the service names no reason\. .* What is left was not counted\. Start/,
    );
  });

  it('that nobody knows is not called a success', () => {
    const { severity, text } = endMessage(job('running', { state: { status: 'forgotten' } }), begun);
    assert.equal(severity, 'warning');
    assert.match(text, /whether it ended well is unknown/);
  });

  it('of a start that came to nothing says that nothing was deleted', () => {
    assert.match(
      endMessage(job('running', { state: { status: 'absent' } }), begun).text,
      /This attempt deleted nothing/,
    );
  });
});

describe('The warning of a timeout', () => {
  it('says what is expected, what that means and what can be done', () => {
    const progress = [50, 51, 52].reduce<DeletionJob['progress']>(
      (known, at) => withCount(known, { ...before, relationships: 4000 - at * 10 }, begun + at * minute),
      undefined,
    );
    const text = timeoutWarning(job('running', { progress }), begun + 52 * minute);
    assert.match(text, /needs about 7 h .* more, and it times out in 8 min/);
    assert.match(text, /It will then fail and leave the rest/);
    assert.match(text, /start again, with a longer timeout/);
  });
});

describe('Before a start', () => {
  const timeout = checkTimeoutInMinutes(60);
  const contents = { ...before, at: begun, missing: undefined };

  it('the counts and their age are told', () => {
    const text = confirmationText(
      contoso,
      timeout,
      { contents, active: undefined, knownStarts: new Set<string>(), unknown: [] },
      begun + 3000,
    );
    assert.match(
      text,
      /All models, twins and relationships of contoso\.api\S+ will be deleted: 12 models, 1,200 twins and 2,500 relationships \(counted 3 s ago, without writes of the last 10 s\)\./,
    );
    assert.match(text, /cannot be cancelled or undone/);
    assert.match(text, /after 60 minutes/);
    assert.match(text, /Type contoso to start\.$/);
  });

  it('who starts the job is told', () => {
    const preflight = { contents, active: undefined, knownStarts: new Set<string>(), unknown: [] };
    const told = (who: Identity): string => confirmationText(contoso, timeout, preflight, begun, who);
    const kim = { id: 'kim', label: 'kim@contoso.com' };
    assert.match(told({ credential: 'vscode', account: kim }), / Signed in as kim@contoso\.com\. This cannot/);
    const cli = told({ credential: 'azureCli', tenantId: 'contoso.com' });
    assert.match(cli, / Signed in with Azure CLI, tenant contoso\.com\. This cannot/);
  });

  it('an empty instance is said to be empty, and asks whether to go on', () => {
    const text = confirmationText(
      contoso,
      undefined,
      { contents: none, active: undefined, knownStarts: new Set<string>(), unknown: [] },
      begun,
    );
    assert.match(text, /^contoso is empty: no models, twins or relationships/);
    assert.match(text, /Type contoso to go on\.$/);
  });

  it('it is said why counts and jobs could not be had', () => {
    const unknown = [
      'deletion jobs could not all be listed (500)',
      'import jobs could not all be listed (403 Forbidden)',
    ];
    const text = confirmationText(
      contoso,
      timeout,
      { contents: uncounted, active: undefined, knownStarts: new Set<string>(), unknown },
      begun,
    );
    assert.match(text, /will be deleted\. The models, twins and relationships could not be counted: 403 Forbidden\./);
    assert.match(
      text,
      /Whether another job is active is not certain: deletion jobs could not all be listed \(500\); import jobs could not all be listed \(403 Forbidden\)\. This/,
    );
  });

  it('a bulk job in the way is named with kind, id and age', () => {
    const active = { kind: 'import', id: 'import-1', createdAt: begun, isUnconfirmed: false } as const;
    assert.match(
      activeJobText(contoso, active, begun + 5 * minute),
      /^The import job import-1 is active on contoso, started 5 min ago\. .*This attempt deleted nothing\.$/,
    );
    assert.match(activeJobText(contoso, { ...active, createdAt: undefined }, begun), /is active on contoso\. /);
    assert.match(
      activeJobText(contoso, { ...active, kind: 'deletion', isUnconfirmed: true }, begun),
      /not confirmed yet/,
    );
  });
});

describe('Of a file that was set aside,', () => {
  it('the one with instances and protections says to look for them, one with jobs does not', () => {
    assert.match(
      setAsideText('/a/records.json.unreadable-1', 'part'),
      /^Some of .* all count as protected until you remove that\.$/,
    );
    const ofJobs = setAsideText('/a/jobs/contoso.json.unreadable-1', 'nothing');
    assert.match(ofJobs, /^All of .* Refresh the view Deletion Jobs/);
    assert.doesNotMatch(ofJobs, /protected/);
  });
});
