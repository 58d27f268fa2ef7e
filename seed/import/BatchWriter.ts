import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { type Client, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { FilePlan } from './compileMapping.js';
import type { TargetPlan } from './compileTarget.js';
import { copyText } from '../copyText.js';
import { type Databases, isDataError } from './Databases.js';
import type { RecordDraft } from './RecordDraft.js';
import type { RowProblem } from './RowProblem.js';
import { stageStatements, type StageStatements } from './stageStatements.js';
import { againAfterCollision } from '../../subgraphs/kit/sql/againAfterCollision.js';

/** A row that did not go in. */
export interface Reject {
  readonly line: number;
  /** Empty when the row as a whole is at fault. */
  readonly column: string;
  /** As the file has it. */
  readonly value: string;
  readonly reason: string;
  /** The whole row, as the file has it. */
  readonly cells: readonly string[];
}

/** What became of the rows of a batch, those of a record all together; the numbers add up to the rows given. */
export interface BatchOutcome {
  inserted: number;
  updated: number;
  unchanged: number;
  /** Of customers who were erased: nothing is written of them. */
  erased: number;
  /** In the order of their lines. */
  rejects: Reject[];
  /** Records that refer to others of the file which are not in yet; none of the numbers counts them. */
  deferred: RecordDraft[];
  /** The id of a record that is in now, the last of them; null when none is, or none has an id of its own. */
  lastId: string | null;
}

/** The table in which the records of a file are, to look references up. */
export type RecordTable = (file: string) => { readonly subgraph: string; readonly table: string };

interface Stage {
  readonly plan: TargetPlan;
  readonly client: Client;
  readonly statements: StageStatements;
  /** Ends what the records wrote before and do not write any more, after all stages; null where that stays. Gives the records concerned. */
  readonly former: string | null;
}

/** Records that may not be written as the database is now; the others of their batch may. */
class RefusedRecords extends Error {
  /** @param reason null for those of customers who were erased */
  constructor(
    readonly drafts: ReadonlySet<RecordDraft>,
    readonly reason: string | null,
  ) {
    super(reason ?? 'the customer was erased');
  }
}

/**
 * Writes the rows of one file, a batch at a time, each in one transaction a database. What is remembered of earlier batches (the keys
 * that were there already) is in a table, so memory does not grow with the file.
 */
export class BatchWriter {
  private constructor(
    private readonly file: FilePlan,
    private readonly databases: Databases,
    private readonly stages: readonly Stage[],
    private readonly recordTable: RecordTable,
    private readonly seen: string,
  ) {}

  /**
   * Makes the temporary tables. `close` drops them.
   * @param seen the table of the keys that were seen, in the first of the databases
   */
  static async open(
    file: FilePlan,
    databases: Databases,
    recordTable: RecordTable,
    seen: string,
  ): Promise<BatchWriter> {
    const nameOf = (plan: TargetPlan) => `import_stage_${file.targets.indexOf(plan)}`;
    const stages = file.targets.map((plan) => ({
      plan,
      client: databases.of(plan.target.subgraph.name),
      statements: stageStatements(plan, nameOf(plan)),
      former:
        plan.target.former?.statement(
          nameOf(plan),
          file.targets.filter(({ target }) => target === plan.target).map(nameOf),
          plan.former,
        ) ?? null,
    }));
    for (const { client, statements } of stages) await client.query(statements.create);
    return new BatchWriter(file, databases, stages, recordTable, seen);
  }

  async close(): Promise<void> {
    for (const { client, statements } of this.stages) await client.query(statements.drop);
  }

  /**
   * @param mayDefer whether a record may wait for one of the same file; else it is rejected when that is not there
   * @throws the database's error when it fails for another reason than the data; nothing of the batch is written then
   */
  async write(drafts: readonly RecordDraft[], mayDefer: boolean): Promise<BatchOutcome> {
    const outcome: BatchOutcome = emptyOutcome();
    const sound: RecordDraft[] = [];
    for (const draft of drafts) {
      if (draft.problems.length === 0) sound.push(draft);
      else outcome.rejects.push(...rejectsOf(draft, draft.problems.map(refusalOf)));
    }
    if (sound.length > 0) await this.#writeOrHalve(sound, mayDefer, outcome);
    outcome.rejects.sort((one, other) => one.line - other.line);
    return outcome;
  }

  /** A rule of the database that we did not foresee refuses all rows of a statement: halves are tried until the row is found. */
  async #writeOrHalve(drafts: readonly RecordDraft[], mayDefer: boolean, outcome: BatchOutcome): Promise<void> {
    try {
      // A merge and an import may wait for each other; then Postgres ends one of them.
      const written = await againAfterCollision(() =>
        this.databases.transaction(() => this.#attempt(drafts, mayDefer)),
      );
      outcome.inserted += written.inserted;
      outcome.updated += written.updated;
      outcome.unchanged += written.unchanged;
      outcome.rejects.push(...written.rejects);
      outcome.deferred.push(...written.deferred);
      outcome.lastId = written.lastId ?? outcome.lastId;
    } catch (error) {
      if (error instanceof RefusedRecords) {
        for (const draft of error.drafts) {
          if (error.reason === null) outcome.erased += draft.events.length;
          else outcome.rejects.push(...refused(draft, error));
        }
        const others = drafts.filter((draft) => !error.drafts.has(draft));
        if (others.length > 0) await this.#writeOrHalve(others, mayDefer, outcome);
        return;
      }
      if (!isDataError(error)) throw error;
      const [only] = drafts;
      if (drafts.length === 1 && only !== undefined) {
        outcome.rejects.push(...refused(only, error));
        return;
      }
      const half = Math.ceil(drafts.length / 2);
      await this.#writeOrHalve(drafts.slice(0, half), mayDefer, outcome);
      await this.#writeOrHalve(drafts.slice(half), mayDefer, outcome);
    }
  }

  async #attempt(drafts: readonly RecordDraft[], mayDefer: boolean): Promise<BatchOutcome> {
    const rejects = new Map<RecordDraft, Refusal>();
    const referring = await this.#checkReferences(drafts, rejects);
    const deferred = mayDefer ? referring.filter((draft) => rejects.delete(draft)) : [];
    const waiting = new Set(deferred);
    const left = () => drafts.filter((draft) => !rejects.has(draft) && !waiting.has(draft));
    await this.#checkUniques(left(), rejects);
    const records = left();

    const inserted = new Set<number>();
    const touched = new Set<number>();
    for (const [index, { client, plan, statements }] of this.stages.entries()) {
      const lines = records.flatMap(({ rows }, record) =>
        (rows[index] ?? []).map(({ removed, cells }) => copyText([String(record), String(removed), ...cells])),
      );
      if (this.databases.isDryRun) await client.query(statements.empty);
      if (lines.length === 0) continue;
      await pipeline(Readable.from([lines.join('')]), client.query(copyFrom(statements.copy)));
      const others = async (statement: string | null, reason: string | null): Promise<void> => {
        if (statement === null) return;
        const found = await client.query<{ record: number }>(statement);
        const theirs = new Set(found.rows.flatMap(({ record }) => records[record] ?? []));
        if (theirs.size > 0) throw new RefusedRecords(theirs, reason);
      };
      await others(statements.erased, null);
      if (statements.leavers !== null) {
        const { rows } = await client.query<{ active: boolean }>(statements.leavers.lock);
        // A statement after the one that locked them: it sees who left while that waited.
        if (rows.some(({ active }) => !active)) await client.query(statements.leavers.release);
      }
      if (statements.remove !== null) {
        const { rows } = await client.query<{ record: number }>(statements.remove);
        for (const { record } of rows) touched.add(record);
      }
      const { rows } = await client.query<{ record: number; inserted: boolean }>(statements.merge);
      await others(statements.taken, `its ${plan.entity} is another's already`);
      if (statements.afterwards !== null) await client.query(statements.afterwards);
      for (const row of rows) {
        touched.add(row.record);
        if (row.inserted && plan === this.file.targets[0]) inserted.add(row.record);
      }
    }
    for (const { client, former } of this.stages) {
      if (former === null) continue;
      const { rows } = await client.query<{ record: number }>(former);
      for (const { record } of rows) touched.add(record);
    }
    const outcome: BatchOutcome = { ...emptyOutcome(), deferred, lastId: this.#lastId(records) };
    for (const [index, { events }] of records.entries()) {
      if (inserted.has(index)) outcome.inserted += events.length;
      else if (touched.has(index)) outcome.updated += events.length;
      else outcome.unchanged += events.length;
    }
    for (const [draft, problem] of rejects) outcome.rejects.push(...rejectsOf(draft, [problem]));
    return outcome;
  }

  #lastId(records: readonly RecordDraft[]): string | null {
    const [record] = this.file.targets;
    const isOneRow = record?.derivedId && record.position === undefined && record.target.appendOnly === undefined;
    if (!isOneRow || this.file.spec.targets[0]?.events !== undefined) return null;
    return records.findLast(({ rows }) => rows[0]?.some(({ removed }) => !removed))?.id ?? null;
  }

  /**
   * Rejects what refers to a record that is neither there nor in the batch.
   * @returns those of the rejected that lack nothing but records of their own file
   */
  async #checkReferences(
    drafts: readonly RecordDraft[],
    rejects: Map<RecordDraft, Refusal>,
  ): Promise<readonly RecordDraft[]> {
    const missing = await this.#missingReferences(drafts);
    const own = this.file.name;
    const lackingOwn: RecordDraft[] = [];
    // What is rejected takes with it what refers to it in turn.
    for (let before = -1; before !== rejects.size;) {
      before = rejects.size;
      const present = new Set(drafts.filter((draft) => !rejects.has(draft)).map(({ id }) => id));
      for (const draft of drafts) {
        if (rejects.has(draft)) continue;
        const unknown = draft.references.filter(
          ({ file, id }) => missing.get(file)?.has(id) && !(file === own && present.has(id)),
        );
        const [first] = unknown;
        if (first === undefined) continue;
        const reasons = unknown.map(({ file, column }) => `${column} is the key of no record of ${file}`);
        const { column, value } = first;
        rejects.set(draft, { column, value, reason: [...new Set(reasons)].join('; ') });
        if (unknown.every(({ file }) => file === own)) lackingOwn.push(draft);
      }
    }
    return lackingOwn;
  }

  /** The ids that are referred to and not in the database, by file. Who was erased was there. */
  async #missingReferences(drafts: readonly RecordDraft[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const wanted = new Map<string, Set<string>>();
    for (const { file, id } of drafts.flatMap((draft) => draft.references)) {
      wanted.set(file, (wanted.get(file) ?? new Set()).add(id));
    }
    for (const [file, ids] of wanted) {
      const { subgraph, table } = this.recordTable(file);
      const { rows } = await this.databases.of(subgraph).query<{ id: string }>(
        `SELECT id FROM ${table} WHERE id = ANY($1::uuid[])
           UNION ALL SELECT customer_id FROM ${escapeIdentifier(subgraph)}.erased_customer WHERE customer_id = ANY($1::uuid[])`,
        [[...ids]],
      );
      for (const { id } of rows) ids.delete(id);
    }
    return wanted;
  }

  /** Of two rows that claim the same key, the first goes in. */
  async #checkUniques(drafts: readonly RecordDraft[], rejects: Map<RecordDraft, Refusal>): Promise<void> {
    const uses = drafts.flatMap((draft) => draft.uniques.map((use) => ({ ...use, draft })));
    const { rows } = await this.databases.first.query<{ line: number }>(
      `WITH given AS (
         SELECT * FROM unnest($1::text[], $2::text[], $3::integer[]) WITH ORDINALITY AS g (scope, value, line, ordinal)
       ), added AS (
         INSERT INTO ${this.seen} SELECT DISTINCT ON (scope, value) scope, value, line FROM given ORDER BY scope, value, ordinal
         ON CONFLICT DO NOTHING RETURNING scope, value, line
       )
       SELECT coalesce(a.line, s.line) AS line FROM given AS g
       LEFT JOIN added AS a USING (scope, value) LEFT JOIN ${this.seen} AS s USING (scope, value)
       ORDER BY g.ordinal`,
      [
        uses.map(({ scope }) => `${this.file.name} ${scope}`),
        uses.map(({ value }) => value),
        uses.map(({ draft }) => draft.line),
      ],
    );
    for (const [index, { draft, column, shown, problem }] of uses.entries()) {
      const line = rows[index]?.line;
      if (line === undefined || line === draft.line || rejects.has(draft)) continue;
      rejects.set(draft, { column, value: shown, reason: `${problem} line ${line}` });
    }
  }
}

