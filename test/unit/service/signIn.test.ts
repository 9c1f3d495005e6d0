import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { credentialTitles, type CredentialKind } from '../../../src/service/credentialKind.ts';
import { SignInFailedError } from '../../../src/service/errors.ts';
import { explain, type Explanation } from '../../../src/service/explain.ts';
import { helpTopics } from '../../../src/service/explain/entry.ts';
import { signInCodes } from '../../../src/service/explain/signInCodes.ts';
import { signInTexts } from '../../../src/service/explain/signInTexts.ts';
import { logFailure } from '../../../src/service/logFailure.ts';
import { CollectedLog } from '../../support/collectedLog.ts';

const traceId = '255d1aef-8c98-452f-ac51-23d051240864';
const correlationId = 'fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7';
const ids = `Trace ID: ${traceId}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: 2026-01-02 03:04:05Z`;
const credentials = Object.keys(credentialTitles) as CredentialKind[];

/** A refusal as the libraries of Microsoft word it. */
function entra(code: string, words = "The tenant 'Fabrikam' says no."): string {
  return `invalid_grant: Error(s): ${code.replace('AADSTS', '')} - Timestamp: 2026-01-02 03:04:05Z - Description: ${code}: ${words}\r\n${ids}`;
}

function explained(message: string, credential?: CredentialKind): Explanation {
  return explain(new SignInFailedError(new Error(message), credential));
}

function logged(message: string, credential?: CredentialKind): string[] {
  const log = new CollectedLog();
  logFailure(log, new SignInFailedError(new Error(message), credential));
  return log.lines;
}

describe('A sign-in that Microsoft Entra refuses', () => {
  for (const code of [...signInCodes.keys(), 'AADSTS4711000']) {
    it(`with ${code} is told in our words and by that code, without its ids`, () => {
      for (const credential of credentials) {
        const { short, happened, meaning, advice, help } = explained(entra(code), credential);
        const text = `${happened} ${meaning} ${advice}`;
        assert.equal(short, `Sign-in failed (${code})`);
        assert.ok(happened.includes(`(${code})`), happened);
        assert.equal(meaning, 'Nothing was sent.');
        assert.ok(text.length <= 600, text);
        assert.doesNotMatch(text, /Trace ID|Correlation ID|Timestamp|255d1aef|fb3d2015|[{}!]|undefined| {2}/);
        for (const sentences of [happened, advice]) {
          assert.match(sentences, /^[A-Z].*\.$/);
        }
        assert.ok(help === undefined || helpTopics.includes(help));
      }
    });
  }

  it('has words of its own for each code', () => {
    const texts = [...signInCodes].map(([code]) => explained(entra(code)).happened.replace(code, ''));
    assert.equal(new Set(texts).size, signInCodes.size, texts.sort().join('\n'));
  });

  it('says the words of Microsoft Entra only where the code is not known', () => {
    assert.doesNotMatch(explained(entra('AADSTS50020')).happened, /Fabrikam/);
    assert.equal(
      explained(entra('AADSTS4711000')).happened,
      "Microsoft Entra refused the sign-in (AADSTS4711000): The tenant 'Fabrikam' says no.",
    );
    assert.match(explained(entra('AADSTS4711000')).advice, /administrator with the ids in the log/);
  });

  it('is known by its code also within the words of the broker', () => {
    const message = `StatusInternal::ApiContractViolation, Context 'AADSTS50011 Description: (pii) ${entra('AADSTS50011')}'`;
    assert.equal(explained(message).help, 'app-registration');
  });

  for (const [code, remedy, help] of [
    ['AADSTS65001', 'signIn', 'consent'],
    ['AADSTS90094', 'showLog', 'consent'],
    ['AADSTS50020', 'switchAccount', 'tenants'],
    ['AADSTS90072', 'switchAccount', 'tenants'],
    ['AADSTS90002', 'switchAccount', 'tenants'],
    ['AADSTS500011', 'switchAccount', 'tenants'],
    ['AADSTS50076', 'signIn', 'conditional-access'],
    ['AADSTS50079', 'signIn', 'conditional-access'],
    ['AADSTS53003', 'showLog', 'conditional-access'],
    ['AADSTS50105', 'showLog', 'consent'],
    ['AADSTS65002', 'showLog', 'app-registration'],
    ['AADSTS7000218', 'showLog', 'app-registration'],
    ['AADSTS700082', 'signIn', undefined],
    ['AADSTS50196', 'signIn', 'broker'],
    ['AADSTS90038', 'switchAccount', 'azure-government'],
  ] as const) {
    it(`with ${code} leads to ${help ?? 'no section'} and offers ${remedy}`, () => {
      const explanation = explained(entra(code));
      assert.equal(explanation.remedy, remedy);
      assert.equal(explanation.help, help);
    });
  }

  it('sends nobody to sign in to VS Code whose tokens come from elsewhere', () => {
    const { advice, remedy, help } = explained(entra('AADSTS700082'), 'azureCli');
    assert.equal(remedy, 'switchAccount');
    assert.equal(help, 'other-credentials');
    assert.match(advice, /"az login" in a terminal/);
    const unknown = explained(entra('AADSTS65001'), 'azureCli');
    assert.equal(unknown.remedy, 'showLog');
    assert.match(unknown.advice, /Tokens come from the credential "Azure CLI"/);
  });
});

