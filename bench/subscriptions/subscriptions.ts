import { readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { request } from 'undici';
import { compose } from '../../schema/compose.js';
import { readLoop } from '../fuzz/readLoop.js';
import { canPin, pinSelf } from '../pinned.js';
import { processCpu } from '../processCpu.js';
import { quantile } from '../quantile.js';
import { type BenchProcess, startProcess } from '../startProcess.js';
import { UNLIMITED } from '../unlimited.js';
import { type Arrivals, Load } from './Load.js';
import { DETAILS_SDL, PRICES_SDL } from './schema.js';

export interface SubscriptionsBenchOptions {
  readonly subscribers: number;
  /** How long events are made, for each of the two measurements. */
  readonly seconds: number;
  /** Events a second when all subscriptions are equal. */
  readonly rate: number;
  /** Events a second when all are different, each for one of them. */
  readonly rateOfDifferent: number;
}

interface Stage {
  readonly gateway: BenchProcess;
  readonly subgraphs: BenchProcess;
  readonly load: Load;
}

/** Memory is compared between this many subscribers and all of them: the first ones pay for what all share. */
const FIRST_SUBSCRIBERS = 500;
/** How long memory is left to settle before it is read. */
const SETTLE_MS = 5_000;
const WATCHDOG = resolve('dist/bench/fuzz/watchdog.js');
const LIMITS = ['connections', 'subscriptions', 'subscriptions-per-caller'].flatMap((name) => [
  `--max-${name}`,
  '100000',
]);

/** Measures one gateway with thousands of subscribers: all with the same subscription, then each with its own, and then while the supergraph changes. */
export async function subscriptions(options: SubscriptionsBenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'customer360-bench-'));
  const pins = canPin() ? 'the gateway on one core, clients and subgraphs on another' : 'no process kept to a core';
  pinSelf(1);
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}; ${pins}\n`);
  const subgraphs = await startProcess('bench/subscriptions/subgraphs/main.js', [], {}, 1);
  try {
    const { supergraphSdl } = compose([
      { name: 'prices', url: subgraphs.urls['prices'] ?? '', sdl: PRICES_SDL },
      { name: 'details', url: subgraphs.urls['details'] ?? '', sdl: DETAILS_SDL },
    ]);
    const file = join(folder, 'supergraph.graphql');
    await writeFile(file, supergraphSdl);
    await onStage(subgraphs, file, (stage) => measureEqual(stage, options));
    await onStage(subgraphs, file, (stage) => measureDifferent(stage, options));
    const watchdog = join(folder, 'watchdog');
    await onStage(
      subgraphs,
      file,
      (stage) => measureSwaps(stage, options, { file, supergraphSdl, watchdog }),
      watchdog,
    );
  } finally {
    await subgraphs.stop();
    await rm(folder, { recursive: true });
  }
}

/** @param watchdog where the gateway's watchdog listens; without it there is none */
async function onStage(
  subgraphs: BenchProcess,
  file: string,
  measure: (stage: Stage) => Promise<void>,
  watchdog?: string,
): Promise<void> {
  const gateway = await startProcess(
    'gateway/main.js',
    ['--supergraph', file, '--port', '0', '--auth', 'off', '--trust-proxy', '1', ...UNLIMITED, ...LIMITS],
    watchdog === undefined ? {} : { FUZZ_WATCHDOG: watchdog },
    0,
    watchdog === undefined ? [] : ['--import', WATCHDOG],
  );
  const clients = await startProcess('bench/subscriptions/load/main.js', [], {}, 1);
  try {
    await measure({ gateway, subgraphs, load: new Load(clients.urls['load'] ?? '') });
  } finally {
    await clients.stop();
    await gateway.stop();
  }
}

async function measureEqual(stage: Stage, options: SubscriptionsBenchOptions): Promise<void> {
  const { subscribers, seconds, rate } = options;
  const memory = await subscribeAll(
    stage,
    Array.from({ length: subscribers }, () => null),
    1,
  );
  const { arrivals, cpu } = await emitting(stage, {
    turns: seconds * rate,
    rate,
    productsOf: () => ['any'],
    messages: subscribers,
  });
  const lasts = new Map<number, number>();
  for (const [at, ms] of arrivals) lasts.set(at, Math.max(ms, lasts.get(at) ?? 0));
  console.log(`equal: ${subscribers} subscribers, ${rate} events a second, ${lasts.size} events`);
  line(
    'to each socket',
    arrivals.map(([, ms]) => ms),
  );
  line('to the last socket', [...lasts.values()]);
  console.log(`  memory a further subscriber   ${memory.toFixed(1)} KB`);
  console.log(`  CPU a message                 ${((cpu * 1000) / arrivals.length).toFixed(1)} µs\n`);
}

async function measureDifferent(stage: Stage, options: SubscriptionsBenchOptions): Promise<void> {
  const { subscribers, seconds, rateOfDifferent: rate } = options;
  const products = Array.from({ length: subscribers }, (_, index) => String(index));
  const memory = await subscribeAll(stage, products, subscribers);
  // Each second has its own part of the subscribers, all of whose events come in one moment.
  const { arrivals, cpu } = await emitting(stage, {
    turns: seconds,
    rate: 1,
    messages: rate,
    productsOf: (turn) => Array.from({ length: rate }, (_, index) => String((turn * rate + index) % subscribers)),
  });
  console.log(
    `different: ${subscribers} subscribers with filters of their own, one event a second for ${rate} of them`,
  );
  line(
    'to the socket',
    arrivals.map(([, ms]) => ms),
  );
  console.log(`  memory a further subscriber   ${memory.toFixed(1)} KB`);
  console.log(`  CPU an event                  ${((cpu * 1000) / arrivals.length).toFixed(0)} µs\n`);
}

/** How often the supergraph changes, and what is waited for until all subscriptions have moved: so long with next to no work. */
const SWAPS = 10;
const CALM_MS = 2_000;
const CALM_CPU = 0.1;
const MEBIBYTE = 1024 * 1024;

/** Changes the supergraph under subscriptions of as many texts: each is planned anew, and moved. */
async function measureSwaps(
  { gateway, subgraphs, load }: Stage,
  { subscribers }: SubscriptionsBenchOptions,
  {
    file,
    supergraphSdl,
    watchdog,
  }: { readonly file: string; readonly supergraphSdl: string; readonly watchdog: string },
): Promise<void> {
  const url = (gateway.urls['gateway'] ?? '').replace('http', 'ws');
  const products = Array.from({ length: subscribers }, (_, index) => String(index));
  await load.connect({ url, products, concurrency: 4, distinct: true });
  await untilCalm(gateway.pid);
  const before = await readLoop(watchdog);
  console.log(`swaps: ${subscribers} subscribers with texts of their own, ${SWAPS} changes of the supergraph`);
  const worst: number[] = [];
  let readings = before;
  for (let swap = 1; swap <= SWAPS; swap += 1) {
    const began = performance.now();
    await writeFile(`${file}.new`, `${supergraphSdl}\n# ${swap}\n`);
    await rename(`${file}.new`, file);
    await untilCalm(gateway.pid);
    const seconds = (performance.now() - began - CALM_MS) / 1000;
    readings = await readLoop(watchdog);
    worst.push(readings.worstTurn);
    const listening = await (await request(controlOf(subgraphs, '/listening'))).body.json();
    if (listening !== subscribers) throw new Error(`${String(listening)} upstream subscriptions, not ${subscribers}`);
    const held = `${(readings.held / MEBIBYTE).toFixed(0)} MB held, ${(readings.rss / MEBIBYTE).toFixed(0)} MB in all`;
    console.log(
      `  swap ${swap}: ${seconds.toFixed(0)} s, longest turn ${readings.worstTurn.toFixed(0)} ms of CPU, ${held}`,
    );
  }
  const times = (readings.held / before.held).toFixed(2);
  console.log(`  longest turn                  ${Math.max(...worst).toFixed(0)} ms of CPU`);
  console.log(
    `  held before                   ${(before.held / MEBIBYTE).toFixed(0)} MB, afterwards ${times} times that\n`,
  );
}

