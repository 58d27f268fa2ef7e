import { scrubText } from './scrubText.js';

/** Causes further down say nothing new, and may go in circles. */
const MAX_CAUSES = 3;
const MAX_FRAMES = 20;

/** Of an error's own properties, those that never hold a value of a request or a row. Postgres names the rule that was broken, and where. */
const TELLING = ['code', 'errno', 'syscall', 'severity', 'schema', 'table', 'column', 'constraint', 'routine'] as const;

/** Messages of the language itself quote names in our code, and help nobody without them. */
const OF_THE_LANGUAGE: ReadonlySet<string> = new Set(['TypeError', 'ReferenceError']);

/**
 * An error for the log: its class, its message without values, where it was thrown, the SQL statement that failed (with `$1` for each
 * value), and what caused it. Everything else that an error may carry (`parameters`, `detail`, `input`, whole requests) stays out of the log,
 * because it may be personal. pino's serializer for `err`.
 */
export function describeError(error: unknown): Record<string, unknown> {
  return described(error, MAX_CAUSES);
}

function described(error: unknown, causes: number): Record<string, unknown> {
  if (!(error instanceof Error) && !isLikeError(error)) return { type: typeof error };
  const message = OF_THE_LANGUAGE.has(error.name) ? scrubOutsideQuotes(error.message) : scrubText(error.message);
  const own = new Map(Object.entries(error));
  const facts = TELLING.flatMap((name) => {
    const value = own.get(name);
    return typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [];
  });
  const statement = own.get('query');
  const cause = error.cause ?? own.get('driverError') ?? own.get('originalError');
  const causesBehind = 'errors' in error && Array.isArray(error.errors) ? error.errors : cause ? [cause] : [];
  return {
    type: error.name,
    message,
    ...Object.fromEntries(facts),
    ...(typeof statement === 'string' && { statement }),
    stack: framesOf(error.stack),
    ...(causes > 0 &&
      causesBehind.length > 0 && { causes: causesBehind.slice(0, 5).map((one) => described(one, causes - 1)) }),
  };
}

/** An error of another realm is no instance of our class. */
function isLikeError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}

/** A stack begins with the message; the frames are what follows. */
function framesOf(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.slice(0, MAX_FRAMES).join('\n');
}

function scrubOutsideQuotes(message: string): string {
  return message
    .split(/('[\w$]{1,60}'|"[\w$]{1,60}")/)
    .map((part, index) => (index % 2 === 1 ? part : scrubText(part)))
    .join('');
}
