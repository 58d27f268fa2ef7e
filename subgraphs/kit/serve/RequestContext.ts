import DataLoader from 'dataloader';
import type { EntityManager, ObjectLiteral } from 'typeorm';
import sql, { raw } from 'sql-template-tag';
import { validate as isUuid } from 'uuid';
import type { Caller } from '../../../schema/contract.js';
import { type AccessLog, accessEntries, addToOutbox } from '../ownership/AccessLog.js';
import type { Aliases } from '../ownership/Aliases.js';
import { AnswersByReference } from '../ownership/AnswersByReference.js';
import { type Change, changedCustomers } from '../ownership/changedCustomers.js';
import type { GuardedRequest } from '../guard/GuardedRequest.js';
import { Connection } from '../graph/Connection.js';
import type { ReadWithdrawals } from '../guard/readWithdrawals.js';
import { againAfterCollision } from '../sql/againAfterCollision.js';
import type { Database } from '../sql/Database.js';
import { Outbox } from '../flow/Outbox.js';
import type { Class } from '../graph/Class.js';
import { canonicalIds } from '../ownership/canonicalIds.js';
import { reportAsRecorded } from '../ownership/reportAsRecorded.js';
import { askByCaller, refusalOfErased } from '../ownership/refuseErased.js';
import { requireCurrent } from '../ownership/requireCurrent.js';
import { nameCustomers } from '../flow/nameCustomers.js';
import { replaceIds } from '../flow/replaceIds.js';
import { checkPage, countRows, readPages, type ListQuery } from '../sql/readPages.js';
import { oncePerKey, type Idempotency } from '../flow/oncePerKey.js';
import type { References } from '../graph/References.js';
import type { RowPage } from '../graph/RowPage.js';
import { readSettings, type Settings } from './Settings.js';

/**
 * Reads the values of many keys at once: one result for each key, in their order; a miss is null, never a hole.
 * The function itself is the identity of its loader, so declare it once, in the subgraph's `loaders.ts`.
 */
export type BatchRead<V> = (database: Database, keys: readonly string[]) => Promise<readonly V[]>;

/** What guards personal data in a subgraph; the same for all of its requests. */
export interface PersonalDataGuards {
  readonly readWithdrawals: ReadWithdrawals;
  readonly accessLog: AccessLog;
}

/** The one nameless parent of a list at the root. */
const ROOT = '00000000-0000-0000-0000-000000000000';

/**
 * What a resolver has at hand, made afresh for each request. Everything it reads is batched and remembered for the
 * rest of the request; a write forgets what was remembered.
 */
export class RequestContext implements GuardedRequest {
  // Not `#loaders`: Apollo Server copies the context for each operation, and private members do not follow.
  private readonly loaders = new Map<unknown, DataLoader<string, unknown>>();
  /** Of which customer the request was given which personal data so far: fields by the customer's id. */
  readonly given = new Map<string, Set<string>>();
  /** Whose objects are that do not tell it themselves: a message is of the customer of the case that it was reached from. */
  readonly owners = new WeakMap<object, readonly string[]>();
  /** The ids of customers who were merged, as the request gave them, by who that is now. */
  private readonly formerIds = new Map<string, string>();
  /** The mutation that runs; undefined in a query. */
  change: Change | undefined;

  constructor(
    readonly database: Database,
    /** Whether any customer was ever merged. */
    readonly aliases: Aliases,
    /** Checks ids that other subgraphs own. */
    readonly references: References,
    /** Follows the request through gateway, subgraphs and logs. */
    readonly requestId: string,
    /** Who is asking, as the gateway signed it. */
    readonly caller: Caller,
    private readonly guards: PersonalDataGuards,
    /** The subgraph's own settings with their values. */
    private readonly settingValues: ReadonlyMap<Settings<object>, object> = new Map(),
  ) {}

  /**
   * The values of the subgraph's own settings.
   * @throws when the subgraph's definition does not name them
   */
  settings<T extends object>(which: Settings<T>): Readonly<T> {
    return readSettings(this.settingValues, which);
  }

  /**
   * Whether a customer withdrew their consent to what the request is for; never, when it does not say what it is for.
   * @throws BAD_USER_INPUT for a purpose to which nobody can consent; SERVICE_UNAVAILABLE when the ledger cannot be asked
   */
  async withdrew(customerId: string): Promise<boolean> {
    const { purpose } = this.caller;
    if (purpose === undefined) return false;
    const { readWithdrawals } = this.guards;
    return this.loader(readWithdrawals, (ids) => readWithdrawals(purpose, ids, this.requestId)).load(customerId);
  }

  /**
   * Notes for the audit log that personal data of a customer is given.
   * @param field `Customer.emails`
   * @throws SERVICE_UNAVAILABLE when it cannot be noted, so that it may not be given
   */
  giveOf(customerId: string, field: string): void {
    const fields = this.given.get(customerId);
    if (fields) {
      fields.add(field);
      return;
    }
    this.guards.accessLog.requireRoom();
    this.given.set(customerId, new Set([field]));
  }

  /**
   * Who the customers among these ids are by now.
   * @returns the ids of those who were merged to those into whom they were; empty when nobody was
   */
  async currentIds(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const merged = this.aliases.among(ids);
    const current = await Promise.all(merged.map((id) => this.load(canonicalIds, id)));
    const changed = merged.flatMap((id, index) => {
      const now = current[index] ?? id;
      return now === id ? [] : [[id, now] as const];
    });
    for (const [id, now] of changed) this.formerIds.set(now, id);
    return new Map(changed);
  }

