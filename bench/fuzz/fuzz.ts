import { FuzzTarget } from './FuzzTarget.js';
import { type HostileKind, OUTCOMES, type Outcome } from './HostileKind.js';
import { readLoop } from './readLoop.js';
import { type Sent, sendMany } from './sendMany.js';
import { untilIdle } from './untilIdle.js';

export interface FuzzOptions {
  readonly kinds: readonly HostileKind[];
  /** Of each kind. */
  readonly count: number;
  readonly seed: number;
}

/** All kinds take turns in so many rounds, so that the last quarter has sent what the first one did. */
const ROUNDS = 12;
/** No turn of the event loop may take more CPU time, in milliseconds. */
const MOST_TURN_MS = 200;
/** What is held at the end may be so much more than at the beginning: a part of it, and bytes. */
const MOST_GROWTH = 0.1;
const SPARE_BYTES = 16 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;

/** What came of one kind in all rounds. */
interface Tally {
  sent: number;
  wrong: number;
  worstTurn: number;
  seconds: number;
  readonly outcomes: Record<Outcome, number>;
  readonly problems: string[];
}

/**
 * Sends hostile things of many kinds to a gateway, watches its event loop and its memory, and tells what came of them.
 *
 * @returns which bars were missed, in sentences; none when all is well
 */
export async function fuzz({ kinds, count, seed }: FuzzOptions): Promise<string[]> {
  const started = performance.now();
  const target = await FuzzTarget.start();
  const tallies = new Map(kinds.map(({ name }) => [name, newTally()]));
  const held: number[] = [];
  try {
    console.log(`${kinds.length} kinds, ${count} of each, seed ${seed}; Node ${process.version}`);
    // What is made once, such as compiled code, is no growth.
    await readLoop(target.watchdog);
    const rounds = Math.min(ROUNDS, count);
    for (let round = 0; round < rounds; round += 1) {
      const range = {
        from: Math.floor((round * count) / rounds),
        to: Math.floor(((round + 1) * count) / rounds),
        seed,
      };
      for (const kind of kinds) {
        const tally = tallies.get(kind.name);
        if (!tally) continue;
        const began = performance.now();
        add(tally, await sendMany(kind, target, range));
        tally.sent += range.to - range.from;
        tally.seconds += (performance.now() - began) / 1_000;
        tally.worstTurn = Math.max(tally.worstTurn, (await readLoop(target.watchdog)).worstTurn);
        for (const { requests } of target.graph.subgraphs) requests.length = 0;
      }
      const left = await untilIdle(target);
      const readings = await readLoop(target.watchdog);
      held.push(readings.held);
      const worst = Math.max(...[...tallies.values()].map(({ worstTurn }) => worstTurn));
      const seconds = ((performance.now() - started) / 1_000).toFixed(0);
      console.log(
        `round ${round + 1}/${rounds}, ${seconds} s: ${range.to} of each; worst turn ${worst.toFixed(0)} ms; ` +
          `${megabytes(readings.held)} held, ${megabytes(readings.rss)} in all${left.length > 0 ? `; ${left.join(', ')}` : ''}`,
      );
    }
    printTallies(tallies);
    return [...missed(tallies, held), ...(await afterwards(target))];
  } finally {
    await target.stop();
  }
}

function newTally(): Tally {
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  return { sent: 0, wrong: 0, worstTurn: 0, seconds: 0, outcomes, problems: [] };
}

function add(tally: Tally, { outcomes, problems, wrong }: Sent): void {
  tally.wrong += wrong;
  for (const outcome of OUTCOMES) tally.outcomes[outcome] += outcomes[outcome];
  tally.problems.push(...problems);
}

const megabytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(0)} MB`;

function row(name: string, cells: readonly string[]): string {
  return `| ${name.padEnd(18)} | ${cells.map((cell) => cell.padStart(10)).join(' | ')} |`;
}

function printTallies(tallies: ReadonlyMap<string, Tally>): void {
  const titles = ['sent', ...OUTCOMES, 'wrong', 'worst turn', 'took'];
  console.log(`\n${row('kind', titles)}`);
  console.log(
    row(
      '------------------',
      titles.map(() => '---------:'),
    ),
  );
  for (const [name, { sent, wrong, worstTurn, seconds, outcomes }] of tallies) {
    const figures = [sent, ...OUTCOMES.map((outcome) => outcomes[outcome]), wrong].map(String);
    console.log(row(name, [...figures, `${worstTurn.toFixed(0)} ms`, `${seconds.toFixed(0)} s`]));
  }
}

function missed(tallies: ReadonlyMap<string, Tally>, held: readonly number[]): string[] {
  const problems: string[] = [];
  for (const [name, { problems: wrong, worstTurn, wrong: all }] of tallies) {
    if (worstTurn > MOST_TURN_MS) {
      problems.push(
        `${name}: a turn of the event loop took ${worstTurn.toFixed(0)} ms of CPU, ${MOST_TURN_MS} are allowed`,
      );
    }
    if (all > 0) problems.push(`${name}: ${all} answers were wrong, such as\n    ${wrong.slice(0, 3).join('\n    ')}`);
  }
  const quarter = Math.floor(held.length / 4);
  if (quarter === 0) return problems;
  const before = median(held.slice(0, quarter));
  const after = median(held.slice(-quarter));
  console.log(
    `\nheld in the first quarter ${megabytes(before)}, in the last ${megabytes(after)} (medians, after a garbage collection)`,
  );
  if (after > before * (1 + MOST_GROWTH) + SPARE_BYTES)
    problems.push(`memory grew from ${megabytes(before)} to ${megabytes(after)}`);
  return problems;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((one, other) => one - other)[Math.floor(figures.length / 2)] ?? 0;
}

/** What is still open, and whether the gateway still answers. */
async function afterwards(target: FuzzTarget): Promise<string[]> {
  const left = await untilIdle(target);
  const problems = left.map((counter) => `afterwards ${counter}`);
  const { status, text } = await target.request('POST', '/graphql', {}, '{"query":"{ name }"}');
  if (text !== '{"data":{"name":"things"}}\n' && text !== '{"data":{"name":"things"}}') {
    problems.push(`the gateway answered ${status} afterwards: ${text.slice(0, 300)}`);
  }
  const { child } = target.gateway;
  if (child.exitCode !== null) problems.push(`the gateway ended with ${child.exitCode}`);
  const lines = target.gateway
    .output()
    .split('\n')
    .filter((line) => line.includes('"level":50'));
  if (lines.length > 0) problems.push(`it logged ${lines.length} errors, such as ${lines[0]?.slice(0, 1_000)}`);
  return problems;
}
