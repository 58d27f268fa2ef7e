import { describe } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { waitUntil } from './waitUntil.js';

const COMMAND = 'nats-server';

/** Whether a nats-server is installed: Debian's package of that name, as CI does. */
export const hasNats = spawnSync(COMMAND, ['--version']).status === 0;

/** `describe` for what needs a nats-server; where none is installed the tests say that they are skipped. CI installs it. */
export const describeWithNats = hasNats ? describe : describe.skip;

/** A NATS server of one test, with JetStream. */
export interface TestNats {
  readonly url: string;
  /** Kills it (-9) and starts it again on the same data. */
  restart(): Promise<void>;
  /** Kills it (-9). */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts a NATS server with an empty store on a free port. */
export async function startNats(): Promise<TestNats> {
  const folder = mkdtempSync(join(tmpdir(), 'customer360-nats-'));
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(COMMAND, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], { stdio: 'ignore' });
    await waitUntil(() =>
      connect({ servers: url, reconnect: false, timeout: 500 }).then(
        async (connection) => {
          await connection.close();
          return true;
        },
        () => false,
      ),
    );
  };
  const kill = async () => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url,
    start,
    kill,
    async restart() {
      await kill();
      await start();
    },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
