import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { v7 as uuid } from 'uuid';
import { startEmbeddedPostgres } from '../scripts/start/embeddedPostgres.js';
import { applyAliases } from '../subgraphs/kit/ownership/applyAliases.js';
import { migrateSubgraph } from '../subgraphs/kit/ownership/migrateSubgraph.js';
import { tablesOf } from '../subgraphs/kit/ownership/ownedTables.js';
import { takeInAliases } from '../subgraphs/kit/ownership/takeInAliases.js';
import { createDataSource } from '../subgraphs/kit/sql/createDataSource.js';
import { touchpoints } from '../subgraphs/touchpoints/subgraph.js';
import { quantile } from './quantile.js';

export interface MergeOptions {
  /** Rows of the customer who is merged. */
  readonly rows: number;
  readonly rounds: number;
}

const [MERGED, SURVIVOR] = [uuid(), uuid()];

/** How often somebody writes of the customer meanwhile. */
const PAUSE_MS = 20;

/** Somebody who writes of the merged customer up to fifty times a second, and how long each write took in milliseconds. */
async function writeUntil(client: Client, isOver: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (!isOver()) {
    const started = performance.now();
    await client.query(
      `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary)
       VALUES ($1, $2, now(), 'PHONE', 'INBOUND', 'NOTE', 'OTHER', 'Meanwhile')`,
      [uuid(), MERGED],
    );
    times.push(performance.now() - started);
    await pause(PAUSE_MS);
  }
  return times;
}

/** What a merge and an unmerge of a customer with many rows take, and what they keep waiting. */
export async function merge({ rows, rounds }: MergeOptions): Promise<void> {
  const folder = resolve('.data/bench-merge');
  await rm(folder, { recursive: true, force: true });
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: console.error });
  await migrateSubgraph(touchpoints, postgres.url);
  const dataSource = await createDataSource(touchpoints, { url: postgres.url, poolSize: 4 }).initialize();
  const client = new Client({ connectionString: postgres.url, options: '-c search_path=touchpoints' });
  await client.connect();
  try {
    for (const id of [MERGED, SURVIVOR]) {
      await client.query(
        `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary)
         SELECT gen_random_uuid(), $1, now() - n * interval '1 minute', 'EMAIL', 'INBOUND', 'CONTACT', 'SERVICE', 'Asked about order ' || n
         FROM generate_series(1, $2::int) AS n`,
        [id, rows],
      );
    }
    await client.query('ANALYZE touchpoint');
    let position = 0;
    for (const [what, parentId] of [
      ['merge', SURVIVOR],
      ['unmerge', null],
    ] as const) {
      const seconds: number[] = [];
      const waits: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        // Each round begins from the other state.
        const other = parentId === null ? SURVIVOR : null;
        if (round > 0 || what === 'unmerge') await become(other);
        let isOver = false;
        const writes = writeUntil(client, () => isOver);
        const started = performance.now();
        await become(parentId);
        seconds.push((performance.now() - started) / 1000);
        isOver = true;
        waits.push(Math.max(...(await writes)));
      }
      console.log(
        `${what.padEnd(8)} of ${rows} rows: ${quantile(seconds, 0.5).toFixed(2)} s (${seconds.map((s) => s.toFixed(2)).join(', ')}); ` +
          `the longest write of the same customer meanwhile: ${Math.max(...waits).toFixed(0)} ms`,
      );
    }

    async function become(parentId: string | null): Promise<void> {
      position += 1;
      const customers = [
        { customerId: MERGED, parentId },
        { customerId: SURVIVOR, parentId: null },
      ];
      await dataSource.transaction((manager) => takeInAliases(manager, { position, customers }));
      await applyAliases(dataSource, tablesOf(dataSource), touchpoints.rederive);
    }
  } finally {
    await client.end();
    await dataSource.destroy();
    await postgres.stop();
  }
}
