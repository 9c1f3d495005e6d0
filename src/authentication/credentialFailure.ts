import type { CredentialKind } from '../service/credentialKind.ts';
import { keptBody, SignInFailedError } from '../service/errors.ts';

/** Variables whose values must not come into any text. */
const secretVariables = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_PASSWORD',
  'IDENTITY_HEADER',
  'MSI_SECRET',
];

/** What each credential can't do without; of several in one entry, one is enough. */
const neededVariables: Readonly<Partial<Record<CredentialKind, readonly (readonly string[])[]>>> = {
  environment: [['AZURE_TENANT_ID'], ['AZURE_CLIENT_ID'], ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PATH']],
  workloadIdentity: [['AZURE_TENANT_ID'], ['AZURE_CLIENT_ID'], ['AZURE_FEDERATED_TOKEN_FILE']],
};

/**
 * What a credential of `@azure/identity` threw, as the one error that is known here: its message is a single line
 * without secrets. After the library's words, of 4,000 characters at the most, it has in brackets which environment
 * variables are not set and which tenant was asked for. The library's own error is not kept, for it may hold what a
 * program printed.
 *
 * @param tenantId the tenant that was asked for; undefined for the credential's own
 */
export function credentialFailure(
  error: unknown,
  kind: CredentialKind,
  tenantId: string | undefined,
): SignInFailedError {
  const words = keptBody(wordsOf(error));
  const missing = words.includes(' is unavailable') ? missingVariables(kind, tenantId) : [];
  const text = [
    words,
    ...(missing.length > 0 ? [`[not set: ${missing.join(', ')}]`] : []),
    ...(tenantId === undefined ? [] : [`[tenant: ${tenantId}]`]),
  ].join(' ');
  return new SignInFailedError(new Error(text), kind);
}

/** The words of an error, or of all those that it stands for. */
function wordsOf(error: unknown): string {
  if (error instanceof Error && 'errors' in error && Array.isArray(error.errors)) {
    return `None of the credentials gave a token: ${error.errors.map(wordsOf).join(' | ')}`;
  }
  const text = (error instanceof Error ? error.message : String(error))
    // What a program printed where a token was expected: it may be one.
    .replace(/(Received output:|^Unexpected response .* Got:).*/s, '$1 [not shown]')
    // Of whatever answered, a proxy for one: cookies may be among them.
    .replace(/Headers: \{.*\}/s, 'Headers: [not shown]')
    .replace(/^.*(?:is not valid JSON|in JSON at position|JSON input).*$/s, 'The output is not valid JSON.');
  return withoutSecretVariables(text).replace(/\s+/g, ' ').trim();
}

function withoutSecretVariables(text: string): string {
  return secretVariables.reduce((masked, name) => {
    const value = process.env[name];
    return value ? masked.replaceAll(value, '[secret]') : masked;
  }, text);
}

/** Names, with alternatives as `A or B`. */
function missingVariables(kind: CredentialKind, tenantId: string | undefined): string[] {
  return (neededVariables[kind] ?? [])
    .filter((names) => !names.some((name) => process.env[name]))
    .filter(([name]) => !(kind === 'workloadIdentity' && name === 'AZURE_TENANT_ID' && tenantId !== undefined))
    .map((names) => names.join(' or '));
}
