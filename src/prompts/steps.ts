import * as vscode from 'vscode';
import { InvalidInputError } from '../service/errors.ts';

/** How a step ended: with a value, by the Back button, or by leaving the whole (Escape). */
export type StepResult<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'back' | 'cancel' };

/** Where a step stands among the steps that are shown. */
export interface StepPosition {
  readonly step: number;
  readonly totalSteps: number;
}

/** One step of several: asks, starting from what was answered before when the person comes back to it. */
export type Step<T> = (answers: Partial<T>, position: StepPosition) => Promise<StepResult<Partial<T>>>;

/**
 * Asks step after step; Back goes to the one before.
 *
 * @param from the step to begin with; Back leads to those before it too
 * @returns all answers together with those given at the start; undefined when the person backed out
 */
export async function askSteps<T extends object>(
  steps: readonly Step<T>[],
  given: Partial<T>,
  from = 0,
): Promise<T | undefined> {
  let answers = given;
  for (let at = from; at < steps.length;) {
    const result = await steps[at]?.(answers, { step: at + 1, totalSteps: steps.length });
    if (result?.kind === 'value') {
      answers = { ...answers, ...result.value };
      at += 1;
    } else if (result?.kind === 'back' && at > 0) {
      at -= 1;
    } else {
      return undefined;
    }
  }
  return answers as T;
}

/**
 * Shows a quick pick or input box as a step until it is accepted, left or hidden.
 *
 * @param accept reads the answer; undefined when what is there can't be accepted, and the step stays open
 * @param buttons besides Back; what they do is the caller's
 */
export function showStep<T>(
  input: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox,
  position: StepPosition,
  accept: () => T | undefined,
  buttons: readonly vscode.QuickInputButton[] = [],
): Promise<StepResult<T>> {
  return keepInput(
    input,
    position,
    ({ resolve }) => {
      input.onDidAccept(() => {
        const value = accept();
        if (value !== undefined) {
          resolve({ kind: 'value', value });
        }
      });
    },
    buttons,
  );
}

/** How whoever shows an input ends it. */
export interface InputEnd<T> {
  readonly resolve: (result: StepResult<T>) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Shows an input as a step until it is left or hidden, or `begin` ends it.
 *
 * @throws what `begin` rejects with
 */
export function keepInput<T>(
  input: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox,
  position: StepPosition,
  begin: (end: InputEnd<T>) => void,
  buttons: readonly vscode.QuickInputButton[] = [],
): Promise<StepResult<T>> {
  if (position.totalSteps > 1) {
    input.step = position.step;
    input.totalSteps = position.totalSteps;
  }
  // The answers come from other windows too (a host name from a portal): looking there must not throw them away.
  input.ignoreFocusOut = true;
  input.buttons = [...(position.step > 1 ? [vscode.QuickInputButtons.Back] : []), ...buttons];
  return new Promise<StepResult<T>>((resolve, reject) => {
    begin({ resolve, reject });
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) {
        resolve({ kind: 'back' });
      }
    });
    input.onDidHide(() => {
      resolve({ kind: 'cancel' });
    });
    input.show();
  }).finally(() => {
    input.dispose();
  });
}

/**
 * Reads the answer in an input box, and shows in it why an answer can't be taken.
 *
 * @param parse throws InvalidInputError
 * @returns undefined when it can't be taken
 */
export function readAnswer<T>(box: vscode.InputBox, parse: (typed: string) => T): T | undefined {
  try {
    const answer = parse(box.value);
    box.validationMessage = undefined;
    return answer;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    box.validationMessage = error.message;
    return undefined;
  }
}
