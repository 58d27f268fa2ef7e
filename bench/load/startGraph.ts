import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../../schema/compose.js';
import type { Graph } from '../graphs/Graph.js';
import { pinSelf } from '../pinned.js';
import { type BenchProcess, startProcess } from '../startProcess.js';

export const GATEWAY_CORE = 0;
const OTHERS_CORE = 1;

/** The subgraphs of a graph in a process of their own, and their supergraph in a file that goes when this process ends. */
export async function startGraph(graph: Graph, name: string): Promise<{ file: string; subgraphs: BenchProcess }> {
  const folder = await mkdtemp(join(tmpdir(), 'customer360-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  pinSelf(OTHERS_CORE);
  const subgraphs = await startProcess('bench/subgraphs/main.js', [name], {}, OTHERS_CORE);
  const file = join(folder, 'supergraph.graphql');
  const services = graph.subgraphs.map((one) => ({
    name: one.name,
    url: subgraphs.urls[one.name] ?? '',
    sdl: one.sdl,
  }));
  await writeFile(file, compose(services).supergraphSdl);
  return { file, subgraphs };
}
