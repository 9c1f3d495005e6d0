import { isMatch } from 'matcher';
import type { InstanceHost } from '../service/instanceHost.ts';

/** Why no deletion job may be started on an instance: a person protected it, or a rule of the settings does. */
export type Protection =
  | { readonly by: 'person' }
  | { readonly by: 'rule'; readonly rule: string }
  /** What persons protected can't be read any more: until one says otherwise, it may have been this instance. */
  | { readonly by: 'lost' };

/**
 * Whether an instance is protected, and by what. A rule counts more: it can't be lifted where a person's protection can.
 *
 * @param person whether a person protected it, as far as that is known
 * @param rules host names with `*` for any characters (the setting `digitalTwins.protectedHosts`), compared without
 *   regard to case, with the port and without; one that begins with `!` exempts what it matches
 */
export function protectionOf(
  host: InstanceHost,
  person: 'protected' | 'unprotected' | 'lost',
  rules: readonly string[],
): Protection | undefined {
  const names = [host.hostname, host.hostname.replace(/:\d+$/, '')];
  const written = rules.map(asHostRule).filter((rule) => !/^!*$/.test(rule) && !rule.startsWith('!!'));
  const exempt = written.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1));
  const rule = written.find((each) => !each.startsWith('!') && isMatch(names, each));
  if (rule !== undefined && !(exempt.length > 0 && isMatch(names, exempt))) {
    return { by: 'rule', rule };
  }
  return person === 'unprotected' ? undefined : { by: person === 'lost' ? 'lost' : 'person' };
}

/** A rule as it was meant: pasted addresses are reduced to their hosts. */
function asHostRule(rule: string): string {
  return rule
    .trim()
    .replace(/^(!?)https?:\/\//i, '$1')
    .replace(/\/.*$/, '');
}
