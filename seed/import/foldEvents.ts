import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { copyText } from '../copyText.js';
import { ConversionError, conversionFor, type Conversion } from './conversions.js';
import type { OrderSpec } from './mapping.js';
import type { RecordEvent, SourceRecord } from './RecordDraft.js';
import { RowProblem } from './RowProblem.js';
import type { RowReader, SourceRow } from './SourceRow.js';

/** How the rows of a file become the events of records. */
export interface FoldPlan {
  /** @throws RowProblem for a row that has no key, or cells that are shifted */
  readonly key: (row: SourceRow) => readonly string[];
  readonly order: readonly OrderColumn[];
}

/** A column that puts events in order. */
interface OrderColumn {
  readonly column: string;
  /** As Postgres compares it. */
  readonly type: string;
  readonly conversion: Conversion;
}

const TYPES = {
  text: 'text COLLATE "C"',
  integer: 'integer',
  decimal: 'numeric',
  date: 'date',
  timestamp: 'timestamptz',
} as const;

/** Rows that are fetched at a time. */
const FETCHED = 2000;
/**
 * A column of a fold's `order`.
 * @param zone of times that do not say it themselves
 * @throws Error for a format that is none, or a zone that nobody states
 */
export function orderColumn(spec: OrderSpec, zone: string | undefined): OrderColumn {
  const type = spec.type ?? 'timestamp';
  return { column: spec.column, type: TYPES[type], conversion: conversionFor(type, spec, zone) };
}

/** What puts a row in order. @throws RowProblem when it does not say it */
function orderValue(row: SourceRow, { column, conversion }: OrderColumn): string {
  const text = row.value(column);
  if (text === null) throw row.problem(column, 'is missing, and it puts the events of the record in order');
  try {
    return conversion(text);
  } catch (error) {
    if (error instanceof ConversionError) throw row.problem(column, error.message);
    throw error;
  }
}

/** What `read` gives, or the row's problem. */
function attempt<T>(read: () => T): T | RowProblem {
  try {
    return read();
  } catch (error) {
    if (error instanceof RowProblem) return error;
    throw error;
  }
}

interface SpilledEvent {
  /** Null when the row has none; then it is a record of its own. */
  readonly key: string | null;
  readonly line: number;
  readonly place: string;
  /** As JSON, for it may hold what a Postgres text may not. */
  readonly cells: string;
  readonly problem: string | null;
}

function spilled(row: SourceRow, { key, order }: FoldPlan): string {
  const unplaced = order.map(() => null);
  const parts = attempt(() => key(row));
  const values = parts instanceof RowProblem ? parts : attempt(() => order.map((column) => orderValue(row, column)));
  const problem = values instanceof RowProblem ? values : null;
  const places = values instanceof RowProblem ? unplaced : values;
  return copyText([
    parts instanceof RowProblem ? null : JSON.stringify(parts),
    String(row.line),
    places.map((place, index) => (order[index]?.type === TYPES.text ? JSON.stringify(place) : place)).join(' '),
    JSON.stringify(row.cells),
    problem && JSON.stringify([problem.column, problem.value, problem.reason]),
    ...places,
  ]);
}

/** A record of its events; of those with the same place, the later in the file has a place of its own. */
function recordOf(events: readonly SpilledEvent[], rowOf: (event: SpilledEvent) => SourceRow): SourceRecord | null {
  const seen = new Map<string, number>();
  const [first, ...more] = events.map((event): RecordEvent => {
    const twins = seen.get(event.place) ?? 0;
    seen.set(event.place, twins + 1);
    return { row: rowOf(event), place: twins === 0 ? event.place : `${event.place}#${twins}` };
  });
  if (first === undefined) return null;
  const problems = events.flatMap(({ problem, line }) => {
    if (problem === null) return [];
    const [column = '', value = '', reason = ''] = JSON.parse(problem) as string[];
    return [new RowProblem(column, value, reason, line)];
  });
  return { events: [first, ...more], problems };
}

/**
 * Folds the rows of a file into records, wherever in the file the events of a record are. They wait in a temporary table, so memory
 * does not grow with the file; only one record is in it as a whole.
 * @param scratch a connection that does nothing else meanwhile
 * @returns first the rows that belong to no record for want of a key, then the records by their keys
 */
export async function* foldEvents(
  rows: AsyncIterable<SourceRow>,
  plan: FoldPlan,
  scratch: Client,
): AsyncGenerator<SourceRecord> {
  const columns = plan.order.map((_column, index) => `order_${index}`);
  const types = plan.order.map(({ type }, index) => `order_${index} ${type}`);
  await scratch.query(
    `CREATE TEMPORARY TABLE import_event
       (key text COLLATE "C", line integer, place text, cells text, problem text, ${types.join(', ')})`,
  );
  let reader: RowReader | undefined;
  const lines = async function* () {
    for await (const row of rows) {
      ({ reader } = row);
      yield spilled(row, plan);
    }
  };
  try {
    const target = `import_event (key, line, place, cells, problem, ${columns.join(', ')})`;
    await pipeline(Readable.from(lines()), scratch.query(copyFrom(`COPY ${target} FROM STDIN`)));
    await scratch.query('BEGIN');
    const rowOf = ({ line, cells }: SpilledEvent): SourceRow => {
      if (reader === undefined) throw new Error('a row without a reader');
      return reader.row(line, JSON.parse(cells) as string[]);
    };
    yield* readRecords(scratch, columns, rowOf);
  } finally {
    await scratch.query('ROLLBACK');
    await scratch.query('DROP TABLE IF EXISTS pg_temp.import_event');
  }
}

async function* readRecords(
  scratch: Client,
  columns: readonly string[],
  rowOf: (event: SpilledEvent) => SourceRow,
): AsyncGenerator<SourceRecord> {
  await scratch.query(
    `DECLARE import_events NO SCROLL CURSOR FOR SELECT key, line, place, cells, problem FROM import_event
     ORDER BY key NULLS FIRST, ${columns.join(', ')}, line`,
  );
  let events: SpilledEvent[] = [];
  for (;;) {
    const { rows } = await scratch.query<SpilledEvent>(`FETCH ${FETCHED} FROM import_events`);
    for (const event of rows) {
      if (events.length > 0 && (event.key === null || events[0]?.key !== event.key)) {
        const record = recordOf(events, rowOf);
        if (record !== null) yield record;
        events = [];
      }
      events.push(event);
    }
    if (rows.length < FETCHED) break;
  }
  const record = recordOf(events, rowOf);
  if (record !== null) yield record;
}
