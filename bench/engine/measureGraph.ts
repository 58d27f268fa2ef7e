import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { compose } from '../../schema/compose.js';
import type { Graph } from '../graphs/Graph.js';
import { processCpu } from '../processCpu.js';
import { processMemory } from '../processMemory.js';
import { startProcess, type BenchProcess } from '../startProcess.js';
import type { Counts } from '../subgraphs/MemorySubgraph.js';
import type { BenchGateway } from './gateways.js';
import { firstDifference } from './firstDifference.js';
import { Load } from './load.js';

const GATEWAY_CORE = 0;
const OTHERS_CORE = 1;

export interface MeasureOptions {
  /** The first is the reference: what it answers, all must answer. */
  readonly gateways: readonly BenchGateway[];
  readonly rounds: number;
  /** Requests to each gateway in a round. */
  readonly requests: number;
  readonly connections: number;
  /** Whether all requests come from one caller, so that a gateway may share work between them. */
  readonly oneCaller: boolean;
  /** Where the supergraph file may be written. */
  readonly folder: string;
  readonly progress: (line: string) => void;
}

/** What one round of one gateway took. */
export interface Round {
  /** Milliseconds of CPU in the gateway's process a request. */
  readonly cpu: number;
  readonly perSecond: number;
  /** Milliseconds of each request. */
  readonly times: readonly number[];
  /** MB, right after the round. */
  readonly memory: number;
  /** Requests to subgraphs a request. */
  readonly calls: number;
  /** Entities asked of subgraphs a request. */
  readonly representations: number;
}

export interface Measured {
  readonly title: string;
  readonly rounds: Round[];
}

interface Running {
  readonly measured: Measured;
  readonly process: BenchProcess;
  readonly load: Load;
  bytes: number;
}

async function readCounts(url: string): Promise<Counts> {
  const { body } = await request(url);
  return (await body.json()) as Counts;
}

/** Asks each gateway once, and throws unless all gave the same data without errors and passed the caller on. */
async function checkAnswers(running: readonly Running[], countsUrl: string): Promise<void> {
  let reference: { readonly title: string; readonly data: unknown } | undefined;
  for (const each of running) {
    const { title } = each.measured;
    await readCounts(countsUrl);
    const text = await each.load.ask();
    const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown };
    if (errors || !data) throw new Error(`${title} answers with errors: ${text.slice(0, 1000)}`);
    const { withoutAuthorization } = await readCounts(countsUrl);
    if (withoutAuthorization > 0) throw new Error(`${title} does not pass the caller's Authorization on`);
    reference ??= { title, data };
    const difference = firstDifference(data, reference.data);
    if (difference !== null) throw new Error(`${title} does not answer as ${reference.title} does: ${difference}`);
    each.bytes = Buffer.byteLength(text);
  }
}

async function measureRound(
  { process, load, bytes }: Running,
  requests: number,
  countsUrl: string,
): Promise<Round & { readonly computed: number }> {
  await readCounts(countsUrl);
  const before = processCpu(process.pid);
  const { times, seconds } = await load.run(requests, bytes);
  const cpu = (processCpu(process.pid) - before) / requests;
  const { calls, representations, computed } = await readCounts(countsUrl);
  return {
    cpu,
    perSecond: requests / seconds,
    times,
    memory: processMemory(process.pid),
    calls: calls / requests,
    representations: representations / requests,
    computed,
  };
}

/**
 * Measures gateways on one graph in alternating rounds. Each gateway is kept to the first core, the subgraphs and the load to the
 * second.
 *
 * @returns the answer's size in bytes, and the rounds of each gateway in the order of the options
 * @throws Error when the gateways do not all answer the same
 */
export async function measureGraph(
  name: string,
  graph: Graph,
  { gateways, rounds, requests, connections, oneCaller, folder, progress }: MeasureOptions,
): Promise<{ bytes: number; measured: readonly Measured[] }> {
  const running: Running[] = [];
  progress('starting the subgraphs');
  const subgraphs = await startProcess('bench/subgraphs/main.js', [name], {}, OTHERS_CORE);
  const { counts: countsUrl = '', ...urls } = subgraphs.urls;
  try {
    const { supergraphSdl } = compose(
      graph.subgraphs.map((subgraph) => ({ name: subgraph.name, url: urls[subgraph.name] ?? '', sdl: subgraph.sdl })),
    );
    const file = join(folder, `${name}.graphql`);
    await writeFile(file, supergraphSdl);
    const body = JSON.stringify({ query: graph.query, variables: graph.variables });
    for (const gateway of gateways) {
      progress(`starting ${gateway.title}`);
      const process = await gateway.start(file, GATEWAY_CORE);
      const load = new Load(process.urls['gateway'] ?? '', body, connections, oneCaller);
      running.push({ measured: { title: gateway.title, rounds: [] }, process, load, bytes: 0 });
    }
    progress('comparing the answers');
    await checkAnswers(running, countsUrl);
    for (const { measured, load, bytes } of running) {
      progress(`warming up ${measured.title}`);
      await load.run(2 * requests, bytes);
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const each of running) {
        const { title } = each.measured;
        progress(`round ${round} of ${rounds}: ${title}`);
        const { computed, ...result } = await measureRound(each, requests, countsUrl);
        each.measured.rounds.push(result);
        // Else the subgraphs' own work would be measured too, in the latencies at least.
        if (computed > requests / 10) progress(`${title} asked ${computed} things that were not asked before`);
      }
    }
    return { bytes: running[0]?.bytes ?? 0, measured: running.map(({ measured }) => measured) };
  } finally {
    await Promise.all(running.map(({ load }) => load.close()));
    await Promise.all(running.map(({ process }) => process.stop()));
    await subgraphs.stop();
  }
}
