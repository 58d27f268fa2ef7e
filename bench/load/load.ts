import { cpus } from 'node:os';
import type { Pool } from 'undici';
import { GATEWAY_NODE_ARGS } from '../engine/gateways.js';
import type { Graph } from '../graphs/Graph.js';
import { canPin } from '../pinned.js';
import { processCpu } from '../processCpu.js';
import { processMemory } from '../processMemory.js';
import { quantile } from '../quantile.js';
import { startProcess, type BenchProcess } from '../startProcess.js';
import { UNLIMITED } from '../unlimited.js';
import { attacked } from './attacked.js';
import { CONNECTIONS, capacityOf } from './capacityOf.js';
import { type OpenLoopResult, openConnections, openLoop } from './openLoop.js';
import { GATEWAY_CORE, startGraph } from './startGraph.js';

export interface LoadOptions {
  readonly graph: readonly [name: string, make: () => Graph | Promise<Graph>];
  /** How long each step takes. */
  readonly seconds: number;
}

/** Times the capacity. The last one shows that all is as before. */
const STEPS = [0.5, 1, 2, 4, 0.5];

/** Connections that callers keep open. */
const CALLERS = 256;

interface Step extends OpenLoopResult {
  readonly factor: number;
  readonly offered: number;
  /** The part of a core that the gateway used; when it was behind and this is not nearly 1, others took the core, and the step says little. */
  readonly cpu: number;
  /** Megabytes: the most while it ran, and at its end. */
  readonly memory: { readonly most: number; readonly end: number };
}

async function measureStep(
  gateway: BenchProcess,
  pool: Pool,
  body: string,
  bytes: number,
  factor: number,
  capacity: number,
  seconds: number,
): Promise<Step> {
  const offered = factor * capacity;
  let most = 0;
  const before = processCpu(gateway.pid);
  const watching = setInterval(() => (most = Math.max(most, processMemory(gateway.pid))), 200);
  const path = new URL(gateway.urls['gateway'] ?? '').pathname;
  const result = await openLoop({ pool, path, body, bytes, requestsPerSecond: offered, seconds });
  clearInterval(watching);
  const cpu = (processCpu(gateway.pid) - before) / (result.seconds * 1000);
  const end = processMemory(gateway.pid);
  return { ...result, factor, offered, cpu, memory: { most: Math.max(most, end), end } };
}

function milliseconds(times: readonly number[], q: number): string {
  return times.length === 0 ? '-' : `${quantile(times, q).toFixed(0)} ms`;
}

function row({ factor, offered, accepted, shed, failed, seconds, cpu, memory }: Step): string {
  const cells = [
    `${factor} x`.padEnd(6),
    offered.toFixed(0).padStart(9),
    (accepted.length / seconds).toFixed(0).padStart(10),
    (shed.length / seconds).toFixed(0).padStart(6),
    String(failed).padStart(6),
    milliseconds(accepted, 0.5).padStart(8),
    milliseconds(accepted, 0.99).padStart(8),
    milliseconds(shed, 0.99).padStart(8),
    `${(cpu * 100).toFixed(0)} %`.padStart(5),
    `${memory.most.toFixed(0)} MB`.padStart(8),
    `${memory.end.toFixed(0)} MB`.padStart(8),
  ];
  return `| ${cells.join(' | ')} |`;
}

const HEAD = `| load   | offered/s | accepted/s | shed/s | failed |      p50 |      p99 | p99 shed |   CPU | at most |  at end |
| ------ | --------: | ---------: | -----: | -----: | -------: | -------: | -------: | ----: | -------: | -------: |`;

/**
 * Finds out how many requests a second the gateway answers, offers it half, all, twice and four times of that and half again, whether
 * or not it keeps up, and prints what became of them; then how one caller fares beside an attacker.
 */
export async function load({ graph: [name, make], seconds }: LoadOptions): Promise<void> {
  const graph = await make();
  const { file, subgraphs } = await startGraph(graph, name);
  let gateway: BenchProcess | undefined;
  try {
    const options = [
      '--supergraph',
      file,
      '--port',
      '0',
      '--auth',
      'off',
      ...UNLIMITED,
      '--shed-load=on',
      '--trust-proxy=1',
    ];
    gateway = await startProcess('gateway/main.js', options, {}, GATEWAY_CORE, GATEWAY_NODE_ARGS);
    const body = JSON.stringify({ query: graph.query, variables: graph.variables });
    const before = processMemory(gateway.pid);
    const { bytes, capacity } = await capacityOf(gateway.urls['gateway'] ?? '', body, seconds / 2);
    const pins = canPin() ? 'gateway on one core, load and subgraphs on another' : 'no process kept to a core';
    console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}; ${pins}`);
    console.log(
      `${name}: ${capacity.toFixed(0)} requests/s can be served (${CONNECTIONS} at once); ${before.toFixed(0)} MB before\n\n${HEAD}`,
    );
    const pool = await openConnections(gateway.urls['gateway'] ?? '', CALLERS);
    const steps: Step[] = [];
    for (const factor of STEPS) {
      const step = await measureStep(gateway, pool, body, bytes, factor, capacity, seconds);
      console.log(row(step));
      steps.push(step);
    }
    await pool.destroy();
    printVerdict(steps);
    await attacked({ url: gateway.urls['gateway'] ?? '', body, bytes, capacity, seconds });
  } finally {
    await gateway?.stop();
    await subgraphs.stop();
  }
}

function printVerdict(steps: readonly Step[]): void {
  const p99 = (step: Step | undefined): number => quantile(step?.accepted ?? [], 0.99);
  const [normal] = steps;
  const worst = steps.find(({ factor }) => factor === 4);
  const after = steps.at(-1);
  console.log(
    `\nAt 4 x, the p99 of what was accepted is ${(p99(worst) / p99(normal)).toFixed(1)} times that at 0.5 x; afterwards it is ${(p99(after) / p99(normal)).toFixed(1)} times.`,
  );
}