describe('A sign-in that fails without a code', () => {
  for (const [message, help, words] of [
    ["Timed out waiting for authentication provider 'microsoft' to register.", 'broker', /Reload the window/],
    [
      "Timed out waiting for authentication provider 'microsoft-sovereign-cloud' to register.",
      'azure-government',
      /microsoft-sovereign-cloud\.environment/,
    ],
    ["No authentication provider 'microsoft' is currently registered.", 'broker', /Reload the window/],
    ['NativeAuthError: Error Code: 3399614473, Tag: 508170375', 'broker', /msal-no-broker/],
    ['Unexpected: (pii)', 'broker', /msal-no-broker/],
    ['request to https://login.microsoftonline.com failed: self-signed certificate', 'proxy-and-certificates', /root/],
    ['unable to get local issuer certificate', 'proxy-and-certificates', /http\.systemCertificates/],
    ['endpoints_resolution_error: Endpoints cannot be resolved', 'proxy-and-certificates', /login\.microsoftonline/],
    ['getaddrinfo ENOTFOUND login.microsoftonline.com', 'proxy-and-certificates', /proxy/],
    ['No auth flow succeeded', 'remote-windows', /other ways/],
    ['spawn xdg-open ENOENT', 'remote-windows', /other ways/],
  ] as const) {
    it(`is known by its words: ${message}`, () => {
      const explanation = explained(message);
      assert.equal(explanation.help, help);
      assert.match(explanation.advice, words);
      assert.equal(explanation.short, 'Sign-in failed');
    });
  }

  it('has words of its own for each such text', () => {
    assert.equal(new Set(signInTexts.map(({ entry }) => entry.happened)).size, signInTexts.length);
  });

  it("is not told in words of VS Code's own sign-in where tokens come from elsewhere", () => {
    assert.match(explained('The broker is asleep.', 'managedIdentity').happened, /^Signing in failed: The broker/);
    assert.match(explained('connect ECONNREFUSED 127.0.0.1:80', 'azureCli').advice, /HTTPS_PROXY/);
  });

  it('is told in its own words where nothing fits', () => {
    const { happened, advice, help } = explained('Something else.');
    assert.equal(happened, 'Signing in failed: Something else.');
    assert.match(advice, /"Microsoft Authentication"/);
    assert.equal(help, undefined);
  });
});

describe('The log', () => {
  it('has code, ids and credential of a refused sign-in in one line', () => {
    const [line = '', ...others] = logged(entra('AADSTS53003'), 'azureCli');
    assert.deepEqual(others, []);
    assert.doesNotMatch(line, /[\r\n]|\\u000/);
    assert.ok(
      line.startsWith(
        `error Signing in failed, credential azureCli, code AADSTS53003, trace id ${traceId}, correlation id ${correlationId}: `,
      ),
      line,
    );
    assert.match(line, /The tenant 'Fabrikam' says no\./);
  });

  it('finds the ids in the JSON of an answer too', () => {
    const [line] = logged(
      `{"error":"invalid_grant","error_description":"AADSTS50076: No.","trace_id":"${traceId}","correlation_id":"${correlationId}"}`,
    );
    assert.match(line ?? '', new RegExp(`trace id ${traceId}, correlation id ${correlationId}:`));
  });

  it('says what there is where a sign-in fails without a code', () => {
    assert.deepEqual(logged('Timed out.'), ['error Signing in failed, credential vscode: Timed out.']);
  });

  it('has no token of a failed sign-in, nor more than a line can hold', () => {
    const token = `eyJ${'a'.repeat(30)}.eyJ${'b'.repeat(30)}.${'c'.repeat(30)}`;
    const [line = ''] = logged(`Bearer ${token} was refused: ${'x'.repeat(100_000)}`);
    assert.doesNotMatch(line, /eyJ/);
    assert.ok(line.length < 1200);
  });
});
