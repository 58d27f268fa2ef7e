import { z } from 'zod';

/** What nobody outside may read: where our code lies, what it runs on, what it says to a database, and where subgraphs are. */
const INTERNALS = [
  /\n\s+at .+:\d+/,
  /node_modules|\/dist\/|\.[cm]?[jt]s:\d+/,
  /ECONNREFUSED|ECONNRESET|ENOENT|EPIPE/,
  /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM) .*\b(?:FROM|VALUES|SET|WHERE)\b/,
  /pg_|postgres|QueryFailedError/i,
  /stacktrace|TypeError|ReferenceError|RangeError|Cannot read propert/,
];

const graphqlAnswer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string().min(1),
        extensions: z.object({
          code: z
            .string()
            .min(1)
            .regex(/^(?!INTERNAL_SERVER_ERROR$)/),
        }),
      }),
    )
    .min(1)
    .optional(),
});
/** What is no GraphQL at all: an unknown path, and what the HTTP parser refuses. */
const otherAnswer = z.union([
  z.strictObject({ error: z.string(), paths: z.array(z.string()) }),
  z.strictObject({ error: z.string(), message: z.string(), statusCode: z.number() }),
]);

const MAY_BE_TEXT = /content-type: (?:text\/html|text\/plain; version=|text\/event-stream)/i;
/** All that is refused here is the client's own doing. */
const STATUSES = new Set([
  100, 101, 200, 204, 302, 400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 417, 426, 429, 431, 503,
]);

/**
 * What is wrong with an HTTP answer; undefined when nothing is. No answer is fine where bytes are no HTTP.
 *
 * @param secrets texts that must not be told, such as addresses of subgraphs
 */
export function judgeAnswer(received: Buffer, secrets: readonly string[]): string | undefined {
  const text = received.toString('latin1').replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
  if (text === '') return undefined;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  if (!STATUSES.has(status)) return `the status ${status}`;
  const leak = leakIn(text, secrets);
  if (leak !== undefined && !MAY_BE_TEXT.test(text)) return `a leak: ${leak}`;
  const end = text.indexOf('\r\n\r\n') + 4;
  const head = text.slice(0, end);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const content = text.slice(end, end + length);
  if (content === '' || MAY_BE_TEXT.test(head)) return undefined;
  if (!isKnownShape(Buffer.from(content, 'latin1').toString()))
    return `an answer in no shape that is documented: ${content.slice(0, 300)}`;
  // What came behind the request was read as another.
  return judgeAnswer(received.subarray(received.length - (text.length - end - length)), secrets);
}

/** The same for a status and a content that were read already: JSON, or events. */
export function judgeContent(status: number, content: string, secrets: readonly string[]): string | undefined {
  if (!STATUSES.has(status)) return `the status ${status}: ${content.slice(0, 300)}`;
  const leak = leakIn(content, secrets);
  if (leak !== undefined) return `a leak: ${leak}`;
  const isEvents = /^(?:event|data|id)?:/.test(content);
  return isEvents || isKnownShape(content)
    ? undefined
    : `an answer in no shape that is documented: ${content.slice(0, 300)}`;
}

/** The first trace of internals in a text. */
function leakIn(text: string, secrets: readonly string[]): string | undefined {
  for (const pattern of INTERNALS) {
    const found = pattern.exec(text);
    if (found) return found[0];
  }
  return secrets.find((secret) => text.includes(secret));
}

function isKnownShape(content: string): boolean {
  try {
    const value: unknown = JSON.parse(content);
    return graphqlAnswer.safeParse(value).success || otherAnswer.safeParse(value).success;
  } catch {
    return false;
  }
}

/** What is wrong with what came over a WebSocket: a close that says that we failed, or internals. */
export function judgeTalk(received: Buffer, secrets: readonly string[]): string | undefined {
  const text = received.toString('latin1');
  const leak = leakIn(text, secrets);
  if (leak !== undefined) return `a leak: ${leak}`;
  if (text.includes('INTERNAL_SERVER_ERROR')) return `an error that nobody foresaw: ${text.slice(-500)}`;
  // Closes with 1011 or 4500 say so in their reason.
  return /Internal server error/i.test(text) ? 'a close with an internal server error' : undefined;
}
