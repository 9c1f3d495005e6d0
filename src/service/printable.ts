import { withoutSecrets } from './secrets.ts';

/**
 * Characters that don't show as themselves: C0 and C1 controls, bidirectional marks, embeddings, overrides and
 * isolates, zero-width characters, line and paragraph separators, the byte order mark.
 */
const invisible = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/**
 * Makes text from the service safe to put into one line of a log, a message or a tooltip: characters that hide or
 * reorder others become `\uXXXX`, what VS Code would make a link or a command of in a message falls apart, what looks
 * like a token is masked, and anything beyond `limit` characters is cut and marked.
 */
export function printable(text: string, limit = 1000): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return withoutSecrets(cut)
    .replace(invisible, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('](', '] (');
}
