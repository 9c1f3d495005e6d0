import { credentialTitles } from '../service/credentialKind.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { printable } from '../service/printable.ts';
import { timeoutLimits, type TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { contentsText, isEmpty, queryLagInMs, uncountedText } from './contents.ts';
import { formatAge } from './duration.ts';
import type { ActiveBulkJob, Preflight } from './preflight.ts';

/** What a person is told before confirming: what will go, how old that knowledge is, and that there is no way back. */
export function confirmationText(
  host: InstanceHost,
  timeoutInMinutes: TimeoutInMinutes | undefined,
  { contents, unknown }: Preflight,
  now: number,
  who?: Identity,
): string {
  const age = `counted ${formatAge(now - contents.at)} ago, without writes of the last ${queryLagInMs / 1000} s`;
  const counted = contentsText(contents);
  const uncounted = uncountedText(contents);
  const why = contents.missing ?? 'no reason known';
  const what = isEmpty(contents)
    ? `${host.name} is empty: no models, twins or relationships (${age}). There is nothing to delete; a job can be started all the same.`
    : [
        `All models, twins and relationships of ${host.hostname} will be deleted`,
        counted === '' ? '' : `: ${counted} (${age})`,
        '.',
        uncounted === '' ? '' : ` The ${uncounted} could not be counted: ${why}.`,
      ].join('');
  return [
    what,
    ...(unknown.length === 0 ? [] : [`Whether another job is active is not certain: ${unknown.join('; ')}.`]),
    ...(who ? [whoText(who)] : []),
    'This cannot be cancelled or undone.',
    `A timeout (after ${timeoutInMinutes ?? timeoutLimits.serviceDefault} minutes) leaves the instance in an unknown state.`,
    isEmpty(contents) ? `Type ${host.name} to go on.` : `Type ${host.name} to start.`,
  ].join(' ');
}

/** Who it is done as: a person with several accounts should see it. */
export function whoText({ account, credential, tenantId }: Identity): string {
  const tenant = tenantId === undefined ? '' : `, tenant ${tenantId}`;
  return account
    ? `Signed in as ${printable(account.label, 100)}${tenant}.`
    : `Signed in with ${credentialTitles[credential]}${tenant}.`;
}

/** Says that a bulk job is in the way, and which. */
export function activeJobText(
  host: InstanceHost,
  { kind, id, createdAt, isUnconfirmed }: ActiveBulkJob,
  now: number,
): string {
  const name = printable(id, 128);
  const age = createdAt === undefined ? '' : `, started ${formatAge(now - createdAt)} ago`;
  return isUnconfirmed
    ? `The start of the deletion job ${name} on ${host.name}${age === '' ? '' : `, sent ${formatAge(now - (createdAt ?? now))} ago`}, ` +
        'is not confirmed yet. No other can be started until it is known what came of it. This attempt deleted nothing.'
    : `The ${kind} job ${name} is active on ${host.name}${age}. An instance runs one bulk job at a time, deletion or ` +
        'import: no deletion job can be started until it has ended. This attempt deleted nothing.';
}
