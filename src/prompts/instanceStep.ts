import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { Found, FoundInstance, InstanceFinder } from '../instances/instanceFinder.ts';
import type { Instance } from '../jobs/jobStore.ts';
import { InvalidInputError } from '../service/errors.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import {
  enteredRows,
  instanceRows,
  readHost,
  type ChosenInstance,
  type InstanceRow,
  type RowAction,
} from './instanceRows.ts';
import { showStep, type StepPosition, type StepResult } from './steps.ts';

/** How to ask for an instance. */
export interface InstanceQuestion {
  readonly title: string;
  readonly position: StepPosition;
  /** Offered first. */
  readonly known: readonly Instance[];
  readonly finder: InstanceFinder;
  readonly parseHost: (input: string) => InstanceHost;
  /** Asks the person to sign in, so that more can be found: as this account, or as any. */
  readonly signIn: (identity: Identity | undefined) => Promise<void>;
  /** Says why something can't be listed, with what can be done about it. */
  readonly explain: (error: unknown) => void;
}

const placeholder = 'Choose an instance, or enter its host name';
const refreshButton: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('refresh'), tooltip: 'Refresh' };

/** Asks for an instance: one of the known ones, one of those that are found, or a host name typed or pasted. */
export async function askInstance(question: InstanceQuestion): Promise<StepResult<ChosenInstance>> {
  const { title, position, finder } = question;
  const pick = new InstancePick(question);
  pick.input.title = title;
  finder.on('changed', pick.offer);
  void finder.load();
  pick.offer();
  try {
    return await showStep(pick.input, position, () => pick.accept(), [refreshButton]);
  } finally {
    finder.off('changed', pick.offer);
  }
}

/** The list of instances that fills while it is shown. */
class InstancePick {
  readonly input = vscode.window.createQuickPick<InstanceRow>();
  readonly #question: InstanceQuestion;
  #shown: readonly FoundInstance[] = [];
  #isEntering = false;

  constructor(question: InstanceQuestion) {
    this.#question = question;
    const { input } = this;
    input.matchOnDescription = true;
    input.keepScrollPosition = true;
    input.onDidChangeValue(this.offer);
    input.onDidTriggerButton((button) => {
      if (button === refreshButton) {
        void question.finder.refresh();
      }
    });
  }

  /** Brings the rows up to what is found and typed. */
  readonly offer = (): void => {
    const { input } = this;
    const { finder, known, parseHost } = this.#question;
    const { found } = finder;
    input.busy = found.isBusy;
    if (!this.#isEntering) {
      const isWhole = found.problems.length === 0;
      input.placeholder = isWhole ? placeholder : `${placeholder} (some are missing, see the end)`;
    }
    this.#shown = extended(this.#shown, found);
    const common = { typed: input.value.trim(), byHost: (host: InstanceHost) => this.#foundOf(host), parseHost };
    this.#show(this.#isEntering ? enteredRows(common) : instanceRows({ ...common, known, shown: this.#shown, found }));
  };

  /** What was chosen; undefined where the row that was accepted does something else, or nothing. */
  accept(): ChosenInstance | undefined {
    const { input } = this;
    const { parseHost } = this.#question;
    // Enter may come before the rows have followed what was typed: a whole host name says best what is meant.
    const host = readHost(input.value, parseHost);
    if (!(host instanceof InvalidInputError)) {
      return { host, found: this.#foundOf(host) };
    }
    const [selected] = input.selectedItems;
    if (selected === undefined || !input.items.includes(selected)) {
      return undefined;
    }
    if (selected.action) {
      this.#carryOut(selected.action);
    }
    return selected.chosen;
  }

  #foundOf(host: InstanceHost): FoundInstance | undefined {
    const { finder, known } = this.#question;
    return known.some((each) => each.host.hostname === host.hostname) ? undefined : finder.byHost(host);
  }

  #carryOut(action: RowAction): void {
    switch (action.kind) {
      case 'enterHostName':
        this.#isEntering = true;
        if (this.input.value !== '') {
          this.input.value = '';
        }
        this.input.placeholder = "Host name, as the instance's overview page in the Azure portal shows it";
        this.offer();
        break;
      case 'signIn':
        void this.#question.signIn(action.identity);
        break;
      case 'explain':
        this.#question.explain(action.error);
        break;
    }
  }

  #show(rows: readonly InstanceRow[]): void {
    const { input } = this;
    if (rows.length === input.items.length && rows.every((row, at) => isSame(row, input.items[at]))) {
      // Shown anew, they would all be there for a moment, and one of them under the pointer that is not meant.
      return;
    }
    const active = input.activeItems[0]?.chosen?.host.hostname;
    input.items = rows;
    const same = rows.find(({ chosen }) => active !== undefined && chosen?.host.hostname === active);
    if (same) {
      input.activeItems = [same];
    }
  }
}

function isSame(row: InstanceRow, other: InstanceRow | undefined): boolean {
  return (
    row.label === other?.label &&
    row.description === other.description &&
    row.detail === other.detail &&
    row.chosen?.found?.foundBy === other.chosen?.found?.foundBy &&
    isDeepStrictEqual(row.action, other.action)
  );
}

/**
 * Those that were shown, in their places, and after them what has come since: no row moves under the pointer. What a new
 * search does not find goes when it has ended.
 */
function extended(shown: readonly FoundInstance[], { instances, isBusy }: Found): readonly FoundInstance[] {
  const current = new Map(instances.map((each) => [each.resourceId, each]));
  const isShown = new Set(shown.map(({ resourceId }) => resourceId));
  const stayed = shown.flatMap((each) => current.get(each.resourceId) ?? (isBusy ? each : []));
  return [...stayed, ...instances.filter(({ resourceId }) => !isShown.has(resourceId))];
}