function emptyOutcome(): BatchOutcome {
  return { inserted: 0, updated: 0, unchanged: 0, erased: 0, rejects: [], deferred: [], lastId: null };
}

/** Why a record cannot go in, in a sentence. */
interface Refusal {
  readonly column: string;
  readonly value: string;
  readonly reason: string;
  /** The line at fault; else the record's first. */
  readonly line?: number;
}

function refusalOf({ column, value, reason, line }: RowProblem): Refusal {
  const sentence = column === '' ? reason : `${column} ${reason}`;
  return { column, value, reason: sentence, ...(line === undefined ? {} : { line }) };
}

function refused(draft: RecordDraft, { message }: Error): Reject[] {
  return rejectsOf(draft, [{ column: '', value: '', reason: `the database refuses the row: ${message}` }]);
}

/** All rows of a record that cannot go in: those at fault with their reasons, the others because they are the same record's. */
function rejectsOf({ line, events }: RecordDraft, refusals: readonly Refusal[]): Reject[] {
  const first = refusals[0]?.line ?? line;
  return events.map(({ row }) => {
    const own = refusals.filter((refusal) => (refusal.line ?? line) === row.line);
    const reasons = own.map(({ reason }) => reason);
    return {
      line: row.line,
      column: own[0]?.column ?? '',
      value: own[0]?.value ?? '',
      reason: [...new Set(reasons)].join('; ') || `is of the same record as line ${first}, which is rejected`,
      cells: row.cells,
    };
  });
}
