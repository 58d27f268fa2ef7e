import type { Logger } from 'pino';
import type { Client, ClientConfig } from 'pg';
import { openClient } from '../sql/openClient.js';
import { Worker } from './Worker.js';

/** How soon another process takes over from one that ended. */
const ASK_AGAIN_MS = 1000;
/** While the turn is held, nothing is to be done but to see the connection go. */
const LOOK_ANYWAY_MS = 60_000;

/** Something that runs until it is stopped. */
interface Running {
  stop(): Promise<void>;
}

/**
 * Runs something in one process at a time, of all that share a database: the others wait, and one of them takes over when it ends or its
 * connection is lost. For the moment that it takes to notice, two may run.
 * @param name of the turn, the same in all processes
 * @param config a connection to the database
 */
export function oneAtATime(name: string, config: ClientConfig, log: Logger, start: () => Running): Running {
  return new Worker(`taking turns for ${name}`, log, async (worker) => {
    let lost: Error | undefined;
    const onEnd = (error: Error) => {
      lost = error;
      worker.wake();
    };
    const client = await openClient(config, onEnd);
    try {
      let running: Running | undefined;
      try {
        while (!worker.stopped) {
          if (lost) throw lost;
          if (running === undefined && (await takeTurn(client, name))) running = start();
          await worker.sleep(running === undefined ? ASK_AGAIN_MS : LOOK_ANYWAY_MS);
        }
      } finally {
        await running?.stop();
      }
    } finally {
      await client.end();
    }
  });
}

async function takeTurn(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS mine',
    [`customer360.turn.${name}`],
  );
  return rows[0]?.mine ?? false;
}
