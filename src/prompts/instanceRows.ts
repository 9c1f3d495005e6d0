import * as vscode from 'vscode';
import { subscriptionTitle, type Found, type FoundInstance, type FindProblem } from '../instances/instanceFinder.ts';
import type { Instance } from '../jobs/jobStore.ts';
import { credentialTitles } from '../service/credentialKind.ts';
import { InvalidInputError, needsOtherIdentity, SignInRequiredError } from '../service/errors.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { Tenant } from '../service/tenant.ts';
import { plainLabel } from './plainLabel.ts';

/** An instance that a person chose. */
export interface ChosenInstance {
  readonly host: InstanceHost;
  /** What Azure Resource Manager says of it, where it was found. */
  readonly found: FoundInstance | undefined;
}

/** What a row does that chooses no instance. */
export type RowAction =
  | { readonly kind: 'enterHostName' }
  /** Signs in as an account, or as any. */
  | { readonly kind: 'signIn'; readonly identity: Identity | undefined }
  /** Says why something can't be listed. */
  | { readonly kind: 'explain'; readonly error: unknown };

/** A row of the list of instances: it chooses one, does something else, or only says something. */
export interface InstanceRow extends vscode.QuickPickItem {
  readonly chosen?: ChosenInstance;
  readonly action?: RowAction;
}

/** What the rows are made of. */
export interface RowsOf {
  readonly typed: string;
  readonly known: readonly Instance[];
  /** What was found, in the order in which it is to be shown. */
  readonly shown: readonly FoundInstance[];
  readonly found: Found;
  readonly byHost: (host: InstanceHost) => FoundInstance | undefined;
  readonly parseHost: (input: string) => InstanceHost;
}

/**
 * The rows for what was typed: the one instance that it names, or all there are, with a reason where none can match.
 * Besides that they depend on nothing that is typed, so that none moves while VS Code filters them.
 */
export function instanceRows({ typed, known, shown, found, byHost, parseHost }: RowsOf): readonly InstanceRow[] {
  const host = readHost(typed, parseHost);
  const isKnown = new Set(known.map((each) => each.host.hostname));
  const knownRows = known.map(knownRow);
  const foundRows = withSubscriptions(shown.filter((each) => !isKnown.has(each.host.hostname)));
  if (!(host instanceof InvalidInputError)) {
    // A whole host name was typed: another instance that merely contains it must not stand beside it.
    const same = [...knownRows, ...foundRows].find(({ chosen }) => chosen?.host.hostname === host.hostname);
    return [same ? { ...same, alwaysShow: true } : typedRow({ host, found: byHost(host) })];
  }
  const isWrong = typed !== '' && !found.isBusy && ![...knownRows, ...foundRows].some((row) => matches(row, typed));
  return [
    // First of all, so that Enter on its own chooses no instance; and one or the other, so that none of the rows moves.
    isWrong ? wrongRow(typed, host) : { label: '$(edit) Enter a host name…', action: { kind: 'enterHostName' } },
    ...(knownRows.length > 0 ? [separator('In the list'), ...knownRows] : []),
    ...foundRows,
    separator(''),
    ...noteRows(found),
  ];
}

/** The row for a host name that is being entered. */
export function enteredRows({
  typed,
  byHost,
  parseHost,
}: Pick<RowsOf, 'typed' | 'byHost' | 'parseHost'>): InstanceRow[] {
  const host = readHost(typed, parseHost);
  if (!(host instanceof InvalidInputError)) {
    return [typedRow({ host, found: byHost(host) })];
  }
  return typed === '' ? [] : [wrongRow(typed, host)];
}

/** Reads a host name, or says why it is none. */
export function readHost(typed: string, parseHost: (input: string) => InstanceHost): InstanceHost | InvalidInputError {
  try {
    return parseHost(typed);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error;
    }
    throw error;
  }
}

