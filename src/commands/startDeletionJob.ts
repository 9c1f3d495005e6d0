import * as vscode from 'vscode';
import type { MadeBackup } from '../backup/backup.ts';
import { backedUpText } from '../backup/transferText.ts';
import { isEmpty } from '../jobs/contents.ts';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import { jobJson, type JobJson } from '../jobs/jobJson.ts';
import { StartFailedError, type StartRequest } from '../jobs/jobStarter.ts';
import type { Preflight } from '../jobs/preflight.ts';
import { confirmationText } from '../jobs/preflightText.ts';
import { askName } from '../prompts/confirmationStep.ts';
import { askSteps, type Step, type StepResult } from '../prompts/steps.ts';
import { askTimeout, type TimeoutAnswer } from '../prompts/timeoutStep.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { newOperationId, parseOperationId } from '../service/operationId.ts';
import { checkTimeoutInMinutes, type TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { TraceContext } from '../service/traceContext.ts';
import { reportFailure } from '../views/failureMessage.ts';
import { InstanceNode, isRow } from '../views/jobNodes.ts';
import { readArguments } from './arguments.ts';
import { writeBackup } from './backUpInstance.ts';
import { askInstanceStep, lookAt, signIn, signInTo, withChosen, type Purpose } from './instanceSteps.ts';
import type { Parts } from './parts.ts';
import { showActiveJob } from './watchActiveJob.ts';

/** What the button does, which itself shows no more than a picture. */
const backUpHint = 'Back Up First, at the top right, writes all of it to a file.';

const backUpFirst: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('save'), tooltip: 'Back Up First' };

/** What is asked for, step by step. */
interface Answers {
  readonly host: InstanceHost;
  readonly timeout: TimeoutAnswer;
  readonly preflight: Preflight;
  /** Who asked for that, and is to start the job. */
  readonly identity: Identity;
  readonly confirmed: true;
}

/** What is known before the first step: what needs not be asked, and what to suggest where it is. */
interface Given {
  readonly answers: Partial<Answers>;
  readonly suggestedTimeout: TimeoutAnswer | undefined;
  readonly ids: Pick<StartRequest, 'operationId' | 'isIdNew' | 'trace'>;
}

/**
 * "Start Deletion Job…": asks for instance, timeout and confirmation, then starts the job. Called with an instance's
 * row or with `{hostname, timeoutInMinutes, operationId, traceparent, tracestate}`, it asks only for what is missing;
 * for the confirmation always. Returns the job as plain data, or undefined when the person backed out or the start
 * failed, which is then shown.
 */
export function startDeletionJob(parts: Parts): (argument?: unknown) => Promise<JobJson | undefined> {
  return (argument) => startBySteps(parts, readGiven(parts, argument));
}

/** Starts a deletion job on an instance again, with the timeout of an earlier one suggested. */
export function startAgainOn(
  parts: Parts,
  host: InstanceHost,
  timeoutInMinutes: TimeoutInMinutes | undefined,
): Promise<JobJson | undefined> {
  return startBySteps(parts, {
    answers: { host },
    suggestedTimeout: { minutes: timeoutInMinutes },
    ids: { operationId: newOperationId(parts.randomHex), isIdNew: true, trace: TraceContext.begin(parts.randomHex) },
  });
}

async function startBySteps(parts: Parts, given: Given): Promise<JobJson | undefined> {
  const { host } = given.answers;
  if (host) {
    await parts.instances.refuseProtected(host);
  }
  // First of all: the answers should not be typed for nothing.
  const purpose = startingOn(parts);
  if (!(await (host ? signInTo(parts, host, purpose) : signIn(parts, purpose)))) {
    return undefined;
  }
  return withChosen(parts, host, async (onChosen) => {
    const answers = await askSteps<Answers>(steps(parts, given, onChosen), given.answers);
    if (!answers) {
      return undefined;
    }
    const job = await start(parts, {
      ...given.ids,
      host: answers.host,
      timeoutInMinutes: answers.timeout.minutes,
      before: answers.preflight.contents,
      knownStarts: answers.preflight.knownStarts,
      identity: answers.identity,
    });
    parts.tree.reveal(job);
    return jobJson(job);
  });
}

/** What the steps before a start have to know of it. */
function startingOn({ instances }: Parts): Purpose {
  return {
    reason: (instance) => `To start a deletion job on ${instance} and to watch it.`,
    failed: (host, cause) => new StartFailedError(host, 'no', cause),
    check: (host) => instances.refuseProtected(host),
  };
}

