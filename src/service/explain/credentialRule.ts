import type { Entry } from './entry.ts';

/** A credential's failure, in words. */
export interface CredentialEntry extends Entry {
  /** A few words for a row. */
  readonly short: string;
}

/**
 * A failure of a credential, recognized by the words of `@azure/identity` 4.14 or of the program or service that it
 * asked.
 *
 * In the texts `{title}` stands for what the credential is called, `{tenant}` for the tenant, `{missing}` for the
 * variables that are not set and `{seconds}` for the time that was waited; an option in braces, `{ --tenant}`, for the
 * option with its value, or for nothing where that is not known.
 */
export interface CredentialRule extends Omit<CredentialEntry, 'help'> {
  readonly words: RegExp;
}

/** What else a person can do about an instance. */
export const elsewhere = 'or choose another account, tenant or credential for the instance.';

/** After a change of the environment. A reloaded window keeps the old one. */
export const restart = 'then restart VS Code, which knows only the environment that it was started with';

export const slow: CredentialRule = {
  words: /gave no answer within [\d.]+ s/,
  short: 'No token in time',
  happened: 'No token came within {seconds} s ({title}).',
  advice: 'Try again: the first time is often the slowest. The log has the details.',
  remedy: 'showLog',
};

export const badTenant: CredentialRule = {
  words: /Invalid tenant id provided/,
  short: 'Tenant not valid',
  happened: 'What is given as the tenant is neither an id nor a domain.',
  advice: 'Choose the tenant of the instance, or correct the setting digitalTwins.tenantId.',
  remedy: 'switchAccount',
};

export const unknownTenant: CredentialRule = {
  words: /AADSTS(90002|900021|900023)\b/,
  short: 'Tenant unknown',
  happened: 'Microsoft Entra does not know {tenant}.',
  advice: 'Check the tenant, and the cloud in the setting digitalTwins.cloud and in the {title}.',
  remedy: 'switchAccount',
};

/** A second factor is asked for (AADSTS50076 and its like). */
export const secondFactor = /AADSTS(50072|50074|50076|50079|50158)\b/;

/** Of all that ask Microsoft Entra. */
export function networkRules(advice: string): readonly CredentialRule[] {
  return [
    {
      words: /CERTIFICATE_VERIFY_FAILED|self.signed certificate|issuer certificate|x509:/i,
      short: 'Certificate not trusted',
      happened: 'The certificate of Microsoft Entra, which a proxy may have replaced, is not trusted ({title}).',
      advice,
      remedy: 'showLog',
    },
    {
      words:
        /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network_error|endpoints_resolution_error|Max retries exceeded|no such host/i,
      short: 'Microsoft Entra not reached',
      happened: 'Microsoft Entra could not be reached ({title}).',
      advice,
      remedy: 'showLog',
    },
  ];
}
