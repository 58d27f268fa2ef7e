import type { Logger } from 'pino';
import type { Client, ClientConfig } from 'pg';
import type { CloudEvent } from '../../../schema/contract.js';
import type { EventBus } from './EventBus.js';
import { listen, LOOK_ANYWAY_MS } from './listen.js';
import { outboxChannel } from './Outbox.js';
import { Worker } from './Worker.js';

/** How many events are published at once. */
const BATCH = 500;

/**
 * Publishes what a subgraph's writes leave in its outbox, those of one subject in order, and at least once: an event leaves the outbox when the bus has it. Of
 * several replicas one does it at a time; when it ends, another takes over.
 *
 * Positions in the outbox are given before commit, so a later one can be seen first. That breaks no order that anybody could know: of two
 * writes of which one waited for the other, the second takes its position after the first was committed.
 *
 * @param subgraph its name
 * @param config a connection to its schema
 */
export function relayOutbox(subgraph: string, config: ClientConfig, bus: EventBus, log: Logger): Worker {
  return new Worker(`publishing the events of ${subgraph}`, log, async (worker) => {
    let lost: Error | undefined;
    const onEnd = (error: Error) => {
      lost = error;
      worker.wake();
    };
    const client = await listen(config, outboxChannel(subgraph), () => worker.wake(), onEnd);
    try {
      let isRelay = false;
      while (!worker.stopped) {
        if (lost) throw lost;
        isRelay ||= await takeOver(client, subgraph);
        const more = isRelay && (await publishBatch(client, bus));
        if (!more) await worker.sleep(LOOK_ANYWAY_MS);
      }
    } finally {
      await client.end();
    }
  });
}

async function takeOver(client: Client, subgraph: string): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS mine',
    [`customer360.relay.${subgraph}`],
  );
  return rows[0]?.mine ?? false;
}

/** @returns whether there may be more */
async function publishBatch(client: Client, bus: EventBus): Promise<boolean> {
  const { rows } = await client.query<{ position: string; event: CloudEvent }>(
    `SELECT position, event FROM outbox ORDER BY position LIMIT ${BATCH}`,
  );
  if (rows.length === 0) return false;
  await bus.publish(rows.map(({ event }) => event));
  await client.query('DELETE FROM outbox WHERE position = ANY($1::bigint[])', [rows.map(({ position }) => position)]);
  return rows.length === BATCH;
}
