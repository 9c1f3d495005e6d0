import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import { jobJson, type JobJson } from '../jobs/jobJson.ts';
import { StartFailedError, type StartRequest } from '../jobs/jobStarter.ts';
import type { Preflight } from '../jobs/preflight.ts';
import { confirmationText } from '../jobs/preflightText.ts';
import { showChecking } from '../prompts/checkStep.ts';
import { askName } from '../prompts/confirmationStep.ts';
import { askSteps, type Step, type StepPosition, type StepResult } from '../prompts/steps.ts';
import { askTimeout, type TimeoutAnswer } from '../prompts/timeoutStep.ts';
import { needsOtherIdentity, SignInRequiredError } from '../service/errors.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { newOperationId, parseOperationId } from '../service/operationId.ts';
import { checkTimeoutInMinutes, type TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { TraceContext } from '../service/traceContext.ts';
import { InstanceNode, isRow } from '../views/jobNodes.ts';
import { readArguments } from './arguments.ts';
import { chooseAccess } from './chooseAccess.ts';
import { chooseInstance, detailsOfChosen } from './chooseInstance.ts';
import type { Parts } from './parts.ts';
import { showActiveJob } from './watchActiveJob.ts';

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
  if (!(await (host ? signInTo(parts, host) : signIn(parts)))) {
    return undefined;
  }
  let chosen = host;
  const onChosen = (instance: InstanceHost): void => {
    if (chosen) {
      parts.instances.forgetChoice(chosen);
    }
    chosen = instance;
  };
  try {
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
  } finally {
    if (chosen) {
      parts.instances.forgetChoice(chosen);
    }
  }
}

/** Signs in before an instance is chosen, unless that may be one for which nobody needs to. */
async function signIn({ credentials, store, instances, cloud, identity }: Parts): Promise<boolean> {
  const isOther = [identity(), ...store.instances.map(({ host }) => instances.identityOf(host))].some(
    ({ credential }) => credential !== 'vscode',
  );
  const options = { reason: reasonToSignIn('an Azure Digital Twins instance') };
  return isOther || (await credentials.signIn(cloud(), identity(), options)) !== undefined;
}

/** Makes sure that there is a token for the instance. Whatever fails, no job was started. */
async function signInTo({ credentials }: Parts, host: InstanceHost): Promise<boolean> {
  try {
    return (await credentials.signInTo(host, { reason: reasonToSignIn(host.hostname) })) !== undefined;
  } catch (error) {
    throw new StartFailedError(host, 'no', error);
  }
}

function reasonToSignIn(instance: string): string {
  return `To start a deletion job on ${instance} and to watch it.`;
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
  const { store, defaultTimeoutInMinutes, clock } = parts;
  const title = (host: InstanceHost | undefined, what: string): string =>
    `Start Deletion Job${host ? ` on ${host.hostname}` : ''}: ${what}`;

  const instance: Step<Answers> = async (_, position) => {
    const shown = title(undefined, 'Instance');
    const chosen = await chooseInstance(parts, shown, store.instances, position);
    if (chosen.kind !== 'value') {
      return chosen;
    }
    const { host, found } = chosen.value;
    await parts.instances.refuseProtected(host);
    const details = await detailsOfChosen(shown, found);
    if (!details) {
      return { kind: 'cancel' };
    }
    onChosen(host);
    parts.instances.choose(host, details);
    return (await signInTo(parts, host)) ? { kind: 'value', value: { host } } : { kind: 'cancel' };
  };
  const timeout: Step<Answers> = async ({ host, timeout: earlier }, position) => {
    const suggestion = earlier ?? suggestedTimeout;
    const suggested = suggestion ? suggestion.minutes : defaultTimeoutInMinutes();
    return named('timeout', await askTimeout(title(host, 'Timeout'), suggested, position));
  };
  const confirmation: Step<Answers> = async ({ host, timeout: chosen }, position) => {
    if (!host) {
      return { kind: 'cancel' };
    }
    const checked = await check(parts, host, title(host, 'Checking'), position);
    if (checked.kind !== 'value') {
      return checked;
    }
    const preflight = checked.value;
    if (preflight.active) {
      showActiveJob(parts, host, preflight.active);
      return { kind: 'cancel' };
    }
    const identity = parts.instances.identityOf(host);
    const text = (): string => confirmationText(host, chosen?.minutes, preflight, clock.now(), identity);
    const confirmed = await askName(title(host, 'Confirmation'), host, text, position);
    return confirmed.kind === 'value' ? { kind: 'value', value: { confirmed: true, preflight, identity } } : confirmed;
  };
  return [...(given.host ? [] : [instance]), ...(given.timeout ? [] : [timeout]), confirmation];
}

function named<K extends keyof Answers>(name: K, result: StepResult<Answers[K]>): StepResult<Partial<Answers>> {
  return result.kind === 'value' ? { kind: 'value', value: { [name]: result.value } } : result;
}

/**
 * Looks at the instance. Where that needs a new sign-in or another tenant, the person is asked for it and it is looked
 * at again: once.
 */
async function check(
  parts: Parts,
  host: InstanceHost,
  title: string,
  position: StepPosition,
): Promise<StepResult<Preflight>> {
  const look = async (): Promise<StepResult<Preflight>> => {
    const looked = await showChecking(title, position, parts.preflight.look(host));
    await keepAccount(parts, host);
    return looked;
  };
  try {
    return await look();
  } catch (error) {
    const isMended =
      error instanceof SignInRequiredError
        ? await signInTo(parts, host)
        : needsOtherIdentity(error) && (await chooseAccess(parts, host, error));
    if (!isMended) {
      throw new StartFailedError(host, 'no', error);
    }
    return look().catch((again: unknown) => {
      throw new StartFailedError(host, 'no', again);
    });
  }
}

/** The account that was asked with is the one that the start is sent with, whichever VS Code prefers by then. */
async function keepAccount({ credentials, instances }: Parts, host: InstanceHost): Promise<void> {
  const { credential, account } = instances.identityOf(host);
  const used = credentials.accountUsedFor(host);
  if (credential === 'vscode' && !account && used) {
    await instances.setAccess(host, { ...instances.detailsOf(host).access, account: used });
  }
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
