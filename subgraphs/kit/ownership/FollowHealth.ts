import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import { escapeIdentifier } from 'pg';
import type { OwnedTable, OwnerColumn } from './ownedTables.js';

/** For how long what was found about rows holds, in milliseconds: to look reads an index of all rows that were moved. */
const HOLDS_MS = 60_000;
/** Counting further tells nobody more. */
const MOST_COUNTED = 1_000;

/** Whether the rows of customers are where the aliases say. */
export interface Following {
  /** Customers who were merged or unmerged and whose rows have not all followed; counted up to 1,000. */
  readonly waiting: number;
  /** When the first of them was; null when none waits. */
  readonly waitingSince: Date | null;
  /** Rows that are not their owner's though nothing waits for them, which no merge and no write leaves behind; counted up to 1,000 a table. */
  readonly astray: number;
}

/** Reads whether rows have followed merges: who waits each time, and rows that are astray once a minute at most. */
export class FollowHealth {
  #astray: Promise<number> | undefined;
  #lookAgainAt = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly tables: readonly OwnedTable[],
    private readonly log: Logger,
  ) {}

  /** @throws when the database does not answer */
  async read(): Promise<Following> {
    const [row] = await this.dataSource.query<{ waiting: number; since: Date | null }[]>(
      `/* aliases */ SELECT count(*)::int AS waiting, min(merged_at) AS since
       FROM (SELECT merged_at FROM customer_alias WHERE NOT is_applied LIMIT ${MOST_COUNTED}) AS a`,
    );
    return { waiting: row?.waiting ?? 0, waitingSince: row?.since ?? null, astray: await this.#countAstray() };
  }

  /** Those who ask at the same time share one look. */
  #countAstray(): Promise<number> {
    const now = performance.now();
    if (this.#astray === undefined || now >= this.#lookAgainAt) {
      this.#lookAgainAt = now + HOLDS_MS;
      this.#astray = this.#look().catch((error: unknown) => {
        this.#lookAgainAt = 0;
        throw error;
      });
    }
    return this.#astray;
  }

  async #look(): Promise<number> {
    let all = 0;
    for (const { name, owners } of this.tables) {
      for (const owner of owners) {
        const [row] = await this.dataSource.query<{ astray: number }[]>(astray(name, owner));
        if (!row?.astray) continue;
        all += row.astray;
        this.log.error({ table: name, column: owner.name, rows: row.astray }, 'rows are not where the aliases say');
      }
    }
    return all;
  }
}

/** Counts rows that were moved to somebody else than the alias says, by the index on just them; and those that should have been moved, by the index on the owner. */
function astray(table: string, owner: OwnerColumn): string {
  const [name, column, recorded] = [table, owner.name, owner.recorded].map(escapeIdentifier);
  return `/* aliases */ SELECT count(*)::int AS astray FROM (
    (SELECT 1 FROM ${name} t LEFT JOIN customer_alias a ON a.customer_id = t.${recorded}
     WHERE t.${recorded} <> t.${column} AND t.${column} <> coalesce(a.canonical_id, t.${recorded}) AND a.is_applied IS NOT FALSE
     LIMIT ${MOST_COUNTED})
    UNION ALL
    (SELECT 1 FROM customer_alias a CROSS JOIN LATERAL (
       SELECT FROM ${name} t WHERE t.${column} = a.customer_id AND t.${recorded} = t.${column} LIMIT ${MOST_COUNTED}) AS t
     WHERE a.canonical_id <> a.customer_id AND a.is_applied LIMIT ${MOST_COUNTED})
  ) AS found`;
}
