import type { Entry } from './entry.ts';

/** A failure that is known by its words: most of what VS Code and its libraries throw has no code. */
export interface SignInText {
  readonly text: RegExp;
  /** Whether only VS Code's own sign-in says this, or anything that is asked for a token. */
  readonly of: 'vscode' | 'anything';
  readonly entry: Entry;
}

/** What the words of a failed sign-in mean; the first that fits counts. */
export const signInTexts: readonly SignInText[] = [
  {
    text: /authentication provider '?microsoft-sovereign-cloud/i,
    of: 'vscode',
    entry: {
      happened: "VS Code's sign-in for Azure Government is not set up.",
      advice: 'Set microsoft-sovereign-cloud.environment to "USGovernment" in the settings, then sign in again.',
      remedy: 'signIn',
      help: 'azure-government',
    },
  },
  {
    // The extension host was too busy, or the built-in extension is disabled or failed.
    text: /timed out waiting for authentication provider|no authentication provider .* registered/i,
    of: 'vscode',
    entry: {
      happened: "VS Code's own sign-in with Microsoft accounts did not start in time.",
      advice: 'Reload the window and try again.',
      remedy: 'signIn',
      help: 'broker',
    },
  },
  {
    // In the words of the library that speaks to the broker. A code of Microsoft Entra within them comes first.
    text: /\bbroker|NativeAuth|StatusInternal|ApiContractViolation|Unexpected: \(pii\)/i,
    of: 'vscode',
    entry: {
      happened: 'The sign-in broker of the system failed.',
      advice:
        'Try again. If it stays so, set microsoft-authentication.implementation to "msal-no-broker" in the settings: ' +
        'then you sign in in the browser.',
      remedy: 'signIn',
      help: 'broker',
    },
  },
  {
    text: /self.signed.certificate|unable.to.(?:get.(?:local.)?issuer|verify)|certificate has expired|\bCERT_|ERR_TLS_CERT/i,
    of: 'anything',
    entry: {
      happened: 'The certificate of the sign-in service is not trusted.',
      advice:
        "If a proxy here inspects traffic, install its root certificate in the system's store, leave the setting " +
        'http.systemCertificates on and reload the window.',
      remedy: 'showLog',
      help: 'proxy-and-certificates',
    },
  },
  {
    text: /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_PROXY_TUNNEL|network_error|no_network_connectivity|endpoints_resolution_error|openid_config_error|(?:post|get)_request_failed)\b|fetch failed|net::ERR_|socket hang up/i,
    of: 'anything',
    entry: {
      happened: 'The sign-in service could not be reached.',
      advice: 'Check your network and proxy, which must let login.microsoftonline.com through, then try again.',
      remedy: 'signIn',
      help: 'proxy-and-certificates',
    },
  },
  {
    text: /no auth flow succeeded|xdg-open|loopback_server|user_timeout_reached|device_code_expired|timed out waiting for (?:auth|code)/i,
    of: 'vscode',
    entry: {
      happened: 'The answer of the browser did not come back to VS Code.',
      advice:
        'Try again. Where no browser opens or answers, cancel the notification of the sign-in: VS Code then offers ' +
        'other ways, a code for any browser at last.',
      remedy: 'signIn',
      help: 'remote-windows',
    },
  },
];
