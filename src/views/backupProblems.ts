import * as vscode from 'vscode';
import type { Problem, Validation } from '../backup/validation.ts';

const severities: Readonly<Record<Problem['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
};

/** What is wrong with backups, in the Problems panel. */
export class BackupProblems implements vscode.Disposable {
  #diagnostics: vscode.DiagnosticCollection | undefined;

  /** Shows what is wrong with a file, in place of what was shown of it before. */
  show(path: string, { problems, errors, warnings }: Validation): void {
    this.#diagnostics ??= vscode.languages.createDiagnosticCollection('digitalTwins');
    const shown = problems.map(({ line, severity, message }) => diagnostic(line, message, severities[severity]));
    const more = errors + warnings - problems.length;
    if (more > 0) {
      const last = problems.at(-1)?.line ?? 1;
      const text = `There are ${more.toLocaleString('en-US')} more problems in this file.`;
      shown.push(diagnostic(last, text, vscode.DiagnosticSeverity.Information));
    }
    this.#diagnostics.set(vscode.Uri.file(path), shown);
  }

  dispose(): void {
    this.#diagnostics?.dispose();
  }
}

/** The whole line, however long it is. */
function diagnostic(line: number, message: string, severity: vscode.DiagnosticSeverity): vscode.Diagnostic {
  const range = new vscode.Range(line - 1, 0, line - 1, Number.MAX_SAFE_INTEGER);
  const made = new vscode.Diagnostic(range, message, severity);
  made.source = 'Azure Digital Twins';
  return made;
}
