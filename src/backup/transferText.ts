import { basename } from 'node:path';
import { contentsText, formatCount, isEmpty, queryLagInMs, uncountedText, type Contents } from '../jobs/contents.ts';
import { formatAge, formatDuration, formatEstimate } from '../jobs/duration.ts';
import type { ActiveBulkJob, Preflight } from '../jobs/preflight.ts';
import { whoText } from '../jobs/preflightText.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { printable } from '../service/printable.ts';
import type { MadeBackup } from './backup.ts';
import type { KnownOfBackup } from './manifest.ts';
import { createsPerSecond } from './pace.ts';
import type { Counts, RestoreResult } from './restore.ts';
import type { Validation } from './validation.ts';

/** What is told at an end. */
export interface TransferMessage {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
}

/** The name of a file in a message. */
export function fileName(path: string): string {
  return printable(basename(path), 100);
}

/** Says that a bulk job keeps an instance from being backed up or restored now. */
export function inTheWayText(
  host: InstanceHost,
  { kind, id, createdAt }: ActiveBulkJob,
  now: number,
  what: 'backup' | 'restore',
): string {
  const age = createdAt === undefined ? '' : `, started ${formatAge(now - createdAt)} ago`;
  const why =
    what === 'backup'
      ? 'What it holds changes meanwhile, so that a backup would not be whole.'
      : 'What is created meanwhile could be deleted by it, or collide with it.';
  return (
    `The ${kind} job ${printable(id, 128)} is active on ${host.name}${age}. ${why} ` +
    `Nothing was ${what === 'backup' ? 'written' : 'sent'}. Wait until the job has ended.`
  );
}

/** Says that a backup was made, and where what it holds differs from what was counted. */
export function backupEndText({ path, manifest, tookMs }: MadeBackup, name: string): TransferMessage {
  const { counts, differences } = manifest;
  const made =
    `${name} is backed up to ${fileName(path)} (${formatDuration(tookMs)}): ${contentsText(counts.inFile)}. ` +
    `Its manifest is beside it.`;
  return differences.length === 0
    ? { severity: 'information', text: made }
    : {
        severity: 'warning',
        text:
          `${made} The counts differ: ${differences.join('; ')}. Someone wrote to the instance meanwhile, or query results ` +
          `lag behind, by up to ${queryLagInMs / 1000} s. To be sure, back up again when nothing writes to it.`,
      };
}

/** A backup that was just made, for the confirmation of what follows. */
export function backedUpText({ path, manifest }: MadeBackup): string {
  const { counts, differences } = manifest;
  const held = `Backed up to ${fileName(path)}: ${contentsText(counts.inFile)}.`;
  return differences.length === 0 ? held : `${held} The counts differ: ${differences.join('; ')}.`;
}

/** Says what validating a file has shown. */
export function validationText(
  path: string,
  validation: Validation,
  known: KnownOfBackup | undefined,
): TransferMessage {
  const { errors, warnings, contents } = validation;
  const name = fileName(path);
  if (errors > 0) {
    const also = warnings > 0 ? ` and ${countOf(warnings, 'warning')}` : '';
    return {
      severity: 'error',
      text: `${name} can't be restored as it is: ${countOf(errors, 'error')}${also}. Nothing was sent. The Problems panel has them, by line.`,
    };
  }
  const changed = changedText(validation, known);
  const held = `${name} can be restored: ${contentsText(contents)}.`;
  return warnings > 0
    ? {
        severity: 'warning',
        text: `${held} There ${warnings === 1 ? 'is 1 warning' : `are ${formatCount(warnings)} warnings`}: the Problems panel has them, by line.${changed}`,
      }
    : { severity: changed === '' ? 'information' : 'warning', text: `${held}${changed}` };
}

/** What a restore is consented to with. */
export interface RestoreQuestion {
  readonly host: InstanceHost;
  readonly path: string;
  readonly validation: Validation;
  readonly known: KnownOfBackup | undefined;
  readonly preflight: Preflight;
  readonly identity: Identity;
  /** How many models are to be decommissioned. */
  readonly decommissioned: number;
}