function typedRow(chosen: ChosenInstance): InstanceRow {
  return { label: chosen.host.hostname, description: 'use this instance', chosen, alwaysShow: true };
}

function wrongRow(typed: string, { message }: InvalidInputError): InstanceRow {
  return { label: `$(error) ${typed}`, detail: message, alwaysShow: true };
}

function knownRow({ host, protection }: Instance): InstanceRow {
  return {
    label: protection ? `$(lock) ${host.name}` : host.name,
    description: protection ? `${host.hostname}, protected` : host.hostname,
    chosen: { host, found: undefined },
  };
}

function foundRow(found: FoundInstance): InstanceRow {
  const { host, name, region, resourceGroup } = found;
  return {
    label: plainLabel(name),
    description: [plainLabel(region, 60), plainLabel(resourceGroup), host.hostname].join(' \u00b7 '),
    chosen: { host, found },
  };
}

function withSubscriptions(instances: readonly FoundInstance[]): InstanceRow[] {
  return instances.flatMap((instance, at) => {
    const isFirst = instances[at - 1]?.subscriptionId !== instance.subscriptionId;
    return [...(isFirst ? [separator(plainLabel(subscriptionTitle(instance)))] : []), foundRow(instance)];
  });
}

/** What is to be said of the search, and what can be done where the instance is not among the rows. */
function noteRows(found: Found): InstanceRow[] {
  const { isBusy, identities, instances, problems } = found;
  const isSignedOut = !isBusy && identities.length === 0 && problems.length === 0;
  const isNone = !isBusy && !isSignedOut && instances.length === 0;
  return [
    ...(isBusy ? [{ label: '$(loading~spin) Looking for instances…', alwaysShow: true }] : []),
    ...(isSignedOut ? [signInRow('Sign in to list your instances', undefined)] : []),
    ...(isNone ? [noneRow(found)] : []),
    // Not before all is there: an instance would take its place under the pointer.
    ...(isBusy ? [] : problems.map(problemRow)),
  ];
}

function noneRow({ tenants, identities }: Found): InstanceRow {
  if (tenants === 0) {
    return {
      label: '$(info) No instances could be listed',
      detail: 'Below is why. You can still enter a host name.',
      alwaysShow: true,
    };
  }
  return {
    label: '$(info) No instances found',
    detail:
      `${identities.map(accountTitle).join(', ')} can read none in ${tenants === 1 ? 'one tenant' : `${tenants} tenants`}. ` +
      'That takes the role Reader on them; to work with an instance, its host name is enough.',
    alwaysShow: true,
  };
}

function problemRow({ identity, tenant, error, explanation }: FindProblem): InstanceRow {
  const account = accountTitle(identity);
  const whose = tenant ? tenantTitle(tenant) : account;
  if (error instanceof SignInRequiredError || needsOtherIdentity(error)) {
    const title = `Sign in to list the instances of ${whose}`;
    return { ...signInRow(title, identity), ...(tenant && { description: account }) };
  }
  return {
    label: `$(warning) ${whose}`,
    description: `${explanation.short}: instances can't be listed`,
    alwaysShow: true,
    action: { kind: 'explain', error },
  };
}

function tenantTitle({ id, name, domain }: Tenant): string {
  const known = [name, domain].filter((part) => part !== undefined);
  return plainLabel(known.length === 2 ? known.join(', ') : (known[0] ?? id));
}

function signInRow(title: string, identity: Identity | undefined): InstanceRow {
  return { label: `$(account) ${title}`, alwaysShow: true, action: { kind: 'signIn', identity } };
}

function accountTitle({ account, credential }: Identity): string {
  return account ? plainLabel(account.label) : credentialTitles[credential];
}

function matches({ label, description }: InstanceRow, typed: string): boolean {
  const needle = typed.toLowerCase();
  return label.toLowerCase().includes(needle) || description?.toLowerCase().includes(needle) === true;
}

function separator(label: string): InstanceRow {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
