import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Pool } from 'undici';
import { type GatewayProcess, runGateway, untilReady } from '../../test/support/fixtureGateway.js';
import { type HostileGraph, startHostileGraph } from '../../test/support/hostileGraph.js';

const WATCHDOG = resolve('dist/bench/fuzz/watchdog.js');

/** What tokens are signed with that are right. */
export const FUZZ_SECRET = 'a secret of the fuzzer, of 32 bytes and more';

/** So that what is kept reaches its bound early, and memory is flat from then on. */
const KEPT_MEGABYTES = 16;
/** So that those which are hard to plan do not take hours. */
const PLANNING_MS = 500;

/** An answer as text. */
export interface TargetAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * A gateway in a process of its own, as in production, over subgraphs in this one. It trusts a proxy, so that one machine can be many callers; all
 * operations are let in, so that hostile ones come as far as they can.
 */
export class FuzzTarget {
  readonly #pool: Pool;

  private constructor(
    readonly url: string,
    readonly graph: HostileGraph,
    readonly gateway: GatewayProcess,
    /** Where the watchdog listens. */
    readonly watchdog: string,
    private readonly folder: string,
  ) {
    this.#pool = new Pool(new URL(url).origin, { connections: 128, pipelining: 1 });
  }

  static async start(): Promise<FuzzTarget> {
    const folder = await mkdtemp(join(tmpdir(), 'customer360-fuzz-'));
    const watchdog = join(folder, 'watchdog');
    const graph = await startHostileGraph();
    const options = ['--safelist', 'off', '--trust-proxy', '1', '--operation-memory', String(KEPT_MEGABYTES)];
    options.push('--planning-timeout', String(PLANNING_MS));
    const gateway = runGateway(
      ['--supergraph', graph.file, '--port', '0', '--auth', 'jwt', '--log-level', 'error', ...options],
      {
        supervised: true,
        env: {
          NODE_ENV: 'production',
          NODE_OPTIONS: `--import ${pathToFileURL(WATCHDOG).href} --max-semi-space-size=64`,
          FUZZ_WATCHDOG: watchdog,
          JWT_SECRET: FUZZ_SECRET,
        },
      },
    );
    return new FuzzTarget(await untilReady(gateway), graph, gateway, watchdog, folder);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** What no answer may tell. */
  get secrets(): string[] {
    return this.graph.subgraphs.map(({ port }) => `127.0.0.1:${port}`);
  }

  /** Asks over HTTP. @param path beginning with a slash */
  async request(
    method: 'GET' | 'POST',
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<TargetAnswer> {
    const json = body === undefined ? undefined : { 'content-type': 'application/json' };
    const answer = await this.#pool.request({ method, path, headers: { ...json, ...headers }, body: body ?? null });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  /** The metrics without labels by name, and those with labels under their whole line's beginning. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const { text } = await this.request('GET', '/metrics', {});
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => {
        const space = line.lastIndexOf(' ');
        return [line.slice('customer360_gateway_'.length, space), Number(line.slice(space))];
      }),
    );
  }

  /** Closes the connections that requests came over; more are opened with the next request. */
  async stop(): Promise<void> {
    await this.#pool.destroy();
    this.gateway.child.kill('SIGTERM');
    await this.gateway.exited;
    await this.graph.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
