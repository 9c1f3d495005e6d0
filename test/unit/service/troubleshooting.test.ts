import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { certificateErrors } from '../../../src/service/explain/certificates.ts';
import { helpTopics, type HelpTopic } from '../../../src/service/explain/entry.ts';
import { signInCodes } from '../../../src/service/explain/signInCodes.ts';
import { ClaimsRequiredError, ConnectionError, ServiceError, SignInFailedError } from '../../../src/service/errors.ts';
import { explain, type Explanation } from '../../../src/service/explain.ts';
import { contoso } from '../../support/transport.ts';

const page = await readFile(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8');
const manifest = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  contributes: { commands: { command: string; title: string }[]; configuration: { properties: object } };
};

const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = ''] = section.split('\n');
      return [anchor(heading), section] as const;
    }),
);

/** As VS Code and GitHub make it of a heading. */
function anchor(heading: string): string {
  return heading.trim().toLowerCase().replaceAll(' ', '-');
}

const exchange = { hostname: contoso.hostname, operation: 'GET /jobs/deletions', traceparent: '00-1-2-01' };

/** What the catalogue says, with a section or without. */
const explanations: readonly Explanation[] = [
  ...[...signInCodes.keys(), 'No auth flow succeeded', 'broker', 'fetch failed', 'self-signed certificate'].map(
    (message) => new SignInFailedError(new Error(message)),
  ),
  ...['microsoft', 'microsoft-sovereign-cloud'].map(
    (provider) =>
      new SignInFailedError(new Error(`Timed out waiting for authentication provider '${provider}' to register.`)),
  ),
  new SignInFailedError(new Error('Azure CLI could not be found. Please visit https://aka.ms/azure-cli'), 'azureCli'),
  new SignInFailedError(new Error("Please run 'az login' from a command prompt to authenticate."), 'azureCli'),
  new ClaimsRequiredError('{}'),
  ...[401, 403, 407].map((status) => new ServiceError(exchange, { status, error: {} })),
  new ServiceError(exchange, { status: 404, error: { message: 'Sub-Domain not found.' } }),
  ...['ENOTFOUND', 'ERR_PROXY_TUNNEL', ...certificateErrors.keys()].map(
    (code) => new ConnectionError(exchange, code, new Error(code)),
  ),
].map((error) => explain(error));

describe('The troubleshooting page', () => {
  it('has a section for each topic that a message can lead to, and no others', () => {
    assert.deepEqual([...sections.keys()].sort(), [...helpTopics].sort());
  });

  for (const topic of helpTopics) {
    it(`is led to by a message: ${topic}`, () => {
      assert.ok(explanations.some(({ help }) => help === topic));
    });

    it(`quotes messages as they are, in the section that they lead to: ${topic}`, () => {
      const quotes = [...(sections.get(topic) ?? '').matchAll(/^> (.+)$/gm)].map(([, quote = '']) => quote);
      assert.ok(quotes.length > 0);
      for (const quote of quotes) {
        const [said] = explanations.filter(({ happened, advice }) => `${happened} ${advice}`.includes(quote));
        assert.ok(said, `nothing says: ${quote}`);
        assert.equal(said.help satisfies HelpTopic | undefined, topic, quote);
      }
    });
  }

  it('links to sections that are there', () => {
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = '']) => target);
    assert.ok(links.length >= helpTopics.length);
    assert.deepEqual(
      links.filter((target) => !sections.has(target)),
      [],
    );
  });

  it('names settings and commands that there are', () => {
    const { commands, configuration } = manifest.contributes;
    const known = new Set(Object.keys(configuration.properties));
    const settings = [...page.matchAll(/digitalTwins\.\w+/g)].map(([name]) => name);
    assert.deepEqual(
      settings.filter((name) => !known.has(name)),
      [],
    );
    const titles = [...page.matchAll(/\*\*Azure Digital Twins: ([^*]+)\*\*/g)].map(([, title]) => title);
    assert.ok(titles.length > 0);
    assert.deepEqual(
      titles.filter((title) => !commands.some((command) => command.title === title)),
      [],
    );
  });
});
