import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../graphs/Graph.js';
import { installPeers } from '../peers/installPeers.js';
import { canPin, pinSelf } from '../pinned.js';
import type { BenchGateway } from './gateways.js';
import { measureGraph } from './measureGraph.js';
import { printMeasured } from './printMeasured.js';

export interface EngineOptions {
  readonly graphs: readonly (readonly [name: string, make: () => Graph | Promise<Graph>])[];
  /** The first is the reference for the answers, the last is what the others are compared with. */
  readonly gateways: readonly BenchGateway[];
  readonly rounds: number;
  /** Requests a round; each graph's own number when absent. */
  readonly requests: number | undefined;
  readonly connections: number;
  /** Whether all requests come from one caller. */
  readonly oneCaller: boolean;
}

function progress(line: string): void {
  process.stderr.write(`${new Date().toTimeString().slice(0, 8)} ${line}\n`);
}

/** Removes a folder when the process ends, Ctrl-C included. */
function removeAtEnd(folder: string): void {
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
}

/** Measures gateways side by side on the same subgraphs, and prints a table for each graph. */
export async function engine({
  graphs,
  gateways,
  rounds,
  requests,
  connections,
  oneCaller,
}: EngineOptions): Promise<void> {
  if (gateways.some(({ installed }) => installed)) installPeers();
  const folder = await mkdtemp(join(tmpdir(), 'customer360-bench-'));
  removeAtEnd(folder);
  pinSelf(1);
  const pins = canPin() ? 'gateways on one core, load and subgraphs on another' : 'no process kept to a core';
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}; ${pins}\n`);
  for (const [name, make] of graphs) {
    const graph = await make();
    const count = requests ?? graph.requests;
    const { bytes, measured } = await measureGraph(name, graph, {
      gateways,
      rounds,
      requests: count,
      connections,
      oneCaller,
      folder,
      progress: (line) => progress(`${name}: ${line}`),
    });
    const subgraphs = `${graph.subgraphs.length} subgraphs, ${(bytes / 1000).toFixed(0)} kB of answer`;
    console.log(
      `${name}: ${subgraphs}; ${rounds} rounds of ${count} requests, ${connections} connections${oneCaller ? ', one caller' : ''}; medians\n`,
    );
    printMeasured(measured);
  }
}
