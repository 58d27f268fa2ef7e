import { readFile, rename, writeFile } from 'node:fs/promises';
import { GATEWAY_NODE_ARGS } from '../engine/gateways.js';
import { quantile } from '../quantile.js';
import { type BenchProcess, startProcess } from '../startProcess.js';
import { UNLIMITED } from '../unlimited.js';
import { capacityOf } from './capacityOf.js';
import type { LoadOptions } from './load.js';
import { type OpenLoopResult, openConnections, openLoop } from './openLoop.js';
import { GATEWAY_CORE, startGraph } from './startGraph.js';

export interface SwapOptions extends LoadOptions {
  readonly rounds: number;
}

/** Of what the gateway can serve: as much as a gateway is given that is to bear a swap. */
const LOAD = 0.5;
const CALLERS = 64;
/** Between two swaps of a round. */
const SWAP_EVERY_MS = 2_000;

/**
 * Offers a gateway half of what it can serve, in alternating rounds without and with a new supergraph every two seconds, and prints what both
 * cost and whether anything was lost.
 */
export async function swap({ graph: [name, make], seconds, rounds }: SwapOptions): Promise<void> {
  const graph = await make();
  const { file, subgraphs } = await startGraph(graph, name);
  let gateway: BenchProcess | undefined;
  try {
    const sdl = await readFile(file, 'utf8');
    const options = ['--supergraph', file, '--port', '0', '--auth', 'off', ...UNLIMITED];
    gateway = await startProcess('gateway/main.js', options, {}, GATEWAY_CORE, GATEWAY_NODE_ARGS);
    const url = gateway.urls['gateway'] ?? '';
    const body = JSON.stringify({ query: graph.query, variables: graph.variables });
    const { bytes, capacity } = await capacityOf(url, body, seconds / 2);
    const pool = await openConnections(url, CALLERS);
    const asked = { pool, path: new URL(url).pathname, body, bytes, requestsPerSecond: LOAD * capacity, seconds };
    console.log(`${name}: ${(LOAD * capacity).toFixed(0)} requests/s, half of what can be served\n`);
    const usual: number[] = [];
    const swapping: number[] = [];
    let version = 0;
    for (let round = 0; round < rounds; round += 1) {
      usual.push(told('usual   ', await openLoop(asked)));
      const timer = setInterval(() => {
        version += 1;
        void replace(file, `${sdl}\n# ${version}\n`);
      }, SWAP_EVERY_MS);
      swapping.push(told('swapping', await openLoop(asked)));
      clearInterval(timer);
    }
    await pool.destroy();
    const ratio = quantile(swapping, 0.5) / quantile(usual, 0.5);
    console.log(
      `\n${version} swaps; p99 with a swap every ${SWAP_EVERY_MS / 1000} s is ${ratio.toFixed(2)} times the usual (medians of ${rounds} rounds)`,
    );
  } finally {
    await gateway?.stop();
    await subgraphs.stop();
  }
}

/** As a careful deployment does it. */
async function replace(file: string, sdl: string): Promise<void> {
  await writeFile(`${file}.new`, sdl);
  await rename(`${file}.new`, file);
}

/** Prints a round. @returns its p99 in milliseconds */
function told(label: string, { accepted, failed, shed }: OpenLoopResult): number {
  const p99 = quantile(accepted, 0.99);
  console.log(
    `${label}  ${accepted.length} answered, ${failed + shed.length} lost  p50 ${quantile(accepted, 0.5).toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  longest ${Math.max(...accepted).toFixed(0)} ms`,
  );
  return p99;
}
