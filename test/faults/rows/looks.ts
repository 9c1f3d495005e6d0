import assert from 'node:assert/strict';
import type { Row } from '../row.ts';
import { startAndWatch } from '../row.ts';
import { askedFor, errorBody, isEmpty, notKnown, started, wasNotStarted, watched, group } from './expected.ts';

const entraIds = {
  trace: '255d1aef-8c98-452f-ac51-23d051240864',
  correlation: 'fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7',
};

const claims = Buffer.from('{"access_token":{"acrs":{"essential":true,"value":"c1"}}}').toString('base64');

/** Something can't be found out before the start: the confirmation says so, and the job can be started. */
function uncertain(fault: string, rest: Pick<Row, 'confirmation'> & Partial<Row>): Row {
  return { fault, told: [isEmpty], received: `${started}, ${watched}`, jobs: ['succeeded'], ...rest };
}

/** Rows about what is found, or not found, before a job is started. */
export const looks = group('Before the start', [
  {
    fault: 'An import job is active',
    inject: ({ simulator: { instance } }) =>
      instance.plantImportJob({ id: 'import-1', createdAt: instance.now() - 300_000 }),
    told: [
      {
        text: /^The import job import-1 is active on localhost, started 5 min ago\. An instance runs one bulk job at a time, deletion or import: no deletion job can be started until it has ended\. This attempt deleted nothing\.$/,
        buttons: ['Watch It'],
      },
    ],
    received: 'look',
    jobs: [],
  },
  {
    fault: "Somebody else's deletion job is active",
    inject: ({ simulator: { instance } }) =>
      instance.plantDeletionJob({ id: 'another', status: 'running', createdAt: instance.now() - 300_000 }),
    told: [
      {
        text: /^The deletion job another is active on localhost, started 5 min ago\. An instance runs one bulk job/,
        buttons: ['Watch It'],
      },
    ],
    received: 'look',
    jobs: ['running'],
  },
  {
    fault: 'Another start has got no answer yet',
    inject: ({ simulator }) => {
      simulator.faults.next({ method: 'POST', path: '/jobs/deletions' }, { kind: 'dropBefore' });
    },
    play: async (stage) => {
      await stage.window.startDeletionJob();
      await stage.window.startDeletionJob();
      await stage.settled();
    },
    told: [
      notKnown(/broke before an answer came \(ECONNRESET\)\./),
      {
        text: /^The start of the deletion job delete-job-[0-9a-f]{32} on localhost, sent \d+ s ago, is not confirmed yet\. No other can be started until it is known what came of it\. This attempt deleted nothing\.$/,
        buttons: ['Watch It'],
      },
      wasNotStarted,
    ],
    tree: ['start unconfirmed', 'no news: 404 DeleteJobNotFound', 'was not started'],
    received: `${started}, count, GET /jobs/imports, GET /jobs/deletions, ${askedFor}`,
    jobs: ['absent'],
  },
  uncertain('The list of import jobs is refused (403)', {
    inject: ({ simulator }) => {
      simulator.faults.next({ path: '/jobs/imports' }, { kind: 'respond', status: 403 });
    },
    confirmation:
      /Whether another job is active is not certain: import jobs could not all be listed \(403 Forbidden\)\./,
  }),
  uncertain('The list of deletion jobs is refused (403)', {
    inject: ({ simulator }) => {
      simulator.faults.next({ method: 'GET', path: '/jobs/deletions' }, { kind: 'respond', status: 403 });
    },
    confirmation:
      /Whether another job is active is not certain: deletion jobs could not all be listed \(403 Forbidden\)\./,
  }),
  uncertain('Counting is refused (403)', {
    inject: ({ simulator }) => {
      simulator.faults.next({ path: '/query' }, { kind: 'respond', status: 403 }, 2);
      simulator.faults.next({ path: '/models' }, { kind: 'respond', status: 403 });
    },
    confirmation:
      /^All models, twins and relationships of localhost:\d+ will be deleted\. The models, twins and relationships could not be counted: 403 Forbidden\./,
    told: [{ ...isEmpty, text: /^localhost is empty: all that it held deleted in 5 s\./ }],
  }),
  uncertain('Counting queries are too many (429 QuotaReachedError)', {
    inject: ({ simulator }) => {
      const body = errorBody('QuotaReachedError', 'The query quota is reached.');
      simulator.faults.next({ path: '/query' }, { kind: 'respond', status: 429, body }, 2);
    },
    confirmation:
      /will be deleted: 9 models \(.*\)\. The twins and relationships could not be counted: 429 QuotaReachedError\./,
    told: [{ ...isEmpty, text: /^localhost is empty: all that it held deleted in 5 s\./ }],
  }),
  uncertain('A count takes longer than 20 s', {
    stage: { heldBack: /^POST \/query$/ },
    inject: ({ simulator }) => {
      simulator.faults.next({ path: '/query' }, { kind: 'delay', ms: 3_600_000 });
    },
    confirmation: /will be deleted\. The models, twins and relationships could not be counted: not within 20 s\./,
    told: [{ ...isEmpty, text: /^localhost is empty: all that it held deleted in 5 s\./ }],
    received: `${started}, GET /jobs/deletions/{id} ≥1, GET /models, POST /query ≥2`,
  }),
  uncertain('The list of import jobs takes longer than 20 s', {
    stage: { heldBack: /^GET \/jobs\/imports$/ },
    inject: ({ simulator }) => {
      simulator.faults.next({ path: '/jobs/imports' }, { kind: 'delay', ms: 3_600_000 });
    },
    confirmation:
      /Whether another job is active is not certain: deletion jobs could not all be listed \(not within 20 s\); import jobs could not all be listed \(not within 20 s\)\./,
    received: `${started}, GET /jobs/imports, ${watched}`,
  }),
  {
    fault: 'Nobody is signed in, and the person declines',
    inject: ({ sessions }) => {
      sessions.isSignedIn = false;
      sessions.isWilling = false;
    },
    told: [],
    received: 'nothing',
    jobs: [],
    check: ({ sessions }) => {
      assert.equal(sessions.asked, 1);
    },
  },
  {
    fault: 'Signing in fails',
    inject: ({ sessions }) => {
      sessions.failure = new Error("Timed out waiting for authentication provider 'microsoft' to register.");
    },
    told: [
      {
        text: /^VS Code's own sign-in with Microsoft accounts did not start in time\. Nothing was sent\. Reload the window and try again\.$/,
        buttons: ['Sign In', 'Show Log', 'Learn More'],
      },
    ],
    received: 'nothing',
    jobs: [],
  },
  {
    fault: 'Microsoft Entra refuses the sign-in (AADSTS50020)',
    inject: ({ sessions }) => {
      sessions.failure = new Error(
        "invalid_grant: AADSTS50020: User account 'kim@contoso.com' from identity provider 'live.com' does not exist " +
          `in tenant 'Fabrikam'. Trace ID: ${entraIds.trace} Correlation ID: ${entraIds.correlation} ` +
          'Timestamp: 2026-01-02 03:04:05Z',
      );
    },
    told: [
      {
        text: /^The account does not exist in the tenant, not as a guest either \(AADSTS50020\)\. Nothing was sent\. Choose another account or tenant, [^.]*\.$/,
        buttons: ['Switch Account or Tenant…', 'Show Log', 'Learn More'],
      },
    ],
    received: 'nothing',
    jobs: [],
    check: ({ window }) => {
      const [line = ''] = window.log.of('error');
      assert.match(
        line,
        new RegExp(`code AADSTS50020, trace id ${entraIds.trace}, correlation id ${entraIds.correlation}`),
      );
    },
  },
  {
    fault: 'A claims challenge while looking (401 insufficient_claims)',
    inject: ({ simulator }) => {
      const headers = { 'WWW-Authenticate': `Bearer realm="", error="insufficient_claims", claims="${claims}"` };
      simulator.faults.next({ method: 'GET', path: '/jobs/deletions' }, { kind: 'respond', status: 401, headers });
    },
    told: [isEmpty],
    received: `look, ${started}, ${watched}`,
    jobs: ['succeeded'],
  },
  {
    fault: 'The instance is protected by a person',
    play: async (stage) => {
      const { instances } = stage.window.jobs;
      await instances.add(stage.machine.host);
      await instances.protect(stage.machine.host);
      await startAndWatch(stage);
    },
    told: [
      {
        text: /^localhost:\d+ is protected from deletion jobs\. Nothing was sent and nothing was deleted\. To lift that, use "Remove Protection"/,
        buttons: ['Remove Protection', 'Show Log'],
      },
    ],
    received: 'nothing',
    jobs: [],
  },
  {
    fault: 'The instance is protected by a rule of the settings',
    stage: { protectedHosts: ['local*'] },
    told: [
      {
        text: /^localhost:\d+ is protected from deletion jobs by "local\*" in the setting digitalTwins\.protectedHosts\. Nothing was sent and nothing was deleted\. To lift that, change the setting\.$/,
        buttons: ['Open Settings', 'Show Log'],
      },
    ],
    received: 'nothing',
    jobs: [],
  },
  {
    fault: 'Another window protects the instance while the start is being confirmed',
    play: async (stage) => {
      const confirmed = await stage.window.confirm();
      const other = await stage.open();
      await other.jobs.instances.protect(stage.machine.host);
      await stage.window.startConfirmed(confirmed);
    },
    told: [
      {
        text: /^No deletion job was started on localhost\. localhost:\d+ is protected from deletion jobs\. This attempt deleted nothing\. To lift that/,
        buttons: ['Remove Protection', 'Show Log'],
      },
    ],
    received: 'look, GET /jobs/deletions',
    jobs: [],
  },
  {
    fault: 'Two starts at once in one window',
    play: async (stage) => {
      const looked = [await stage.window.confirm(), await stage.window.confirm()];
      await Promise.all(looked.map((preflight) => stage.window.startConfirmed(preflight)));
      await stage.settled();
    },
    told: [
      {
        text: /^No deletion job was started on localhost\. Another start of a deletion job is under way\. This attempt deleted nothing\. Refresh to see/,
        buttons: ['Refresh', 'Show Log'],
      },
      isEmpty,
    ],
    received: `look ×2, POST /jobs/deletions, GET /jobs/deletions at any time, ${watched}`,
    jobs: ['succeeded'],
  },
  {
    fault: 'Two starts at once in two windows',
    play: async (stage) => {
      const other = await stage.open();
      const windows = [stage.window, other];
      const looked = await Promise.all(windows.map((window) => window.confirm()));
      await Promise.all(windows.map((window, index) => window.startConfirmed(looked[index])));
      await stage.settled();
    },
    told: [
      {
        text: /^No deletion job was started on localhost\. Another start of a deletion job is under way\./,
        buttons: ['Refresh', 'Show Log'],
      },
      isEmpty,
    ],
    received: `look ×2, POST /jobs/deletions, GET /jobs/deletions at any time, ${watched}`,
    jobs: ['succeeded'],
  },
  {
    fault: 'Another window starts a job while the start is being confirmed',
    play: async (stage) => {
      const confirmed = await stage.window.confirm();
      const other = await stage.open();
      await other.startDeletionJob();
      await stage.until(() => other.isSettled, 'the job of the other window has ended');
      await stage.window.startConfirmed(confirmed);
      await stage.settled();
    },
    told: [
      isEmpty,
      {
        text: /^No deletion job was started on localhost\. A deletion job was started while this one was being confirmed\./,
        buttons: ['Refresh', 'Show Log'],
      },
    ],
    received: `look, ${started}, ${watched}, GET /jobs/deletions`,
    jobs: ['succeeded'],
  },
]);
