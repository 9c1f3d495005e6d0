import assert from 'node:assert/strict';
import type { FaultAction } from '../../simulator/faults.ts';
import { startAndWatch, type ExpectedMessage, type Row } from '../row.ts';
import {
  askedFor,
  errorBody,
  isEmpty,
  notKnown,
  notStarted,
  started,
  startedAndListed,
  wasNotStarted,
  watched,
  group,
  type Group,
} from './expected.ts';

const toStart = { method: 'POST', path: '/jobs/deletions' };
const refresh = ['Refresh', 'Show Log'];
const log = ['Show Log'];
const claims = Buffer.from('{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}').toString('base64');
const challenge = { 'WWW-Authenticate': `Bearer realm="", error="insufficient_claims", claims="${claims}"` };

function respond(
  status: number,
  rest: Omit<Extract<FaultAction, { kind: 'respond' }>, 'kind' | 'status'> = {},
): FaultAction {
  return { kind: 'respond', status, ...rest };
}

/** The start meets the fault, and it is not known what came of it: it turns out to be a job. */
function unknownAndStarted(fault: string, action: FaultAction, happened: RegExp): Row {
  return {
    fault: `${fault}; the job was started`,
    inject: ({ simulator }) => {
      simulator.faults.next(toStart, action);
    },
    ...(action.kind === 'delay' && { stage: { heldBack: /^POST \/jobs\/deletions$/ } }),
    told: [notKnown(happened), isEmpty],
    tree: ['start unconfirmed'],
    received: `${startedAndListed}, ${watched}`,
    jobs: ['succeeded'],
  };
}

/** As above, and it turns out to be none. */
function unknownAndNotStarted(fault: string, action: FaultAction, happened: RegExp): Row {
  return {
    ...unknownAndStarted(fault, action, happened),
    fault: `${fault}; no job was started`,
    told: [notKnown(happened), wasNotStarted],
    tree: ['no news: 404 DeleteJobNotFound', 'start unconfirmed', 'was not started'],
    received: `${startedAndListed}, ${askedFor}`,
    jobs: ['absent'],
  };
}

/** The start is refused. */
function refused(fault: string, action: FaultAction, message: ExpectedMessage): Row {
  return {
    fault,
    inject: ({ simulator }) => {
      simulator.faults.next(toStart, action);
    },
    told: [message],
    received: startedAndListed,
    jobs: [],
  };
}

/** The start is accepted, whatever is odd about the answer. */
function accepted(fault: string, action: FaultAction, rest: Partial<Row> = {}): Row {
  return {
    fault,
    inject: ({ simulator }) => {
      simulator.faults.next(toStart, action);
    },
    told: [isEmpty],
    received: `${started}, ${watched}`,
    jobs: ['succeeded'],
    ...rest,
  };
}

const unclear = group('The answer to the start does not come, or says nothing certain', [
  unknownAndNotStarted(
    'The connection breaks before the start arrives',
    { kind: 'dropBefore' },
    /The connection to localhost:\d+ broke before an answer came \(ECONNRESET\)\./,
  ),
  unknownAndStarted(
    'The connection breaks before the answer arrives',
    { kind: 'dropAfter' },
    /The connection to localhost:\d+ broke before an answer came \(ECONNRESET\)\./,
  ),
  unknownAndNotStarted(
    'No answer within 30 s',
    { kind: 'delay', ms: 3_600_000 },
    /localhost:\d+ gave no answer in time \(ETIMEDOUT\)\./,
  ),
  {
    ...unknownAndStarted(
      'No answer within 30 s',
      { kind: 'delay', ms: 3_600_000, of: 'answer' },
      /localhost:\d+ gave no answer in time \(ETIMEDOUT\)\./,
    ),
    // By then it has ended.
    received: `${startedAndListed}, count`,
  },
  ...[500, 502, 503].flatMap((status) => {
    const happened = new RegExp(`localhost:\\d+ answered with status ${status}`);
    return [
      unknownAndNotStarted(`Status ${status}`, respond(status), happened),
      unknownAndStarted(`Status ${status}`, respond(status, { takesEffect: true }), happened),
    ];
  }),
  unknownAndNotStarted(
    'Status 503 with `Retry-After` in seconds',
    respond(503, { headers: { 'Retry-After': '120' } }),
    /localhost:\d+ answered with status 503/,
  ),
  unknownAndNotStarted(
    'Status 503 with `Retry-After` as a date',
    respond(503, { headers: { 'Retry-After': 'Fri, 02 Jan 2026 03:06:05 GMT' } }),
    /localhost:\d+ answered with status 503/,
  ),
  unknownAndNotStarted('Status 408', respond(408), /localhost:\d+ waited too long for the request\./),
  unknownAndStarted(
    'The answer 202 breaks off in its body',
    { kind: 'truncate' },
    /The answer of localhost:\d+ could not be read \(PARSE_ERROR\)\./,
  ),
  unknownAndStarted(
    'Status 200 instead of 202',
    respond(200, { takesEffect: true, body: { status: 'notstarted' } }),
    /localhost:\d+ answered with status 200, which is not the one that the service documents\./,
  ),
  {
    ...unknownAndNotStarted('A redirect (307) to another host', respond(307), /redirects to https:\/\/localhost:\d+/),
    inject: ({ simulator, elsewhere }) => {
      simulator.faults.next(toStart, respond(307, { headers: { Location: `${elsewhere.origin}/jobs/deletions` } }));
    },
    check: ({ elsewhere }) => {
      assert.equal(elsewhere.connections, 0);
    },
  },
]);

