import { z } from 'zod';
import { badUserInput } from './errors.js';

/** Trimmed text of 1 to `max` characters. */
export function text(max: number) {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((value) => !value.includes('\0'), 'must not contain the NUL character');
}

/** An email address, trimmed and in lower case: that is how it is stored and compared. */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'must have at most 254 characters')
  .pipe(z.email('is not an email address'));

/**
 * Checks what a caller gave against a schema and returns it as the schema leaves it (trimmed, lower-cased, defaulted).
 * @param argument the name under which the caller gave the value; paths in the error start with it
 * @throws BAD_USER_INPUT that names the first argument in error, with all problems under `extensions.problems`
 */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, argument: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({
    argument: [argument, ...issue.path].join('.'),
    message: issue.message,
  }));
  const [first] = problems;
  throw badUserInput(
    problems.map((problem) => `${problem.argument} ${problem.message}`).join('; '),
    first?.argument ?? argument,
    { problems },
  );
}
