/** What a person can press to get further. */
export type Remedy = 'signIn' | 'refresh' | 'showLog' | 'removeProtection' | 'openSettings' | 'switchAccount';

/** The sections of the troubleshooting page, `docs/troubleshooting.md`, by the anchors of their headings. */
export const helpTopics = [
  'consent',
  'conditional-access',
  'roles',
  'tenants',
  'broker',
  'proxy-and-certificates',
  'remote-windows',
  'other-credentials',
  'app-registration',
  'azure-government',
] as const;

/** A section of the troubleshooting page. */
export type HelpTopic = (typeof helpTopics)[number];

/** A failure in words for a person. */
export interface Explanation {
  /** A few words for a row, for example `403 Forbidden`. */
  readonly short: string;
  /** What happened: one sentence, and the service's own words where it said something. */
  readonly happened: string;
  /** What it means for the data: one sentence. */
  readonly meaning: string;
  /** What to do, and why where that helps: a sentence or two. */
  readonly advice: string;
  /** Undefined where there is nothing to press. */
  readonly remedy: Remedy | undefined;
  /** Where the troubleshooting page says more. */
  readonly help?: HelpTopic | undefined;
}

/** What the catalogue has for one failure. In its texts `{host}` stands for the host name, `{after}` for a time to wait. */
export interface Entry {
  readonly happened: string;
  readonly advice: string;
  readonly remedy: Remedy | undefined;
  readonly help?: HelpTopic | undefined;
}

/** Entries that differ only in what happened. */
export function group(
  advice: string,
  remedy: Remedy | undefined,
  happened: Readonly<Record<string, string>>,
  help?: HelpTopic,
): readonly (readonly [string, Entry])[] {
  return Object.entries(happened).map(([key, words]) => [key, { happened: words, advice, remedy, help }]);
}