const odd = group('The start is accepted with an odd answer', [
  accepted('Status 202 with an empty body', respond(202, { takesEffect: true }), { tree: ['status unknown'] }),
  accepted(
    'Status 202 with an empty body that is said to be gzip',
    respond(202, { takesEffect: true, headers: { 'Content-Encoding': 'gzip' } }),
    { tree: ['status unknown'] },
  ),
  accepted(
    'Status 202 with a web page',
    respond(202, { takesEffect: true, headers: { 'Content-Type': 'text/html' }, body: '<html>' }),
    { tree: ['status unknown'] },
  ),
  accepted(
    'Status 202 with another id than the one sent',
    respond(202, { body: { id: 'other', status: 'notstarted' } }),
    {
      play: async (stage) => {
        stage.window.beforeSending = () => stage.simulator.instance.startDeletion('other');
        await startAndWatch(stage);
      },
    },
  ),
  {
    ...accepted('`Operation-Location` on another host', respond(202)),
    inject: ({ simulator, elsewhere }) => {
      const headers = { 'Operation-Location': `${elsewhere.origin}/jobs/deletions/a` };
      simulator.faults.next(toStart, respond(202, { takesEffect: true, headers, body: { status: 'notstarted' } }));
    },
    check: ({ window, elsewhere }) => {
      assert.equal(elsewhere.connections, 0);
      assert.match(window.log.of('warn').join('\n'), /Operation-Location on another host refused/);
    },
  },
  accepted(
    'A proxy sends the start twice, and the refusal of the copy (400 ValidationFailed) comes back',
    respond(400, { takesEffect: true, body: errorBody('ValidationFailed', 'Operation-Id already exists.') }),
    { received: `${started}, GET /jobs/deletions/{id} ≥2, count` },
  ),
]);

const refusals = group('The start is refused', [
  refused(
    'Status 401',
    respond(401, { body: errorBody('Unauthorized', 'The token is not valid.') }),
    notStarted(
      /did not accept the sign-in\. The service says: Unauthorized: The token is not valid\./,
      /Choose the instance's tenant, with an account that is known there, or sign in again\.$/,
      ['Switch Account or Tenant…', 'Show Log', 'Learn More'],
    ),
  ),
  {
    ...refused(
      'A claims challenge (401 insufficient_claims)',
      respond(401, { headers: challenge }),
      notStarted(/The instance asks for a new sign-in, with a second factor for one\./, /Sign in: VS Code asks for/, [
        'Sign In',
        'Show Log',
        'Learn More',
      ]),
    ),
    check: ({ sessions }) => {
      assert.equal(sessions.asked, 0, 'asked to sign in without having pressed a button');
    },
  },
  refused(
    'Status 403 with an empty body',
    respond(403),
    notStarted(
      /The signed-in account may not do this on localhost:\d+\./,
      /the role "Azure Digital Twins Data Owner" on the instance; being Owner of the subscription is not enough/,
      [...refresh, 'Learn More'],
    ),
  ),
  refused(
    'Status 404 "Sub-Domain not found"',
    respond(404, { body: errorBody('NotFound', 'Sub-Domain not found.') }),
    notStarted(
      /is not in the tenant of the signed-in account\./,
      /Choose the instance's tenant, with an account that is known there/,
      ['Switch Account or Tenant…', 'Show Log', 'Learn More'],
    ),
  ),
  refused(
    'Status 407',
    respond(407),
    notStarted(/A proxy on the way to localhost:\d+ asks for a sign-in of its own\./, /Sign in to your proxy/, [
      ...log,
      'Learn More',
    ]),
  ),
  refused(
    'Status 409',
    respond(409),
    notStarted(
      /is busy with something that is in the way/,
      /Refresh to see how things stand, then try again\.$/,
      refresh,
    ),
  ),
  refused(
    'Status 429 with `Retry-After` in seconds',
    respond(429, { headers: { 'Retry-After': '30' } }),
    notStarted(/has had too many requests\./, /Try again in 30 s\./, refresh),
  ),
  refused(
    'Status 429 with `Retry-After` as a date',
    respond(429, { headers: { 'Retry-After': 'Fri, 02 Jan 2026 03:13:35 GMT' } }),
    notStarted(/has had too many requests\./, /Try again in 10 min\./, refresh),
  ),
  {
    ...refused(
      'Another job begins between the look and the start (400 JobLimitReached)',
      respond(400),
      notStarted(
        /Another bulk job is active on localhost:\d+, a deletion or an import\./,
        /Wait until that job has ended/,
        refresh,
      ),
    ),
    inject: () => undefined,
    play: async (stage) => {
      const { instance } = stage.simulator;
      stage.window.beforeSending = () =>
        instance.plantDeletionJob({ id: 'another', finishedAt: instance.now() + 6_000 });
      await startAndWatch(stage);
    },
    received: `${startedAndListed}, GET /jobs/deletions/{id} ≥1`,
    jobs: ['succeeded'],
  },
  {
    ...refused(
      'The id that was asked for belongs to an earlier job (400 ValidationFailed)',
      respond(400),
      notStarted(
        /refused the request as not valid\. The service says: ValidationFailed: Operation-Id already exists\./,
        /its operation id is taken: start again with another one/,
        log,
      ),
    ),
    inject: ({ simulator: { instance } }) =>
      instance.plantDeletionJob({ id: 'mine', createdAt: instance.now() - 3_600_000 }),
    play: (stage) => stage.window.startDeletionJob({ operationId: 'mine' }),
    received: `${started}, GET /jobs/deletions/{id}, GET /jobs/deletions`,
    jobs: ['succeeded'],
  },
]);

/** Rows about the answer to the start. */
export const startAnswers: readonly Group[] = [unclear, odd, refusals];
