import { printable } from '../service/printable.ts';

/** A text of others for a row of a quick pick: bounded, and apart what VS Code would make an icon of, `$(name)`. */
export function plainLabel(text: string, longest = 100): string {
  return printable(text, longest).replaceAll('$(', '$ (');
}
