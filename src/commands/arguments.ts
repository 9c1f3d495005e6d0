import * as v from 'valibot';
import { InvalidInputError } from '../service/errors.ts';
import { printable } from '../service/printable.ts';

const text = (name: string) => v.optional(v.string(`"${name}" must be a string.`));

const fields = {
  hostname: text('hostname'),
  timeoutInMinutes: v.optional(v.number('"timeoutInMinutes" must be a number.')),
  operationId: text('operationId'),
  traceparent: text('traceparent'),
  tracestate: text('tracestate'),
};

/** What other code or a keybinding may pass to a command. */
export type CommandArguments = v.InferOutput<v.ObjectSchema<typeof fields, undefined>>;

/**
 * Reads what a command was called with. Nothing is fine; something that isn't understood is refused rather than
 * ignored, for a misspelt timeout must not become the default one.
 *
 * @param allowed the fields that the command takes
 * @throws InvalidInputError naming the field
 */
export function readArguments<K extends keyof CommandArguments>(
  argument: unknown,
  allowed: readonly K[],
): Pick<CommandArguments, K> {
  const schema = v.strictObject(Object.fromEntries(allowed.map((name) => [name, fields[name]])));
  const result = v.safeParse(schema, argument ?? {});
  if (result.success) {
    return result.output;
  }
  const [issue] = result.issues;
  const field = v.getDotPath(issue);
  throw new InvalidInputError(
    issue.type !== 'strict_object'
      ? `The arguments of this command are not valid: ${issue.message}`
      : field === null
        ? `This command takes an object with ${allowed.join(', ')}.`
        : `"${printable(field, 60)}" is no argument of this command; it takes ${allowed.join(', ')}.`,
  );
}
