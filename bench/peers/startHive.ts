import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { pinned } from '../pinned.js';
import { forkForBench, untilReady, type BenchProcess } from '../startProcess.js';

const START_LIMIT_MS = 60_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function answers(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false; // it does not listen yet
  }
}

/**
 * Starts Hive Gateway by its own command line, in one process.
 *
 * @param runtime `stitching` is its default, here with the JIT; `router` plans with Rust and executes by a runtime made for it
 */
export async function startHive(
  runtime: 'stitching' | 'router',
  supergraphFile: string,
  core: number,
): Promise<BenchProcess> {
  const port = await freePort();
  const bin = resolve('bench/node_modules/@graphql-hive/gateway/dist/bin.js');
  const args = ['supergraph', supergraphFile, '--host', '127.0.0.1', '--port', String(port), '--fork', '1'];
  const config = ['--config-path', resolve('bench/peers/hive.config.mjs'), '--disable-websockets'];
  const mode = runtime === 'router' ? ['--hive-router-runtime'] : ['--jit'];
  const preload = ['--require', resolve('bench/peers/hivePreload.cjs')];
  const child = forkForBench(bin, [...args, ...config, ...mode], {}, pinned(core, preload));
  const url = `http://127.0.0.1:${port}/graphql`;
  return untilReady(child, `Hive Gateway (${runtime})`, async () => {
    const until = Date.now() + START_LIMIT_MS;
    while (!(await answers(url))) {
      if (Date.now() > until || child.exitCode !== null) {
        child.kill('SIGKILL');
        throw new Error(`Hive Gateway (${runtime}) did not answer within ${START_LIMIT_MS / 1000} s`);
      }
      await wait(100);
    }
    return { gateway: url };
  });
}
