import { badTenant, networkRules, restart, secondFactor, slow, unknownTenant } from './credentialRule.ts';
import type { CredentialRule } from './credentialRule.ts';

const missing: CredentialRule = {
  words: /EnvironmentCredential is unavailable|WorkloadIdentityCredential: is unavailable.*required parameter/,
  short: 'Environment variables not set',
  happened: 'Environment variables that this sign-in needs are not set: {missing}.',
  advice: `Set them where VS Code is started from, ${restart}. Or choose another credential.`,
  remedy: 'switchAccount',
};

/** What can happen to all apps that sign in for themselves. */
const anyApp: readonly CredentialRule[] = [
  {
    words: /AADSTS700016\b/,
    short: 'App not in the tenant',
    happened: 'The app that AZURE_CLIENT_ID names is not in {tenant}.',
    advice: `Choose another tenant, or correct AZURE_CLIENT_ID and AZURE_TENANT_ID, ${restart}.`,
    remedy: 'switchAccount',
  },
  unknownTenant,
  badTenant,
  slow,
  ...networkRules('Check your network connection and the proxy settings, then try again. The log has the details.'),
];

/** Of an app with a secret or a certificate, or of a user with a password, in environment variables. */
export const environmentRules: readonly CredentialRule[] = [
  missing,
  {
    words: /AADSTS(7000112|7000215|7000216|7000222)\b/,
    short: 'Client secret not valid',
    happened:
      'Microsoft Entra refused the secret in AZURE_CLIENT_SECRET: it is wrong, has expired or the app is disabled.',
    advice: `Make a new secret for the app and set the variable, ${restart}.`,
    remedy: 'showLog',
  },
  {
    words: /AADSTS(50012|700027)\b|PEM-encoded certificate|ENOENT|EACCES|bad decrypt|DECODER routines/,
    short: 'Client certificate not usable',
    happened: 'The certificate that AZURE_CLIENT_CERTIFICATE_PATH names is not accepted, or could not be read.',
    advice: `It must be a PEM file with its private key, and known to the app. Correct it, ${restart}.`,
    remedy: 'showLog',
  },
  {
    words: /AADSTS(50034|50055|50056|50126)\b/,
    short: 'Password not valid',
    happened: 'Microsoft Entra refused the name or the password in AZURE_USERNAME and AZURE_PASSWORD.',
    advice: `Correct them, ${restart}. A client secret or a certificate serves better.`,
    remedy: 'showLog',
  },
  {
    words: secondFactor,
    short: 'Second factor required',
    happened: 'Your organization asks for a second factor, which a password in a variable does not give.',
    advice: 'Choose another credential for the instance.',
    remedy: 'switchAccount',
  },
  ...anyApp,
];

/** Of a pod in Kubernetes, whose service account Microsoft Entra trusts. */
export const workloadIdentityRules: readonly CredentialRule[] = [
  missing,
  {
    words: /No content on the file|ENOENT|EACCES/,
    short: 'Token file not readable',
    happened: 'The file that AZURE_FEDERATED_TOKEN_FILE names is missing, empty or not readable.',
    advice: 'Check the service account of the pod and its label azure.workload.identity/use.',
    remedy: 'showLog',
  },
  {
    words: /AADSTS(70021|700024|700211|700212|700213|7002138)\b/,
    short: 'Workload not trusted',
    happened: 'Microsoft Entra does not accept the token of this workload for the app that AZURE_CLIENT_ID names.',
    advice: 'The federated credential of the app must have the issuer, subject and audience of the service account.',
    remedy: 'showLog',
  },
  ...anyApp,
];

/** Of the identity of an Azure machine or service. */
export const managedIdentityRules: readonly CredentialRule[] = [
  {
    // The last words are of an answer that can't be read: not that of the service, which a proxy gave.
    words:
      /IMDS endpoint, but it is not available|ManagedIdentityCredential: Network unreachable|An? \w+ error occured\. Http status code/,
    short: 'No managed identity here',
    happened: 'There is no managed identity where this extension runs: only Azure machines and services have one.',
    advice: 'Choose another credential for the instance. On an Azure machine, exempt 169.254.169.254 from the proxy.',
    remedy: 'switchAccount',
  },
  {
    words: /multiple user.assigned/i,
    short: 'Several managed identities',
    happened: 'This machine has several managed identities, and it is not said which one to use.',
    advice: `Set AZURE_CLIENT_ID to the client id of that one, ${restart}.`,
    remedy: 'showLog',
  },
  {
    words: /identity not found|no managed identity|user.assigned managed identity is not supported/i,
    short: 'Managed identity not found',
    happened: 'This machine has no managed identity, or not the one that AZURE_CLIENT_ID names.',
    advice: 'Assign one to it in the Azure portal, or choose another credential for the instance.',
    remedy: 'switchAccount',
  },
  slow,
  {
    words: /ManagedIdentityCredential: /,
    short: 'Managed identity refused',
    happened: 'The managed identity of this machine gave no token.',
    advice: 'Try again. If it stays so, choose another credential for the instance. The log has the details.',
    remedy: 'switchAccount',
  },
];
