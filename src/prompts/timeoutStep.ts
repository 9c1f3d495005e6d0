import * as vscode from 'vscode';
import { parseTimeoutInMinutes, timeoutLimits, type TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { readAnswer, showStep, type StepPosition, type StepResult } from './steps.ts';

/** The answer to the question for a timeout; `minutes` is undefined for the service's default. */
export interface TimeoutAnswer {
  readonly minutes: TimeoutInMinutes | undefined;
}

/** Asks for a timeout in minutes, checking while it is typed. */
export function askTimeout(
  title: string,
  suggested: number | undefined,
  position: StepPosition,
): Promise<StepResult<TimeoutAnswer>> {
  const { minimum, maximum, serviceDefault } = timeoutLimits;
  const box = vscode.window.createInputBox();
  box.title = title;
  box.value = suggested === undefined ? '' : String(suggested);
  box.placeholder = `${serviceDefault} (the service's default)`;
  box.prompt = `Minutes after which the service gives up, ${minimum} to ${maximum}. Empty: the service's default, ${serviceDefault}.`;
  const read = (): TimeoutAnswer | undefined => readAnswer(box, (typed) => ({ minutes: parseTimeoutInMinutes(typed) }));
  box.onDidChangeValue(read);
  read();
  return showStep(box, position, read);
}
