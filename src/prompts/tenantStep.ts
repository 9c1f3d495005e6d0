import * as vscode from 'vscode';
import type { Explanation } from '../service/explain.ts';
import { readTenant, type Tenant } from '../service/tenant.ts';
import { plainLabel } from './plainLabel.ts';
import { showStep, type StepPosition, type StepResult } from './steps.ts';

/** How to ask for a tenant. */
export interface TenantQuestion {
  readonly title: string;
  readonly position: StepPosition;
  /** The tenants to choose from, which take a while. */
  readonly tenants: Promise<readonly Tenant[]>;
  /** Puts into words why they can't be had. */
  readonly explained: (error: unknown) => Promise<Explanation>;
  /** The tenant that the instance named as its own, which is suggested. */
  readonly named: string | undefined;
  /** The tenant that is used now. */
  readonly current: string | undefined;
  /** The tenant of the settings, which counts where none is chosen; undefined for the account's own. */
  readonly standard: string | undefined;
  /** Why a tenant is asked for, in a few words, where something has happened. */
  readonly why: string | undefined;
}

/** The tenant that was chosen; without an id it is the account's own. */
export interface ChosenTenant {
  readonly tenantId: string | undefined;
}

interface TenantItem extends vscode.QuickPickItem {
  readonly chosen?: ChosenTenant;
}

/** Asks for a tenant: one of the account's, by name and domain, or an id or domain typed. */
export function askTenant(question: TenantQuestion): Promise<StepResult<ChosenTenant>> {
  const { title, position, tenants, named, current, explained } = question;
  const pick = vscode.window.createQuickPick<TenantItem>();
  pick.title = title;
  const what = 'Choose a tenant, or enter its ID or domain';
  pick.placeholder = question.why === undefined ? what : `${question.why}. ${what}`;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.busy = true;
  const suggested = named ?? current;
  let known: readonly Tenant[] = [];
  let failure: string | undefined;
  const offer = (): void => {
    pick.items = offered(pick.value.trim(), known, question, failure);
    const active = pick.items.find(({ chosen }) => chosen !== undefined && isTenant(known, chosen.tenantId, suggested));
    if (active && pick.value === '') {
      pick.activeItems = [active];
    }
  };
  pick.onDidChangeValue(offer);
  offer();
  tenants
    .then((all) => {
      known = all;
    })
    .catch(async (error: unknown) => {
      failure = (await explained(error)).short;
    })
    .finally(() => {
      pick.busy = false;
      offer();
    })
    .catch(() => undefined);
  return showStep(pick, position, () => {
    // Enter may come before the rows have followed what was typed: a whole id or domain says best what is meant.
    const typed = readTenant(pick.value);
    return typed === undefined ? pick.selectedItems[0]?.chosen : { tenantId: tenantOf(known, typed)?.id ?? typed };
  });
}

/** The rows. Those that are there before the tenants are keep their places when these come. */
function offered(
  typed: string,
  known: readonly Tenant[],
  { named, current, standard }: TenantQuestion,
  failure: string | undefined,
): readonly TenantItem[] {
  const id = readTenant(typed);
  if (id !== undefined) {
    // One that is named whole is meant, and no other that merely contains it.
    const same = tenantOf(known, id);
    return [
      same
        ? { ...tenantItem(same, named, current), alwaysShow: true }
        : { label: id, description: 'use this tenant', chosen: { tenantId: id }, alwaysShow: true },
    ];
  }
  const first =
    named === undefined ? undefined : (tenantOf(known, named) ?? { id: named, name: undefined, domain: undefined });
  return [
    ...(first ? [tenantItem(first, named, current)] : []),
    {
      label: standard === undefined ? "The account's own tenant" : `${standard}, as digitalTwins.tenantId says`,
      description: current === standard ? 'now' : '',
      chosen: { tenantId: undefined },
    },
    ...known.filter((tenant) => tenant !== first).map((tenant) => tenantItem(tenant, named, current)),
    ...(failure === undefined
      ? []
      : [{ label: '$(warning) The tenants could not be listed', description: failure, alwaysShow: true }]),
  ];
}

function tenantOf(known: readonly Tenant[], tenant: string): Tenant | undefined {
  return known.find(({ id, domain }) => id === tenant || domain?.toLowerCase() === tenant);
}

function tenantItem({ id, name, domain }: Tenant, named: string | undefined, current: string | undefined): TenantItem {
  const marks = [
    ...(named === id || named === domain ? ['the tenant of the instance'] : []),
    ...(current === id || current === domain ? ['now'] : []),
  ];
  return {
    label: plainLabel(name ?? domain ?? id),
    description: [domain === undefined ? '' : plainLabel(domain), ...marks].filter((part) => part !== '').join(', '),
    detail: id,
    chosen: { tenantId: id },
  };
}

function isTenant(known: readonly Tenant[], id: string | undefined, wanted: string | undefined): boolean {
  return id === wanted || known.some((tenant) => tenant.id === id && tenant.domain === wanted);
}
