import * as vscode from 'vscode';
import { isActive, jobKey, type DeletionJob, type JobState } from '../jobs/deletionJob.ts';
import type { Instance } from '../jobs/jobStore.ts';
import type { Protection } from '../jobs/protection.ts';
import { contentsText } from '../jobs/contents.ts';
import { describeJob, leftText } from '../jobs/jobText.ts';
import { allDetails, errorCodes } from '../service/deleteJob.ts';
import { credentialTitles } from '../service/credentialKind.ts';
import { SignInRequiredError } from '../service/errors.ts';
import type { Explanation, HelpTopic } from '../service/explain.ts';
import { printable } from '../service/printable.ts';
import { learnMore, remedyTitles } from '../jobs/remedies.ts';
import type { JobNode, MoreNode, NoteNode, ProblemNode } from './jobNodes.ts';

const openTroubleshooting = 'digitalTwins.openTroubleshooting';

/** The row of an instance. */
export function instanceItem({
  host,
  protection,
  details,
}: Pick<Instance, 'host' | 'protection' | 'details'>): vscode.TreeItem {
  const item = new vscode.TreeItem(host.name, vscode.TreeItemCollapsibleState.Expanded);
  const place = details.resource ? printable(details.resource.region, 60) : host.domain;
  item.id = host.hostname;
  // The menu has the one or the other of "Protect from Deletion" and "Remove Protection"; a rule can't be lifted there.
  item.contextValue =
    protection === undefined
      ? 'instance'
      : protection.by === 'rule'
        ? 'instance.protectedByRule'
        : 'instance.protected';
  item.description = protection ? `protected, ${place}` : place;
  const lines = instanceLines({ protection, details });
  item.tooltip = [host.hostname, ...lines].join('\n');
  item.iconPath = new vscode.ThemeIcon(protection ? 'lock' : 'type-hierarchy');
  item.accessibilityInformation = { label: [`Instance ${host.hostname}`, ...lines].join(', ') };
  return item;
}

function instanceLines({ protection, details }: Pick<Instance, 'protection' | 'details'>): string[] {
  const { resource, access } = details;
  const { credential, account, tenantId } = access ?? {};
  return [
    ...(protection ? [protectionText(protection)] : []),
    ...(resource
      ? [`region ${resource.region}`, `subscription ${resource.subscriptionName ?? resource.subscriptionId}`]
      : []),
    ...(credential !== undefined && credential !== 'vscode' ? [`asked with ${credentialTitles[credential]}`] : []),
    ...(account ? [`account ${account.label}`] : []),
    ...(tenantId === undefined ? [] : [`tenant ${tenantId}`]),
  ].map((line) => printable(line, 200));
}

function protectionText(protection: Protection): string {
  switch (protection.by) {
    case 'person':
      return 'protected from deletion';
    case 'lost':
      return "protected from deletion, for the stored protections can't be read";
    case 'rule':
      return `protected from deletion by the setting digitalTwins.protectedHosts (${printable(protection.rule, 100)})`;
  }
}

/** The row of a job. */
export function jobItem(node: JobNode, job: DeletionJob, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(printable(job.id, 128));
  const description = describeJob(job, now);
  item.id = jobKey(job);
  item.contextValue = isActive(job) ? 'job.active' : 'job.ended';
  item.description = description;
  item.iconPath = stateIcon(job.state);
  item.accessibilityInformation = {
    label: `Deletion job ${printable(job.id, 128)} on ${job.host.name}, ${description}`,
  };
  item.command =
    job.problem?.needsSignIn === true
      ? {
          command: 'digitalTwins.signIn',
          title: remedyTitles.signIn,
          arguments: [{ hostname: job.host.hostname }],
        }
      : { command: 'digitalTwins.showJob', title: 'Show Job Details', arguments: [node] };
  return item;
}

/** The row that says why an instance's jobs can't be shown; its command is the remedy. */
export function problemItem(node: ProblemNode, error: unknown, explanation: Explanation): vscode.TreeItem {
  const { short, happened, meaning, advice, remedy = 'refresh', help } = explanation;
  const isSignedOut = error instanceof SignInRequiredError;
  const item = new vscode.TreeItem(isSignedOut ? signInLabel(error) : short);
  const title = remedy === 'refresh' ? 'Try Again' : remedyTitles[remedy];
  item.id = `${node.host.hostname}/problem`;
  item.contextValue = help ? 'problem.help' : 'problem';
  item.iconPath = isSignedOut ? new vscode.ThemeIcon('account') : themeIcon('warning', 'list.warningForeground');
  item.description = isSignedOut ? '' : title;
  item.tooltip = problemTooltip(`${happened}\n\n${meaning}\n\n${advice}`, help);
  item.accessibilityInformation = { label: `${node.host.name}: ${happened} ${advice}` };
  // Of this instance only; the command that refreshes all is for the title of the view.
  const command = remedy === 'refresh' ? 'refreshInstance' : remedy;
  const argument = remedy === 'signIn' ? { hostname: node.host.hostname } : node;
  item.command = { command: `digitalTwins.${command}`, title, arguments: [argument] };
  return item;
}

