import * as vscode from 'vscode';
import { helpTopics, type HelpTopic } from '../service/explain/entry.ts';
import { ProblemNode } from '../views/jobNodes.ts';
import type { CommandHandler, Parts } from './parts.ts';

/**
 * "Open Troubleshooting Page": shows the page that comes with the extension, so without a network too. At the section
 * that is named, or that belongs to the problem of a row, or at its beginning.
 */
export function openTroubleshooting({ extensionUri, store }: Pick<Parts, 'extensionUri' | 'store'>): CommandHandler {
  const topicOf = (argument: unknown): HelpTopic | undefined => {
    if (argument instanceof ProblemNode) {
      const list = store.instance(argument.host)?.list;
      return list?.kind === 'failed' ? list.explanation.help : undefined;
    }
    return helpTopics.find((topic) => topic === argument);
  };
  return async (argument) => {
    const page = vscode.Uri.joinPath(extensionUri, 'docs', 'troubleshooting.md');
    await vscode.commands.executeCommand('markdown.showPreview', page.with({ fragment: topicOf(argument) ?? '' }));
  };
}
