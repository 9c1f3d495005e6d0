import { allDetails, errorCodes, type DeleteJobError } from './deleteJob.ts';
import { printable } from './printable.ts';

/** An error of the service for one line of the log: all codes, outermost first, message and details. */
export function errorLine(error: DeleteJobError): string {
  const details = allDetails(error).map((detail) => `, detail: ${codesAndMessage(detail)}`);
  return `${codesAndMessage(error)}${details.join('')}`;
}

/** An error of the service for a person, `codes: message`; empty when the service said nothing. */
export function errorWords(error: DeleteJobError): string {
  const codes = errorCodes(error)
    .map((code) => printable(code, 60))
    .join(' > ');
  return [codes, printable(error.message ?? '', 300)].filter((part) => part !== '').join(': ');
}

/** Ends a text like a sentence, unless it already does. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function codesAndMessage(error: DeleteJobError): string {
  const codes = errorCodes(error).join(' > ') || 'none';
  return `codes ${printable(codes, 300)}, message ${printable(error.message ?? 'none')}`;
}