/** What a person is told before confirming a restore: what the file holds, what the instance holds, and what comes of it. */
export function restoreConfirmationText(question: RestoreQuestion, now: number): string {
  const { host, path, validation, known, preflight, identity, decommissioned } = question;
  const { contents: there, unknown } = preflight;
  const age = `counted ${formatAge(now - there.at)} ago`;
  const counted = contentsText(there);
  const uncounted = uncountedText(there);
  const seconds = total(validation.contents) / createsPerSecond;
  return [
    `${fileName(path)}${originText(known)} holds ${contentsText(validation.contents)}.${changedText(validation, known)}`,
    isEmpty(there)
      ? `${host.hostname} is empty (${age}).`
      : `${host.hostname} holds ${counted === '' ? 'an unknown number of items' : `${counted} (${age})`}${
          uncounted === '' ? '' : `; the ${uncounted} could not be counted: ${there.missing ?? 'no reason known'}`
        }. What is there stays as it is, also where the file has it otherwise; what is missing is created.`,
    ...(validation.warnings > 0
      ? [`The file has ${countOf(validation.warnings, 'warning')}, in the Problems panel.`]
      : []),
    ...(decommissioned > 0
      ? [`At the end, ${countOf(decommissioned, 'model')} will be decommissioned, as in the backup.`]
      : []),
    ...(unknown.length > 0 ? [`Whether a job is active there is not certain: ${unknown.join('; ')}.`] : []),
    ...(seconds > 60 ? [`It takes about ${formatEstimate(seconds * 1000)} at the service's rate.`] : []),
    whoText(identity),
    ...(needsName(preflight) ? [`Type ${host.name} to restore.`] : []),
  ].join(' ');
}

/** Whether a restore needs the name of the instance: unless that is known to be empty. */
export function needsName({ contents }: Preflight): boolean {
  return !isEmpty(contents);
}

/** Says how a restore has ended, or where it was cancelled. */
export function restoreEndText(
  host: InstanceHost,
  path: string,
  inFile: Contents,
  decommissioned: number,
  result: RestoreResult,
): TransferMessage {
  const { isCancelled, failed, after, tookMs } = result;
  const file = fileName(path);
  if (isCancelled) {
    return {
      severity: 'warning',
      text:
        `The restore of ${file} to ${host.name} was cancelled. ${doneText(result)} That stays. ` +
        'To complete it, restore the same file again: what is there already is passed over.',
    };
  }
  const problems = [
    ...(total(failed) > 0 ? [failedText(result)] : []),
    ...(result.decommissioned < decommissioned
      ? [`${countOf(decommissioned - result.decommissioned, 'model')} could not be decommissioned; the log has why.`]
      : []),
    ...comparedText(host, inFile, after),
  ];
  const text = `${file} is restored to ${host.name} (${formatDuration(tookMs)}). ${doneText(result)}`;
  return problems.length === 0
    ? { severity: 'information', text: `${text} ${host.name} now holds ${contentsText(after ?? inFile)}.` }
    : { severity: 'warning', text: `${text} ${problems.join(' ')}` };
}

/** What a restore that stopped has left, and how to go on. */
export function restoreStoppedText(result: RestoreResult): string {
  const failures = total(result.failed) > 0 ? ` ${failedText(result)}` : '';
  return (
    `${doneText(result)} That stays.${failures} When the cause is mended, restore the same file again: what is there ` +
    'already is passed over.'
  );
}

function doneText({ created, alreadyThere }: RestoreResult): string {
  const new_ = contentsText(created, 'left out');
  const old = contentsText(alreadyThere, 'left out');
  const words = new_ === '' ? 'Nothing new was created' : `Created: ${new_}`;
  return old === '' ? `${words}.` : `${words}; already there and left as they were: ${old}.`;
}

function failedText({ failed, failuresPath }: RestoreResult): string {
  const where =
    failuresPath === undefined
      ? 'The log has the reasons; the file for them could not be written.'
      : `${fileName(failuresPath)} has ${total(failed) === 1 ? 'it' : 'each of them'} with the reason.`;
  return `The service refused ${contentsText(failed, 'left out')}. ${where}`;
}

function comparedText(host: InstanceHost, inFile: Contents, after: Contents | undefined): string[] {
  if (!after) {
    return [];
  }
  const uncounted = uncountedText(after);
  const isLess = (['models', 'twins', 'relationships'] as const).some(
    (kind) => (after[kind] ?? Infinity) < (inFile[kind] ?? 0),
  );
  return [
    ...(isLess ? [`${host.name} now holds ${contentsText(after)}; the file holds ${contentsText(inFile)}.`] : []),
    ...(uncounted === '' ? [] : [`The ${uncounted} could not be counted afterwards.`]),
  ];
}

function originText(known: KnownOfBackup | undefined): string {
  const { host, finishedAt } = known ?? {};
  const at = Date.parse(finishedAt ?? '');
  const when = Number.isNaN(at) ? '' : ` on ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return host === undefined ? '' : `, backed up from ${printable(host, 120)}${when},`;
}

function changedText({ sha256 }: Validation, known: KnownOfBackup | undefined): string {
  return known?.sha256 === undefined || known.sha256 === sha256
    ? ''
    : ' It was changed after the backup was made: its SHA-256 is not that of the manifest.';
}

function total({ models, twins, relationships }: Contents | Counts): number {
  return (models ?? 0) + (twins ?? 0) + (relationships ?? 0);
}

function countOf(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}
