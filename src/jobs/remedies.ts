import type { Remedy } from '../service/explain.ts';

/** What the button of a remedy says; its command is `digitalTwins.` and the remedy, where VS Code has none of its own. */
export const remedyTitles: Readonly<Record<Remedy, string>> = {
  signIn: 'Sign In',
  refresh: 'Refresh',
  showLog: 'Show Log',
  removeProtection: 'Remove Protection',
  openSettings: 'Open Settings',
  switchAccount: 'Switch Account or Tenant…',
};

/** What the button says that opens the troubleshooting page, after those of the remedies. */
export const learnMore = 'Learn More';