function signInLabel({ account }: SignInRequiredError): string {
  return account ? `Sign in as ${printable(account.label, 100)} to see jobs` : 'Sign in to see jobs';
}

function problemTooltip(text: string, help: HelpTopic | undefined): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString().appendText(text);
  if (help !== undefined) {
    // No other command can be called from here, whatever the service may have written.
    tooltip.isTrusted = { enabledCommands: [openTroubleshooting] };
    const argument = encodeURIComponent(JSON.stringify([help]));
    tooltip.appendMarkdown(`\n\n[${learnMore}](command:${openTroubleshooting}?${argument})`);
  }
  return tooltip;
}

/** The row in place of an instance's jobs. */
export function noteItem({ host, note }: NoteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(note === 'loading' ? 'Loading deletion jobs…' : 'No deletion jobs');
  item.id = `${host.hostname}/${note}`;
  item.accessibilityInformation = {
    label: note === 'loading' ? `Loading the deletion jobs of ${host.name}` : `${host.name} has no deletion jobs`,
  };
  if (note === 'loading') {
    item.iconPath = new vscode.ThemeIcon('loading~spin');
  }
  return item;
}

/** The row that shows more of an instance's jobs when it is pressed. */
export function moreItem(node: MoreNode, hidden: number): vscode.TreeItem {
  const item = new vscode.TreeItem(`Show more (${hidden.toLocaleString('en-US')} older)`);
  item.id = `${node.host.hostname}/more`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: 'digitalTwins.showMoreJobs', title: 'Show More Jobs', arguments: [node] };
  item.accessibilityInformation = {
    label: `Show more of the ${hidden.toLocaleString('en-US')} older jobs of ${node.host.name}`,
  };
  return item;
}

function stateIcon(state: JobState): vscode.ThemeIcon {
  switch (state.status) {
    case 'notstarted':
      return themeIcon('watch', 'charts.blue');
    case 'running':
      return themeIcon('sync~spin', 'charts.blue');
    case 'succeeded':
      return themeIcon('pass', 'testing.iconPassed');
    case 'failed':
      return themeIcon('error', 'testing.iconFailed');
    case 'absent':
    case 'forgotten':
    case 'other':
    case 'unconfirmed':
      return themeIcon('question', 'list.warningForeground');
  }
}

function themeIcon(icon: string, color: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

/** All about a job for its row. What the service wrote goes in as plain text: no links, no HTML, no commands. */
export function jobTooltip(job: DeletionJob, now: number): vscode.MarkdownString {
  const { answer, start, leftover } = job;
  const description = describeJob(job, now);
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Instance', job.host.hostname],
    ['Job', job.id],
    ['Status', description],
    ['Created', answer.createdDateTime],
    ['Finished', isActive(job) ? undefined : answer.finishedDateTime],
    ['Record kept until', answer.purgeDateTime],
    ['Timeout', start && timeoutText(start.timeoutInMinutes)],
    ['Held before', start?.before && contentsText(start.before)],
    ['Left', isActive(job) ? leftText(job) : leftover && contentsText(leftover)],
    ['Purged', job.isPurged ? 'the service no longer has a record of this job' : undefined],
    ['Error', answer.error && errorCodes(answer.error).join(' > ')],
    ['Message', answer.error?.message],
    ...(answer.error ? allDetails(answer.error) : []).map(
      (detail) => ['Detail', [...errorCodes(detail), detail.message ?? ''].join(' ').trim()] as const,
    ),
    ['traceparent', job.trace.traceparent],
    ['tracestate', job.trace.tracestate],
  ];
  const tooltip = new vscode.MarkdownString();
  for (const [name, value] of lines) {
    if (value !== undefined && value !== '') {
      tooltip.appendMarkdown(`**${name}:** `).appendText(printable(value, 500)).appendMarkdown('  \n');
    }
  }
  return tooltip;
}

function timeoutText(timeoutInMinutes: number | undefined): string {
  return timeoutInMinutes === undefined ? "the service's default" : `${timeoutInMinutes} min`;
}
