import fc, { type Arbitrary } from 'fast-check';
import { exchangeBytes } from './exchangeBytes.js';
import { judgeAnswer, judgeTalk } from './judge.js';
import { httpRequest } from './malformed.js';
import { webSocketTalk } from './malformedFrames.js';

/** Where chance begins: the same each time, unless FUZZ_SEED says otherwise. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? 7_360);

/** So many are under way at once. */
const TOGETHER = 20;
/** In milliseconds, for all of one kind. On a machine that is slower, fewer are sent. */
const LIMIT_MS = 40_000;

/**
 * Sends malformed requests and WebSockets to a server, and looks at each answer.
 *
 * @param url its GraphQL address
 * @param secrets texts that it must not tell
 * @param counts how many requests, and how many WebSockets, each of one to eight frames
 * @throws with the smallest example that was found, and how to see it again
 */
export async function survives(
  url: string,
  secrets: readonly string[],
  counts: { readonly requests: number; readonly talks: number },
): Promise<void> {
  const port = Number(new URL(url).port);
  await survivesAll(counts.requests, httpRequest, async (bytes) =>
    judgeAnswer((await exchangeBytes(port, bytes)).received, secrets),
  );
  await survivesAll(counts.talks, webSocketTalk, async (bytes) =>
    judgeTalk((await exchangeBytes(port, bytes)).received, secrets),
  );
}

/**
 * Sends many of one kind, some at the same time.
 *
 * @param problemOf what is wrong with what came back
 * @throws with the first that was not fine
 */
export async function survivesAll(
  count: number,
  arbitrary: Arbitrary<Buffer>,
  problemOf: (bytes: Buffer) => Promise<string | undefined>,
): Promise<void> {
  const batch = fc.array(arbitrary, { minLength: TOGETHER, maxLength: TOGETHER, size: 'max' });
  const isFine = async (some: readonly Buffer[]): Promise<void> => {
    const problems = await Promise.all(some.map((bytes) => problemOf(bytes)));
    const index = problems.findIndex((problem) => problem !== undefined);
    if (index === -1) return;
    const sent = JSON.stringify(some[index]?.toString('latin1').slice(0, 3_000));
    throw new Error(`${problems[index]}, for ${sent}`);
  };
  const numRuns = Math.ceil(count / TOGETHER);
  const property = fc.asyncProperty(batch, isFine);
  // What went wrong names the one request that did it, so nothing is shrunk.
  const found = await fc.check(property, {
    seed: SEED,
    numRuns,
    interruptAfterTimeLimit: LIMIT_MS,
    endOnFailure: true,
  });
  if (!found.failed) return;
  const { errorInstance: error } = found;
  throw new Error(`with FUZZ_SEED=${SEED}: ${error instanceof Error ? error.message : 'it failed'}`);
}
