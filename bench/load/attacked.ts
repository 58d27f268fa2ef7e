import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { quantile } from '../quantile.js';
import { type OpenLoopResult, openConnections, openLoop } from './openLoop.js';

export interface AttackedOptions {
  /** Of the gateway; it trusts one proxy. */
  readonly url: string;
  readonly body: string;
  /** What an answer must be long. */
  readonly bytes: number;
  /** Requests a second that the gateway can serve. */
  readonly capacity: number;
  readonly seconds: number;
}

/** What the neighbour asks for, as a part of the capacity. */
const NEIGHBOUR = 0.25;
const CALLERS = 64;
const ADDRESS = '203.0.113.5';
/** The attacker begins before, and ends after, the neighbour is measured; in seconds. */
const BEFORE = 1;
/** Operations that nobody asked before, a second. */
const UNSEEN = 200;
const MOST_RATIO = 3;

/** Measures how one caller fares alone, beside another who floods the gateway, and beside one who asks for what was never seen; prints it. */
export async function attacked(options: AttackedOptions): Promise<void> {
  const { url, body, bytes, capacity, seconds } = options;
  const pool = await openConnections(url, CALLERS);
  const neighbour = (): Promise<OpenLoopResult> =>
    openLoop({
      pool,
      path: new URL(url).pathname,
      body,
      bytes,
      caller: ADDRESS,
      requestsPerSecond: NEIGHBOUR * capacity,
      seconds,
    });
  console.log(
    `\nOne caller asks ${(NEIGHBOUR * capacity).toFixed(0)} times a second beside an attacker at another address:\n\n` +
      '| attacker                 | p50 | p99 | times | turned away | attacker: asked/s | answered/s | turned away |\n' +
      '| ------------------------ | --: | --: | ----: | ----------: | ----------------: | ---------: | ----------: |',
  );
  const alone = await neighbour();
  const usual = quantile(alone.accepted, 0.99);
  print('none', alone, usual);
  const floods = [
    ['4 x the capacity, known', 'known', 4 * capacity],
    [`${UNSEEN}/s, never seen before`, 'unseen', UNSEEN],
  ] as const;
  const missed: string[] = [];
  for (const [title, kind, rate] of floods) {
    const { begun, result } = startAttack(url, kind, rate, seconds + 2 * BEFORE, body);
    await begun;
    await new Promise((resolve) => setTimeout(resolve, BEFORE * 1_000));
    const beside = await neighbour();
    print(title, beside, usual, await result);
    if (beside.shed.length + beside.failed > 0 || quantile(beside.accepted, 0.99) > MOST_RATIO * usual)
      missed.push(title);
  }
  await pool.destroy();
  console.log(
    missed.length === 0
      ? `\nNobody but the attackers was turned away, and the p99 stayed within ${MOST_RATIO} times the usual.`
      : `\nNot well, beside: ${missed.join('; ')}.`,
  );
}

/** An attack in a process of its own: when its connections are open it begins, and at its end it tells what became of it. */
function startAttack(
  url: string,
  kind: string,
  rate: number,
  seconds: number,
  body: string,
): { begun: Promise<unknown>; result: Promise<OpenLoopResult> } {
  const script = fileURLToPath(new URL('attack.js', import.meta.url));
  const child = spawn(process.execPath, [script, url, kind, rate.toFixed(1), String(seconds), body], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = (): void => void child.kill('SIGKILL');
  process.on('exit', end);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const begun = lines.next();
  const result = begun.then(async () => {
    const { value } = await lines.next();
    process.off('exit', end);
    return JSON.parse(String(value)) as OpenLoopResult;
  });
  return { begun, result };
}

function print(title: string, neighbour: OpenLoopResult, usual: number, attacker?: OpenLoopResult): void {
  const p99 = quantile(neighbour.accepted, 0.99);
  const cells = [
    title.padEnd(24),
    `${quantile(neighbour.accepted, 0.5).toFixed(0)} ms`,
    `${p99.toFixed(0)} ms`,
    (p99 / usual).toFixed(1),
    `${neighbour.shed.length + neighbour.failed} of ${total(neighbour)}`,
    attacker ? (total(attacker) / attacker.seconds).toFixed(0) : '-',
    attacker ? (attacker.accepted.length / attacker.seconds).toFixed(0) : '-',
    attacker ? `${((100 * attacker.shed.length) / total(attacker)).toFixed(0)} %` : '-',
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

function total({ accepted, shed, failed }: OpenLoopResult): number {
  return accepted.length + shed.length + failed;
}
