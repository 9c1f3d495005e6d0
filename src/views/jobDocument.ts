import * as vscode from 'vscode';
import type { DeletionJob } from '../jobs/deletionJob.ts';
import type { JobStore } from '../jobs/jobStore.ts';
import { jobJson } from '../jobs/jobJson.ts';

/** The scheme of the documents; the `when` clauses of the manifest name it too. */
export const jobDocumentScheme = 'digitaltwins-job';

/** Read-only JSON documents of jobs, kept current. */
export class JobDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #store: JobStore;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(store: JobStore) {
    this.#store = store;
    store.on('job', this.#redraw);
    store.on('instance', this.#redrawOpen);
    store.on('instances', this.#redrawOpen);
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(jobDocumentScheme, this);
  }

  /** Opens the document of a job in an editor. */
  async open(job: DeletionJob): Promise<void> {
    const document = await vscode.workspace.openTextDocument(jobUri(job));
    await vscode.window.showTextDocument(document, { preview: true });
  }

  /** The job that a document shows; undefined when the store has none such. */
  jobOf(uri: vscode.Uri): DeletionJob | undefined {
    return this.#store.job({ hostname: uri.authority }, uri.path.slice(1).replace(/\.json$/, ''));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const job = this.jobOf(uri);
    const content = job
      ? jobJson(job)
      : { note: 'This job is not listed. Refresh the view Deletion Jobs to look for it.' };
    return `${JSON.stringify(content, undefined, 2)}\n`;
  }

  dispose(): void {
    this.#store.off('job', this.#redraw);
    this.#store.off('instance', this.#redrawOpen);
    this.#store.off('instances', this.#redrawOpen);
    this.#registration.dispose();
    this.#changed.dispose();
  }

  // Jobs have come or gone, perhaps those of open documents.
  readonly #redrawOpen = (): void => {
    vscode.workspace.textDocuments
      .filter(({ uri }) => uri.scheme === jobDocumentScheme)
      .forEach(({ uri }) => {
        this.#changed.fire(uri);
      });
  };

  readonly #redraw = (job: DeletionJob): void => {
    // A list brings thousands of jobs, of which hardly one has its document open.
    if (vscode.workspace.textDocuments.some(({ uri }) => uri.scheme === jobDocumentScheme)) {
      this.#changed.fire(jobUri(job));
    }
  };
}

function jobUri({ host, id }: DeletionJob): vscode.Uri {
  return vscode.Uri.from({ scheme: jobDocumentScheme, authority: host.hostname, path: `/${id}.json` });
}
