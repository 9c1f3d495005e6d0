import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { deletionJob, type DeletionJob } from '../../src/jobs/deletionJob.ts';
import { ServiceError, SignInRequiredError } from '../../src/service/errors.ts';
import { explain } from '../../src/service/explain.ts';
import type { DeleteJob } from '../../src/service/deleteJob.ts';
import { checkTimeoutInMinutes } from '../../src/service/timeoutInMinutes.ts';
import { TraceContext } from '../../src/service/traceContext.ts';
import { JobNode, ProblemNode } from '../../src/views/jobNodes.ts';
import { instanceItem, jobItem, jobTooltip, problemItem } from '../../src/views/jobTreeItem.ts';
import { contoso } from '../support/transport.ts';

const trace = TraceContext.parse('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'vendor=1');
const created = Date.parse('2026-01-02T03:04:05Z');

function job(answer: DeleteJob, own = true): DeletionJob {
  const timeoutInMinutes = checkTimeoutInMinutes(60);
  const start = own ? { startedAt: created, timeoutInMinutes, isEndTold: true, before: undefined } : undefined;
  return deletionJob(
    contoso,
    { createdDateTime: '2026-01-02T03:04:05.0000000+00:00', ...answer, id: 'delete-job-1' },
    { trace, start },
    created,
  );
}

function item(answer: DeleteJob, afterMs = 0): vscode.TreeItem {
  const shown = job(answer);
  return jobItem(new JobNode(shown), shown, created + afterMs);
}

function tooltipOf(answer: DeleteJob): vscode.MarkdownString {
  return jobTooltip(job(answer), created);
}

describe('The row of a job', () => {
  const finished = { finishedDateTime: '2026-01-02T03:06:08.0000000+00:00' };

  for (const [answer, afterMs, description, icon, color] of [
    [{ status: 'notstarted' }, 5000, 'not started, 5 s, times out in 1 h', 'watch', 'charts.blue'],
    [{ status: 'running' }, 185_000, 'running, 3 min, times out in 57 min', 'sync~spin', 'charts.blue'],
    [{ status: 'succeeded', ...finished }, 0, 'succeeded in 2 min 3 s', 'pass', 'testing.iconPassed'],
    [{ status: 'failed', ...finished }, 0, 'failed after 2 min 3 s', 'error', 'testing.iconFailed'],
    [{ status: 'paused' }, 5000, 'paused, 5 s, times out in 1 h', 'question', 'list.warningForeground'],
  ] as const) {
    it(`shows ${answer.status}`, () => {
      const row = item(answer, afterMs);
      assert.equal(row.label, 'delete-job-1');
      assert.equal(row.description, description);
      assert.ok(row.iconPath instanceof vscode.ThemeIcon);
      assert.equal(row.iconPath.id, icon);
      assert.equal(row.iconPath.color?.id, color);
      assert.equal(
        row.accessibilityInformation?.label,
        `Deletion job delete-job-1 on contoso, ${row.description as string}`,
      );
    });
  }

  it('has an id that stays the same over all statuses and differs between instances', () => {
    assert.equal(item({ status: 'running' }).id, item({ status: 'failed' }).id);
    assert.ok(item({}).id?.includes(contoso.hostname));
  });

  it('tells by its context whether the job is active', () => {
    assert.equal(item({ status: 'running' }).contextValue, 'job.active');
    assert.equal(item({ status: 'succeeded' }).contextValue, 'job.ended');
  });

  it('has every field and the traceparent in its tooltip', () => {
    const error = {
      code: 'Outer',
      message: 'It broke.',
      innererror: { code: 'Inner' },
      details: [{ code: 'Detail', message: 'Here.', details: [{ code: 'Deeper', message: 'There.' }] }],
    };
    const purgeDateTime = '2026-02-01T03:04:05.0000000+00:00';
    const { value } = tooltipOf({ status: 'failed', ...finished, purgeDateTime, error });
    // The Markdown escapes and spaces what it shows as it is.
    const text = value.replaceAll('&nbsp;', ' ').replaceAll('\\', '').replaceAll('&gt;', '>');
    for (const words of [
      contoso.hostname,
      'delete-job-1',
      'failed after 2 min 3 s',
      '2026-01-02T03:04:05.0000000+00:00',
      '2026-01-02T03:06:08.0000000+00:00',
      purgeDateTime,
      '60 min',
      'Outer > Inner',
      'It broke.',
      'Detail Here.',
      'Deeper There.',
      trace.traceparent,
      'vendor=1',
    ]) {
      assert.ok(text.includes(words), `${words} in ${text}`);
    }
  });

  it('takes what the service says as text, not as Markdown', () => {
    const message = '[click](command:workbench.action.quit) <b>bold</b> ![](https://evil.com/x.png) \u202egnp';
    const tooltip = tooltipOf({ status: 'failed', error: { message } });
    assert.notEqual(tooltip.isTrusted, true);
    assert.notEqual(tooltip.supportHtml, true);
    assert.doesNotMatch(tooltip.value, /[^\\]\[click|<b>|[^\\]!\[\]|\u202e/);
  });
});

describe('The row of an instance', () => {
  it('shows its name, and the rest of its host name beside it', () => {
    const row = instanceItem({ host: contoso, protection: undefined, details: {} });
    assert.equal(row.label, 'contoso');
    assert.equal(row.description, 'api.wcus.digitaltwins.azure.net');
    assert.equal(row.contextValue, 'instance');
  });

  it('shows by lock, words and menu that it is protected, and by what', () => {
    const byPerson = instanceItem({ host: contoso, protection: { by: 'person' }, details: {} });
    assert.equal((byPerson.iconPath as vscode.ThemeIcon).id, 'lock');
    assert.equal(byPerson.description, 'protected, api.wcus.digitaltwins.azure.net');
    assert.equal(byPerson.contextValue, 'instance.protected');
    const byRule = instanceItem({ host: contoso, protection: { by: 'rule', rule: 'contoso.*' }, details: {} });
    assert.equal(byRule.contextValue, 'instance.protectedByRule');
    assert.match(byRule.accessibilityInformation?.label ?? '', /digitalTwins\.protectedHosts \(contoso\.\*\)/);
  });
});

function problem(error: unknown): vscode.TreeItem {
  return problemItem(new ProblemNode(contoso), error, explain(error));
}

describe('The row of an instance that was found', () => {
  it('shows its region, and in its tooltip who asks it', () => {
    const item = instanceItem({
      host: contoso,
      protection: undefined,
      details: {
        resource: { id: '/r', subscriptionId: 's', subscriptionName: 'Production', tenantId: 't', region: 'westus2' },
        access: { credential: 'azureCli', tenantId: 'fabrikam.com' },
      },
    });
    assert.equal(item.label, 'contoso');
    assert.equal(item.description, 'westus2');
    assert.equal(
      item.tooltip,
      [
        contoso.hostname,
        'region westus2',
        'subscription Production',
        'asked with Azure CLI',
        'tenant fabrikam.com',
      ].join('\n'),
    );
    const ofAccount = { access: { account: { id: 'kim', label: 'kim@contoso.com' } } };
    const other = instanceItem({ host: contoso, protection: undefined, details: ofAccount });
    assert.equal(other.tooltip, `${contoso.hostname}\naccount kim@contoso.com`);
  });
});

describe('The row of a problem', () => {
  it('has its remedy as its command', () => {
    const signIn = problem(new SignInRequiredError());
    assert.equal(signIn.label, 'Sign in to see jobs');
    assert.equal(signIn.command?.command, 'digitalTwins.signIn');
    assert.deepEqual(signIn.command.arguments, [{ hostname: contoso.hostname }]);
    const gone = problem(new SignInRequiredError('Gone.', { id: 'kim', label: 'kim@contoso.com' }));
    assert.equal(gone.label, 'Sign in as kim@contoso.com to see jobs');
    const exchange = { hostname: contoso.hostname, operation: 'GET /jobs/deletions', traceparent: trace.traceparent };
    const forbidden = problem(new ServiceError(exchange, { status: 403, error: {} }));
    assert.equal(forbidden.label, '403 Forbidden');
    assert.equal(forbidden.command?.command, 'digitalTwins.refreshInstance');
  });

  it('leads to the section of the troubleshooting page where there is one, and to no other command', () => {
    const exchange = { hostname: contoso.hostname, operation: 'GET /jobs/deletions', traceparent: trace.traceparent };
    const forged = '[Learn More](command:workbench.action.quit)';
    const forbidden = problem(new ServiceError(exchange, { status: 403, error: { message: forged } }));
    const tooltip = forbidden.tooltip as vscode.MarkdownString;
    assert.equal(forbidden.contextValue, 'problem.help');
    assert.match(tooltip.value, /\[Learn More\]\(command:digitalTwins\.openTroubleshooting\?%5B%22roles%22%5D\)$/);
    assert.doesNotMatch(tooltip.value, /[^\\]\]\(command:workbench/);
    assert.deepEqual(tooltip.isTrusted, { enabledCommands: ['digitalTwins.openTroubleshooting'] });
    const conflict = problem(new ServiceError(exchange, { status: 409, error: {} }));
    assert.equal(conflict.contextValue, 'problem');
    assert.ok(!(conflict.tooltip as vscode.MarkdownString).isTrusted);
  });
});
