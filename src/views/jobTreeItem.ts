import * as vscode from 'vscode';
import { isActive, jobKey, type DeletionJob, type JobState } from '../jobs/deletionJob.ts';
import { describeJob } from '../jobs/jobText.ts';
import { allDetails, errorCodes } from '../service/deleteJob.ts';
import { SignInRequiredError } from '../service/errors.ts';
import { explain } from '../service/explain.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { printable } from '../service/printable.ts';
import { remedyTitles } from './failureMessage.ts';
import type { JobNode, NoteNode, ProblemNode } from './jobNodes.ts';

/** The row of an instance. */
export function instanceItem(host: InstanceHost): vscode.TreeItem {
  const item = new vscode.TreeItem(host.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = host.hostname;
  item.contextValue = 'instance';
  item.description = host.domain;
  item.tooltip = host.hostname;
  item.iconPath = new vscode.ThemeIcon('type-hierarchy');
  item.accessibilityInformation = { label: `Instance ${host.hostname}` };
  return item;
}

/** The row of a job. */
export function jobItem(node: JobNode, job: DeletionJob, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(printable(job.id, 128));
  const description = describeJob(job, now);
  item.id = jobKey(job);
  item.contextValue = isActive(job) ? 'job.active' : 'job.ended';
  item.description = description;
  item.iconPath = stateIcon(job.state);
  item.tooltip = jobTooltip(job, description);
  item.accessibilityInformation = {
    label: `Deletion job ${printable(job.id, 128)} on ${job.host.name}, ${description}`,
  };
  item.command =
    job.problem?.error instanceof SignInRequiredError
      ? { command: 'digitalTwins.signIn', title: remedyTitles.signIn, arguments: [] }
      : { command: 'digitalTwins.showJob', title: 'Show Job Details', arguments: [node] };
  return item;
}

/** The row that says why an instance's jobs can't be shown; its command is the remedy. */
export function problemItem(node: ProblemNode, error: unknown): vscode.TreeItem {
  const { short, happened, advice, remedy = 'refresh' } = explain(error);
  const isSignedOut = error instanceof SignInRequiredError;
  const item = new vscode.TreeItem(isSignedOut ? 'Sign in to see jobs' : short);
  const title = remedy === 'refresh' ? 'Try Again' : remedyTitles[remedy];
  item.id = `${node.host.hostname}/problem`;
  item.contextValue = 'problem';
  item.iconPath = isSignedOut ? new vscode.ThemeIcon('account') : themeIcon('warning', 'list.warningForeground');
  item.description = isSignedOut ? '' : title;
  item.tooltip = new vscode.MarkdownString().appendText(`${happened}\n\n${advice}`);
  item.accessibilityInformation = { label: `${node.host.name}: ${happened} ${advice}` };
  // Of this instance only; the command that refreshes all is for the title of the view.
  const command = remedy === 'refresh' ? 'refreshInstance' : remedy;
  item.command = { command: `digitalTwins.${command}`, title, arguments: [node] };
  return item;
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

// What the service wrote goes in as plain text: no links, no HTML, no commands.
function jobTooltip(job: DeletionJob, description: string): vscode.MarkdownString {
  const { answer } = job;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['Instance', job.host.hostname],
    ['Job', job.id],
    ['Status', description],
    ['Created', answer.createdDateTime],
    ['Finished', isActive(job) ? undefined : answer.finishedDateTime],
    ['Record kept until', answer.purgeDateTime],
    ['Timeout', job.start && timeoutText(job.start.timeoutInMinutes)],
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
