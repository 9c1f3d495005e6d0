import { group, type Entry } from './entry.ts';

const signIn = 'Sign in again.';
const wait = 'Try again in a few minutes.';

/**
 * What the codes of Microsoft Entra mean that a sign-in here can meet, without a full stop: the code is put behind it.
 * By https://learn.microsoft.com/entra/identity-platform/reference-error-codes; the codes 70021, 500113, 500200,
 * 500202, 530003, 530033, 700213 and 900023 are not there, and are read as the texts that come with them.
 */
export const signInCodes: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  // Consent
  ...group(
    'Sign in and accept what you are asked for. Where that is not offered, an administrator of the tenant has to consent.',
    'signIn',
    {
      AADSTS65001: 'Nobody has consented to the use of Azure Digital Twins by this app yet',
      AADSTS65004: 'The consent to the use of Azure Digital Twins was declined',
      AADSTS90008: 'Nobody has consented to the use of this app yet',
    },
    'consent',
  ),
  ...group(
    'Ask an administrator of the tenant for it, and send along the ids in the log.',
    'showLog',
    {
      AADSTS90094: 'Only an administrator can consent to the use of this app in the tenant',
      AADSTS90095: 'An administrator has to approve the use of this app in the tenant first',
      AADSTS50105: 'The account is not assigned to the app, and the tenant asks for that',
      AADSTS650052: 'The tenant has not enabled a service that the app needs',
    },
    'consent',
  ),

  // Tenants and guests
  ...group(
    'Choose another account or tenant, or have an administrator of the tenant invite this account.',
    'switchAccount',
    {
      AADSTS50020: 'The account does not exist in the tenant, not as a guest either',
      AADSTS50034: 'The tenant knows no account of this name',
      AADSTS51004: 'The tenant does not know the account',
      AADSTS50014: 'The account is not in the tenant, or its invitation is open',
      AADSTS16003: 'The account was not added to the tenant',
      AADSTS90072: 'The account is from elsewhere and does not exist in the tenant',
    },
    'tenants',
  ),
  ...group(
    'Check its id or domain, which stands with the instance or in the setting digitalTwins.tenantId.',
    'switchAccount',
    {
      AADSTS90002: 'There is no such tenant in this cloud',
      AADSTS900023: 'This is neither the id nor a domain of a tenant',
    },
    'tenants',
  ),
  ...group(
    'Choose the tenant that the instance belongs to.',
    'switchAccount',
    {
      AADSTS50059: 'Which tenant is meant is not clear',
      AADSTS50128: 'Which tenant is meant is not clear from the domain',
      AADSTS90019: 'Which tenant is meant could not be told from the request',
      AADSTS9001023: 'This way of signing in needs a tenant',
      AADSTS90124: 'Azure Digital Twins can only be used with a tenant',
      AADSTS90130: 'The app can only be used with a tenant',
    },
    'tenants',
  ),
  ...group(
    'Choose the tenant that the instance belongs to, with an account that is known there.',
    'switchAccount',
    { AADSTS500011: 'The tenant does not know Azure Digital Twins: it was never used there' },
    'tenants',
  ),
  ...group(
    'Choose a work or school account, or a tenant that has invited this one.',
    'switchAccount',
    {
      AADSTS500200: 'A personal Microsoft account can be used only in a tenant that has invited it',
      AADSTS500202: "A personal Microsoft account can't be used without a tenant that has invited it",
      AADSTS500207: "An account of this kind can't be used for Azure Digital Twins",
      AADSTS500208: 'The domain of the account does not fit the accounts that the tenant takes',
    },
    'tenants',
  ),
  ...group(
    'Choose another account, or ask the administrators of both organizations.',
    'switchAccount',
    {
      AADSTS500212: "The account's organization does not let it into this tenant",
      AADSTS500213: 'The tenant does not let this account in from its organization',
    },
    'tenants',
  ),
  ...group(
    'Those who run your network decide which tenants can be reached from it. Choose another tenant, or ask them.',
    'switchAccount',
    {
      AADSTS50002: 'Your network does not let you sign in to this tenant',
      AADSTS500021: 'This tenant is not among those that your network allows',
      AADSTS500022: 'This tenant is not among those that your network admits',
    },
    'tenants',
  ),
  ...group(
    'Set the cloud of the instance in the setting digitalTwins.cloud, or choose another tenant.',
    'switchAccount',
    { AADSTS90038: 'The tenant is in another Azure cloud' },
    'azure-government',
  ),
  ...group(
    'Choose the account.',
    'switchAccount',
    { AADSTS16000: 'Several accounts are signed in, and which one is meant is not clear' },
    'tenants',
  ),

  // A second factor
  ...group(
    'Sign in: you are asked for it.',
    'signIn',
    {
      AADSTS50074: 'A second factor is required',
      AADSTS50076: 'A second factor is required, by a rule of your organization or from where you are',
      AADSTS50078: 'The second factor has to be given again',
      AADSTS50158: 'Your organization requires one more step, such as its own second factor or terms of use',
    },
    'conditional-access',
  ),
  ...group(
    'Set one up at aka.ms/mfasetup, then sign in again.',
    'signIn',
    {
      AADSTS50072: 'The account has no second factor yet, and one is required',
      AADSTS50079: 'A second factor is required, and the account has none set up',
      AADSTS53004: 'The account has to register for a second factor first',
    },
    'conditional-access',
  ),
  ...group(
    'Set it up from the place or the device that your organization names, then sign in again.',
    'signIn',
    { AADSTS53010: "A second factor can't be set up from here" },
    'conditional-access',
  ),

  // Conditional access and devices
  ...group(
    'Sign in on a device that your organization manages. VS Code can show that it is one only by the sign-in broker of ' +
      'the system.',
    'showLog',
    {
      AADSTS53000: 'Your organization requires a device that complies with its rules, and this one does not',
      AADSTS53001: 'Your organization requires a device that is joined to its domain',
      AADSTS530003: 'Your organization requires a device that it manages',
      AADSTS50097: 'Your organization requires that the device proves itself',
      AADSTS50129: 'Your organization requires a device that is registered with it',
      AADSTS50155: 'The device could not prove itself',
      AADSTS50187: 'The device gave no proof of itself',
    },
    'conditional-access',
  ),
  ...group(
    'An administrator finds the sign-in by the ids in the log, and with it the rule.',
    'showLog',
    {
      AADSTS50005: 'Your organization does not allow sign-ins from this platform',
      AADSTS50131: 'A conditional access rule of your organization refuses the sign-in',
      AADSTS53002: 'Your organization does not allow this app',
      AADSTS53003: 'A conditional access rule of your organization blocks the sign-in',
      AADSTS53011: 'The account is blocked in its home tenant: it counts as at risk',
      AADSTS530032: 'A security policy of the tenant blocks the sign-in',
      AADSTS530035: 'The security defaults of the tenant block the sign-in',
    },
    'conditional-access',
  ),
  ...group(
    'Sign in in a browser on a device that your organization manages, not by a code.',
    'signIn',
    { AADSTS530033: 'A conditional access rule of your organization blocks signing in by a code' },
    'conditional-access',
  ),

  // An organization's own app registration
  ...group(
    'Add the redirect URIs that VS Code needs to the app registration.',
    'showLog',
    {
      AADSTS50011: 'The redirect URI is not one of the app registration',
      AADSTS500113: 'The app registration has no redirect URI',
      AADSTS900971: 'No redirect URI was named',
    },
    'app-registration',
  ),
  ...group(
    'Check the setting digitalTwins.clientId, or choose the tenant that the app is in.',
    'switchAccount',
    {
      AADSTS700016: 'The tenant does not know the app',
      AADSTS700011: 'The app was not found in the tenant',
      AADSTS650059: 'The app is made for another tenant only',
      AADSTS50194: 'The app is made for one tenant, and none was named',
    },
    'app-registration',
  ),
  ...group(
    'Check the setting digitalTwins.clientId: it takes the application id of the app registration.',
    'showLog',
    { AADSTS90112: 'The client id is not a GUID' },
    'app-registration',
  ),
  ...group(
    'Ask an administrator of the tenant, or use another app.',
    'showLog',
    { AADSTS70001: 'The app is disabled', AADSTS7000112: 'The app is disabled in the tenant' },
    'app-registration',
  ),
  ...group(
    'Turn on "Allow public client flows" under Authentication in the app registration.',
    'showLog',
    { AADSTS7000218: 'The app registration does not allow public client flows' },
    'app-registration',
  ),
  ...group(
    'Add the API permission "Azure Digital Twins, Read.Write" to the app registration, and have an administrator consent.',
    'showLog',
    {
      AADSTS65005: 'The app registration does not have a permission that it asks for',
      AADSTS650056: 'The app registration lists no permission for Azure Digital Twins, or nobody has consented',
      AADSTS650057: 'The app registration lists no permission for Azure Digital Twins',
    },
    'app-registration',
  ),
  ...group(
    'Use an app registration of your own by the setting digitalTwins.clientId, or another way to sign in by ' +
      'digitalTwins.credential.',
    'showLog',
    { AADSTS65002: 'Microsoft has not authorized this app for Azure Digital Twins' },
    'app-registration',
  ),
  ...group(
    'Check what the environment of VS Code says of the app: client id, tenant, and secret, certificate or token.',
    'showLog',
    {
      AADSTS70021: 'The token of the workload fits no federated credential of the app',
      AADSTS700213: 'The subject of the token of the workload fits no federated credential of the app',
      AADSTS700027: 'The certificate or assertion of the app was not accepted',
      AADSTS7000215: 'The client secret of the app is not right',
      AADSTS7000222: 'The client secrets of the app have expired',
    },
    'other-credentials',
  ),

  // Expired and revoked
  ...group(signIn, 'signIn', {
    AADSTS16002: 'The session that was asked for is not the one that is signed in',
    AADSTS160021: 'The session that was asked for does not exist any more',
    AADSTS50058: 'Nobody is signed in any more',
    AADSTS50085: 'The account has to sign in again with its own provider',
    AADSTS50089: 'The sign-in took too long and has expired',
    AADSTS50132: 'The sign-in is not valid any more, as after a change of the password',
    AADSTS50133: 'The sign-in was ended by a change of the password',
    AADSTS50173: 'The sign-in was revoked, as after a change of the password',
    AADSTS70000: 'The sign-in that VS Code remembers is not valid',
    AADSTS70008: 'The sign-in has expired',
    AADSTS70018: 'The code that was typed in is not right',
    AADSTS70019: 'The code was not typed in in time',
    AADSTS700082: 'The sign-in has expired, for it was not used for long',
    AADSTS700084: 'The sign-in has reached its longest time',
  }),
  ...group(
    signIn,
    'signIn',
    { AADSTS70043: 'Your organization requires a new sign-in from time to time' },
    'conditional-access',
  ),

  // The account itself
  ...group('Change it in a browser, then sign in again.', 'signIn', {
    AADSTS50055: 'The password of the account has expired',
    AADSTS50144: 'The password of the account has expired at your organization',
    AADSTS50135: 'The password of the account has to be changed: it counts as at risk',
    AADSTS50137: 'The password of the account has to be changed by a rule',
    AADSTS50142: 'The password of the account has to be changed by a conditional access rule',
  }),
  ...group('Check both, then sign in again.', 'signIn', {
    AADSTS50126: 'User name or password is not right',
    AADSTS50064: 'User name or password was not accepted',
  }),
  ...group(
    'Wait some minutes, then sign in again. An administrator can unlock the account, and finds the reason by the ids in ' +
      'the log.',
    'showLog',
    { AADSTS50053: 'The account is locked after too many attempts, or the address that you come from is blocked' },
  ),
  ...group(
    'Choose another account, or ask an administrator to enable this one.',
    'switchAccount',
    { AADSTS50057: 'The account is disabled' },
    'tenants',
  ),

  // What passes, and what others have to mend
  ...group(wait, 'signIn', {
    AADSTS50033: 'Microsoft Entra had a passing trouble',
    AADSTS90006: 'Microsoft Entra is not available for the moment',
    AADSTS90012: 'Microsoft Entra took too long',
    AADSTS90024: 'Microsoft Entra has too much to do for the moment',
    AADSTS90033: 'The directory of Microsoft Entra is not available for the moment',
    AADSTS90055: 'The tenant has too many requests for the moment',
    AADSTS90090: 'The directory is not available for the moment',
  }),
  ...group(
    'Wait some minutes. If it comes back, have VS Code sign in without the broker of the system.',
    'signIn',
    { AADSTS50196: 'The same sign-in was asked for too often in a short time' },
    'broker',
  ),
  ...group('Your organization checks passwords itself: tell whoever runs that. ' + wait, 'showLog', {
    AADSTS80001: "Your organization can't reach its own directory",
    AADSTS80002: 'Your organization did not check the password in time',
    AADSTS80005: "The answer of your organization's own directory could not be understood",
    AADSTS80007: 'Your organization could not check the password',
    AADSTS80014: 'Your organization took too long to check the password',
  }),
]);