async function untilCalm(pid: number): Promise<void> {
  for (;;) {
    const cpu = processCpu(pid);
    await after(CALM_MS);
    if (processCpu(pid) - cpu < CALM_CPU * CALM_MS) return;
  }
}

/** @returns the memory of the gateway for each further subscriber, in KB */
async function subscribeAll(stage: Stage, products: readonly (string | null)[], upstreams: number): Promise<number> {
  const url = (stage.gateway.urls['gateway'] ?? '').replace('http', 'ws');
  const first = products.slice(0, FIRST_SUBSCRIBERS);
  const others = products.slice(FIRST_SUBSCRIBERS);
  await stage.load.connect({ url, products: first, concurrency: 50 });
  await after(SETTLE_MS);
  const before = memoryOf(stage.gateway.pid);
  await stage.load.connect({ url, products: others, concurrency: 50 });
  await after(SETTLE_MS);
  const listening = await (await request(controlOf(stage.subgraphs, '/listening'))).body.json();
  if (listening !== upstreams) throw new Error(`${String(listening)} upstream subscriptions, not ${upstreams}`);
  return (memoryOf(stage.gateway.pid) - before) / others.length;
}

interface Pace {
  readonly turns: number;
  /** Turns a second. */
  readonly rate: number;
  /** The products whose prices change in a turn. */
  readonly productsOf: (turn: number) => readonly string[];
  /** How many messages a turn makes. */
  readonly messages: number;
}