/** Reads what the command was called with, and makes up the ids that were not given. Throws InvalidInputError. */
function readGiven({ parseHost, randomHex }: Parts, argument: unknown): Given {
  const row = argument instanceof InstanceNode ? argument : undefined;
  const { hostname, timeoutInMinutes, operationId, traceparent, tracestate } = readArguments(
    isRow(argument) ? undefined : argument,
    ['hostname', 'timeoutInMinutes', 'operationId', 'traceparent', 'tracestate'],
  );
  const host = row?.host ?? (hostname === undefined ? undefined : parseHost(hostname));
  return {
    answers: {
      ...(host && { host }),
      ...(timeoutInMinutes !== undefined && { timeout: { minutes: checkTimeoutInMinutes(timeoutInMinutes) } }),
    },
    suggestedTimeout: undefined,
    ids: {
      operationId: operationId === undefined ? newOperationId(randomHex) : parseOperationId(operationId),
      isIdNew: operationId === undefined,
      trace:
        traceparent === undefined
          ? TraceContext.begin(randomHex, tracestate)
          : TraceContext.parse(traceparent, tracestate),
    },
  };
}

function steps(
  parts: Parts,
  { answers: given, suggestedTimeout }: Given,
  onChosen: (host: InstanceHost) => void,
): Step<Answers>[] {
  const { defaultTimeoutInMinutes, clock } = parts;
  const purpose = startingOn(parts);
  const title = (host: InstanceHost | undefined, what: string): string =>
    `Start Deletion Job${host ? ` on ${host.hostname}` : ''}: ${what}`;

  const instance: Step<Answers> = async (_, position) =>
    named('host', await askInstanceStep(parts, purpose, title(undefined, 'Instance'), position, onChosen));
  const timeout: Step<Answers> = async ({ host, timeout: earlier }, position) => {
    const suggestion = earlier ?? suggestedTimeout;
    const suggested = suggestion ? suggestion.minutes : defaultTimeoutInMinutes();
    return named('timeout', await askTimeout(title(host, 'Timeout'), suggested, position));
  };
  const confirmation: Step<Answers> = async ({ host, timeout: chosen }, position) => {
    if (!host) {
      return { kind: 'cancel' };
    }
    for (let backup: MadeBackup | undefined; ;) {
      // Anew after a backup too: however long that took, what is shown is of now.
      const checked = await lookAt(parts, host, purpose, title(host, 'Checking'), position);
      if (checked.kind !== 'value') {
        return checked;
      }
      const preflight = checked.value;
      if (preflight.active) {
        showActiveJob(parts, host, preflight.active);
        return { kind: 'cancel' };
      }
      const identity = parts.instances.identityOf(host);
      const made = backup;
      const text = (): string =>
        [
          ...(made ? [backedUpText(made)] : isEmpty(preflight.contents) ? [] : [backUpHint]),
          confirmationText(host, chosen?.minutes, preflight, clock.now(), identity),
        ].join(' ');
      const question = { title: title(host, 'Confirmation'), host, text, position };
      const answer = await askName<'back up'>(question, [{ button: backUpFirst, value: 'back up' }]);
      if (answer.kind !== 'value') {
        return answer;
      }
      if (answer.value === true) {
        return { kind: 'value', value: { confirmed: true, preflight, identity } };
      }
      backup = (await writeBackup(parts, host).catch(report(parts))) ?? backup;
    }
  };
  return [...(given.host ? [] : [instance]), ...(given.timeout ? [] : [timeout]), confirmation];
}

/** Says what failed, and goes on. */
function report({ log }: Parts): (error: unknown) => undefined {
  return (error) => {
    reportFailure(log, error);
  };
}

function named<K extends keyof Answers>(name: K, result: StepResult<Answers[K]>): StepResult<Partial<Answers>> {
  return result.kind === 'value' ? { kind: 'value', value: { [name]: result.value } } : result;
}

async function start({ starter, list }: Parts, request: StartRequest): Promise<DeletionJob> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Starting the deletion job on ${request.host.hostname}`,
  };
  try {
    return await vscode.window.withProgress(options, () => starter.start(request));
  } catch (error) {
    if (error instanceof StartFailedError) {
      // Whatever it was, the list tells how things stand: the job that is in the way, or the one that did start.
      void list.refresh(request.host);
    }
    throw error;
  }
}
