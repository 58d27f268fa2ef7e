import { Pool } from 'undici';
import { randomSequence } from '../graphs/randomSequence.js';

/** What became of the requests of one step. Times are in milliseconds, from the moment at which a request was due. */
export interface OpenLoopResult {
  /** Of those answered with 200. */
  readonly accepted: readonly number[];
  /** Of those turned away: 503, or 429. */
  readonly shed: readonly number[];
  /** Anything else: another status, a lost connection, an answer that is not the one expected. */
  readonly failed: number;
  readonly seconds: number;
}

export interface OpenLoopOptions {
  /** Connections to the address: see `openConnections`. */
  readonly pool: Pool;
  readonly path: string;
  /** What is asked: the same each time, or another thing each time. */
  readonly body: string | ((index: number) => string);
  /** What an answer must be long, in bytes; undefined where that does not matter. */
  readonly bytes?: number;
  /** Who asks: an address, as a proxy tells of it. By default each request is of another caller at one address. */
  readonly caller?: string;
  readonly requestsPerSecond: number;
  readonly seconds: number;
}

/** Nobody waits for longer. */
const PATIENCE_MS = 10_000;
const IDLE_MS = 60_000;

/** Connections as a fleet of applications has them: there before they are needed, and kept. */
export async function openConnections(url: string, connections: number): Promise<Pool> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
  });
  const none = {
    method: 'GET',
    path: `${pathname}?query={__typename}`,
    headers: { 'x-apollo-operation-name': 'none' },
  } as const;
  await Promise.all(Array.from({ length: connections }, async () => (await pool.request(none)).body.dump()));
  return pool;
}

/**
 * Asks one address the same thing at a given rate, whether or not it keeps up, at random moments as many independent callers would.
 * Resolves when the last answer is there.
 */
export async function openLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { body: asked, bytes, caller, pool, path } = options;
  const bodyOf = typeof asked === 'string' ? () => asked : asked;
  const accepted: number[] = [];
  const shed: number[] = [];
  let failed = 0;
  let callers = 0;

  async function ask(due: number): Promise<void> {
    callers += 1;
    const who = caller === undefined ? { authorization: `Bearer caller-${callers}` } : { 'x-forwarded-for': caller };
    try {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', ...who },
        body: bodyOf(callers),
      });
      const { byteLength } = await body.arrayBuffer();
      if (statusCode === 503 || statusCode === 429) shed.push(performance.now() - due);
      else if (statusCode === 200 && byteLength === (bytes ?? byteLength)) accepted.push(performance.now() - due);
      else failed += 1;
    } catch {
      failed += 1;
    }
  }

  const random = randomSequence(options.requestsPerSecond);
  const started = performance.now();
  const end = started + options.seconds * 1000;
  const underWay: Promise<void>[] = [];
  let due = started;
  while (due < end) {
    while (due < end && due <= performance.now()) {
      underWay.push(ask(due));
      due += (-Math.log(1 - random()) * 1000) / options.requestsPerSecond;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.floor(due - performance.now()))));
  }
  await Promise.all(underWay);
  const seconds = (performance.now() - started) / 1000;
  return { accepted, shed, failed, seconds };
}