/** What is not there after so long never comes. */
const ARRIVAL_LIMIT_MS = 60_000;

/** Makes events at a steady pace. @returns what arrived, and the CPU of the gateway meanwhile in milliseconds */
async function emitting(stage: Stage, pace: Pace): Promise<{ arrivals: Arrivals; cpu: number }> {
  const { gateway } = stage;
  // What is compiled late is compiled now.
  await emitTurns(stage, { ...pace, turns: 5, rate: 1 });
  const before = processCpu(gateway.pid);
  const arrivals = await emitTurns(stage, pace);
  return { arrivals, cpu: processCpu(gateway.pid) - before };
}

async function emitTurns({ load, subgraphs }: Stage, { turns, rate, productsOf, messages }: Pace): Promise<Arrivals> {
  const address = controlOf(subgraphs, '/emit');
  const started = performance.now();
  for (let turn = 0; turn < turns; turn += 1) {
    const { body } = await request(address, { method: 'POST', body: JSON.stringify(productsOf(turn)) });
    await body.dump();
    await after(Math.max(0, started + ((turn + 1) * 1000) / rate - performance.now()));
  }
  const arrivals: Arrivals[number][] = [];
  const limit = performance.now() + ARRIVAL_LIMIT_MS;
  for (;;) {
    for (const arrival of await load.arrivals()) arrivals.push(arrival);
    if (arrivals.length === turns * messages) return arrivals;
    if (performance.now() > limit) throw new Error(`${arrivals.length} messages arrived, not ${turns * messages}`);
    await after(500);
  }
}

function controlOf(subgraphs: BenchProcess, path: string): URL {
  return new URL(path, subgraphs.urls['control']);
}

function line(name: string, milliseconds: readonly number[]): void {
  const ms = (q: number): string => `${quantile(milliseconds, q).toFixed(1)} ms`;
  console.log(`  ${name.padEnd(28)}  p50 ${ms(0.5)}, p99 ${ms(0.99)}, at most ${ms(1)}`);
}

/** The memory of a process that no other shares, in KB. Linux only. */
function memoryOf(pid: number): number {
  const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kilobytes);
}
