import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import { StartFailedError, type StartRequest } from '../jobs/jobStarter.ts';
import { askConfirmation } from '../prompts/confirmationStep.ts';
import { askInstance } from '../prompts/instanceStep.ts';
import { askSteps, type Step, type StepResult } from '../prompts/steps.ts';
import { askTimeout, type TimeoutAnswer } from '../prompts/timeoutStep.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { newOperationId, parseOperationId } from '../service/operationId.ts';
import { checkTimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { TraceContext } from '../service/traceContext.ts';
import { jobJson, type JobJson } from '../views/jobDocument.ts';
import { InstanceNode, isRow } from '../views/jobNodes.ts';
import { readArguments } from './arguments.ts';
import type { Parts } from './parts.ts';

/** What is asked for, step by step. */
interface Answers {
  readonly host: InstanceHost;
  readonly timeout: TimeoutAnswer;
  readonly confirmed: true;
}

/**
 * "Start Deletion Job…": asks for instance, timeout and confirmation, then starts the job. Called with an instance's
 * row or with `{hostname, timeoutInMinutes, operationId, traceparent, tracestate}`, it asks only for what is missing;
 * for the confirmation always. Returns the job as plain data, or undefined when the person backed out or the start
 * failed, which is then shown.
 */
export function startDeletionJob(parts: Parts): (argument?: unknown) => Promise<JobJson | undefined> {
  return async (argument) => {
    const { given, operationId, trace } = readGiven(parts, argument);
    // First of all: the answers should not be typed for nothing, and the confirmation should be the last act.
    const reason = `To start a deletion job on ${given.host?.hostname ?? 'an Azure Digital Twins instance'} and to watch it.`;
    if ((await parts.account.signIn(reason)) === undefined) {
      return undefined;
    }
    const answers = await askSteps<Answers>(steps(parts, given), given);
    if (!answers) {
      return undefined;
    }
    const job = await start(parts, {
      host: answers.host,
      timeoutInMinutes: answers.timeout.minutes,
      operationId,
      trace,
    });
    parts.tree.reveal(job);
    return jobJson(job);
  };
}

/** Reads what the command was called with, and makes up the ids that were not given. Throws InvalidInputError. */
function readGiven(
  { parseHost, randomHex }: Parts,
  argument: unknown,
): Pick<StartRequest, 'operationId' | 'trace'> & { readonly given: Partial<Answers> } {
  const row = argument instanceof InstanceNode ? argument : undefined;
  const { hostname, timeoutInMinutes, operationId, traceparent, tracestate } = readArguments(
    isRow(argument) ? undefined : argument,
    ['hostname', 'timeoutInMinutes', 'operationId', 'traceparent', 'tracestate'],
  );
  const host = row?.host ?? (hostname === undefined ? undefined : parseHost(hostname));
  return {
    given: {
      ...(host && { host }),
      ...(timeoutInMinutes !== undefined && { timeout: { minutes: checkTimeoutInMinutes(timeoutInMinutes) } }),
    },
    operationId: operationId === undefined ? newOperationId(randomHex) : parseOperationId(operationId),
    trace:
      traceparent === undefined
        ? TraceContext.begin(randomHex, tracestate)
        : TraceContext.parse(traceparent, tracestate),
  };
}

function steps({ store, parseHost, defaultTimeoutInMinutes }: Parts, given: Partial<Answers>): Step<Answers>[] {
  const title = (host: InstanceHost | undefined, what: string): string =>
    `Start Deletion Job${host ? ` on ${host.hostname}` : ''}: ${what}`;

  const instance: Step<Answers> = async (_, position) => {
    const known = store.instances.map(({ host }) => host);
    return named('host', await askInstance(title(undefined, 'Instance'), known, parseHost, position));
  };
  const timeout: Step<Answers> = async ({ host, timeout: earlier }, position) => {
    const suggested = earlier ? earlier.minutes : defaultTimeoutInMinutes();
    return named('timeout', await askTimeout(title(host, 'Timeout'), suggested, position));
  };
  const confirmation: Step<Answers> = async ({ host, timeout: chosen }, position) => {
    if (!host) {
      return { kind: 'cancel' };
    }
    return named('confirmed', await askConfirmation(title(host, 'Confirmation'), host, chosen?.minutes, position));
  };
  return [...(given.host ? [] : [instance]), ...(given.timeout ? [] : [timeout]), confirmation];
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