  /** For whom something is recorded that is written of a customer: the id by which the request named them. */
  recordedFor(customerId: string): string {
    return this.formerIds.get(customerId) ?? customerId;
  }

  /** Mutations of one operation run one after the other, and each names customers itself. */
  forgetNames(): void {
    this.formerIds.clear();
  }

  /** The value of one key, read together with all others asked for in the same moment. */
  load<V>(read: BatchRead<V>, key: string): Promise<V> {
    return this.loader(read, (keys) => read(this.database, keys)).load(key);
  }

  /** The row with this id; null when there is none or `id` is not a UUID. */
  byId<T extends ObjectLiteral & { id: string }>(entity: Class<T>, id: unknown): Promise<T | null> {
    if (typeof id !== 'string' || !isUuid(id)) return Promise.resolve(null);
    const loader = this.loader<T | null>(entity, async (ids) => {
      const { table, columns } = this.database.selection(entity);
      const rows = this.database.hydrate(
        entity,
        await this.database.query(sql`SELECT ${raw(columns)} FROM ${raw(table)} t WHERE t.id = ANY(${ids}::uuid[])`),
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((key) => byId.get(key) ?? null);
    });
    return loader.load(id.toLowerCase());
  }

  /**
   * A page of a list.
   * @param parent whose list it is: the column that holds the parent's id, and the id. Without it, a list at the root.
   *   The same list of many parents is one SQL statement.
   * @throws BAD_USER_INPUT for `first` out of 1 to 100 or a cursor of another list
   */
  async page<T extends ObjectLiteral>(
    query: ListQuery<T>,
    parent?: { column: string; id: string },
  ): Promise<Connection<T>> {
    checkPage(query);
    const column = parent?.column ?? null;
    const id = parent?.id ?? ROOT;
    const filter = `${query.entity.name} ${column} ${JSON.stringify(query.where.map((part) => [part.text, part.values]))}`;
    const rows = `page ${filter} ${query.orderName} ${query.page.first} ${query.page.after} ${query.page.backwards}`;
    const page = () => this.loader<RowPage<T>>(rows, (ids) => readPages(this.database, query, column, ids)).load(id);
    const count = () =>
      this.loader<number>(`count ${filter}`, (ids) => countRows(this.database, query, column, ids)).load(id);
    return new Connection(page, count, query.page);
  }

  /**
   * Runs a mutation's writes in one transaction: all of them or, when `work` throws, none. The events that `work` adds to the
   * outbox go with them. Afterwards nothing that was read before is remembered. Where two wait for each other, one of them is begun anew. The customers whom the
   * mutation names are who they are by now, from its first statement to the commit: neither a merge nor an unmerge of them comes between. A row of who was erased is
   * refused.
   * @param once the caller's idempotency key with what it stands for: the same call again gets what the first answered, as it is by now, and
   *   writes nothing. For that an answer is made of entities, lists, ids, numbers and booleans
   */
  async write<R>(work: (manager: EntityManager, outbox: Outbox) => Promise<R>, once?: Idempotency): Promise<R> {
    return againAfterCollision(() => this.writeOnce(work, once));
  }

  private async writeOnce<R>(
    work: (manager: EntityManager, outbox: Outbox) => Promise<R>,
    once: Idempotency | undefined,
  ): Promise<R> {
    const { dataSource } = this.database;
    try {
      return await dataSource.transaction(async (manager) => {
        const outbox = new Outbox(this.database.subgraph);
        if (this.formerIds.size > 0) await nameCustomers(manager, this.formerIds);
        if (this.change) await askByCaller(manager);
        if (this.change?.takesCurrentIds) await requireCurrent(manager, this.change);
        const run = async () => {
          const done = await work(manager, outbox);
          this.noteChange(outbox, done);
          return done;
        };
        const answer = await (once
          ? oncePerKey(
              this.database,
              manager,
              this.caller.subject,
              this.asGiven(once),
              new AnswersByReference(this.database, manager),
              run,
            )
          : run());
        if (this.aliases.any) await reportAsRecorded(manager, outbox);
        await outbox.save(manager);
        return answer;
      });
    } catch (error) {
      throw this.change ? refusalOfErased(error, this.change) : error;
    } finally {
      this.loaders.clear();
    }
  }

  /** With what the caller gave, too: the call was perhaps sent first when that was still the id. */
  private asGiven(once: Idempotency): Idempotency {
    return this.formerIds.size === 0 ? once : { ...once, given: replaceIds(once.input, this.formerIds) };
  }

  /** The audit log's entry of a change goes with the change itself: neither is there without the other. */
  private noteChange(outbox: Outbox, answer: unknown): void {
    if (this.change === undefined) return;
    const { field } = this.change;
    const customerIds = changedCustomers(this.change, answer, outbox.reportedCustomers);
    const changed = new Map(customerIds.map((id) => [id, new Set([field])]));
    const caller = { ...this.caller, operation: this.caller.operation ?? field };
    const request = { caller, requestId: this.requestId };
    addToOutbox(outbox, accessEntries('CHANGE', this.database.subgraph, request, changed));
  }

  private loader<V>(
    identity: unknown,
    read: (keys: readonly string[]) => Promise<readonly V[]>,
  ): DataLoader<string, V> {
    let loader = this.loaders.get(identity);
    if (loader === undefined) {
      loader = new DataLoader<string, unknown>(read);
      this.loaders.set(identity, loader);
    }
    return loader as DataLoader<string, V>;
  }
}
