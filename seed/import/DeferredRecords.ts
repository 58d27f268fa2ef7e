import type { Client } from 'pg';
import type { RecordDraft, RecordEvent, SourceRecord } from './RecordDraft.js';
import type { RowReader } from './SourceRow.js';

/** Records that are read at a time. */
const FETCHED = 500;

/** Events as they wait: line, place and cells of each. */
type WaitingEvents = [number, string, string[]][];

/**
 * Records of a file that refer to others of the same file which are not in yet. They wait in a temporary table, and are tried again in rounds,
 * every other one backwards: so a file that names the parent last takes no more rounds than one that names it first.
 */
export class DeferredRecords {
  #round = 0;
  #waiting = 0;
  #reader: RowReader | undefined;

  private constructor(private readonly client: Client) {}

  static async open(client: Client): Promise<DeferredRecords> {
    await client.query(
      `CREATE TEMPORARY TABLE import_deferred
         (round integer, ordinal bigint GENERATED ALWAYS AS IDENTITY, events text, PRIMARY KEY (round, ordinal))`,
    );
    return new DeferredRecords(client);
  }

  async close(): Promise<void> {
    await this.client.query('DROP TABLE IF EXISTS pg_temp.import_deferred');
  }

  /** How many wait for the next round. */
  get count(): number {
    return this.#waiting;
  }

  async add(drafts: readonly RecordDraft[]): Promise<void> {
    if (drafts.length === 0) return;
    this.#reader ??= drafts[0]?.events[0]?.row.reader;
    this.#waiting += drafts.length;
    const texts = drafts.map(({ events }) =>
      JSON.stringify(events.map(({ row, place }) => [row.line, place, row.cells])),
    );
    await this.client.query(
      `INSERT INTO import_deferred (round, events)
       SELECT $1, events FROM unnest($2::text[]) WITH ORDINALITY AS g (events, ordinal) ORDER BY ordinal`,
      [this.#round, texts],
    );
  }

  /** The records that wait, one after the other; what is added meanwhile waits for the round after. */
  async *round(): AsyncGenerator<SourceRecord> {
    const round = this.#round;
    this.#round += 1;
    this.#waiting = 0;
    const [operator, order, start] = round % 2 === 0 ? ['<', 'DESC', '9223372036854775807'] : ['>', 'ASC', '0'];
    let last = start;
    for (;;) {
      const { rows } = await this.client.query<{ ordinal: string; events: string }>(
        `SELECT ordinal, events FROM import_deferred WHERE round = $1 AND ordinal ${operator} $2
         ORDER BY ordinal ${order} LIMIT ${FETCHED}`,
        [round, last],
      );
      for (const { ordinal, events } of rows) {
        last = ordinal;
        const record = this.#record(JSON.parse(events) as WaitingEvents);
        if (record !== null) yield record;
      }
      if (rows.length < FETCHED) break;
    }
    await this.client.query('DELETE FROM import_deferred WHERE round = $1', [round]);
  }

  #record(waiting: WaitingEvents): SourceRecord | null {
    const reader = this.#reader;
    if (reader === undefined) return null;
    const [first, ...more] = waiting.map(([line, place, cells]): RecordEvent => ({
      row: reader.row(line, cells),
      place,
    }));
    return first === undefined ? null : { events: [first, ...more], problems: [] };
  }
}
