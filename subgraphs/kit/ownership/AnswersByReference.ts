import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { EntityManager } from 'typeorm';
import { validate as isUuid } from 'uuid';
import type { Answers } from '../flow/oncePerKey.js';
import type { Class } from '../graph/Class.js';
import type { Database } from '../sql/Database.js';
import { canonicalIds } from './canonicalIds.js';
import { erasedCondition } from './erasedCondition.js';
import { ownerOf } from './OwnedBy.js';

/** Under this name a reference says of what entity the row is; the properties of its primary key stand beside it. */
const ENTITY = '$entity';

type Key = Readonly<Record<string, unknown>>;

/** A row that an answer held. */
interface Reference {
  readonly entity: Class;
  readonly key: Key;
}

/**
 * Keeps of an answer which rows it held, and reads those again: nothing that is personal is written down twice. A customer in a key is kept by the id by which
 * the caller named them, and read as who that is by now: so the answer stays theirs when a merge is taken back.
 */
export class AnswersByReference implements Answers {
  /** @param manager of the transaction in which rows are written or read */
  constructor(
    private readonly database: Database,
    private readonly manager: EntityManager,
  ) {}

  /** @throws Error for an answer that holds a text or a time of its own: a mistake of the mutation, whose resolvers can read that from the rows */
  async refer(answer: unknown): Promise<unknown> {
    const kept = this.referencesTo(answer);
    const references = [...this.referencesIn(kept)];
    const keys = await this.withCustomers(references, (ids) => this.namedIds(ids));
    const named = new Map(references.map((reference, index) => [nameOf(reference), keys[index]]));
    return this.replaceReferences(kept, (reference) => ({
      [ENTITY]: reference.entity.name,
      ...named.get(nameOf(reference)),
    }));
  }

  async readAgain(kept: unknown, mayBeErased: boolean): Promise<unknown> {
    const references = [...this.referencesIn(kept)];
    const rows = new Map<string, object>();
    for (const entity of new Set(references.map((reference) => reference.entity))) {
      const keys = references.filter((reference) => reference.entity === entity).map(({ key }) => key);
      for (const [name, row] of await this.read(entity, keys, mayBeErased)) rows.set(name, row);
    }
    const isWhole = references.every((reference) => rows.has(nameOf(reference)));
    return isWhole ? this.replaceReferences(kept, (reference) => rows.get(nameOf(reference))) : undefined;
  }

  private referencesTo(answer: unknown): unknown {
    if (answer === null || answer === undefined) return null;
    if (typeof answer === 'boolean' || typeof answer === 'number') return answer;
    if (typeof answer === 'string' && isUuid(answer)) return answer;
    if (Array.isArray(answer)) return answer.map((item) => this.referencesTo(item));
    if (typeof answer !== 'object' || answer instanceof Date) {
      throw new Error(
        'what a mutation answers is made of entities, lists, ids, numbers and booleans; it is read again for the same key',
      );
    }
    const entity = answer.constructor as Class;
    return this.database.dataSource.hasMetadata(entity)
      ? { [ENTITY]: entity.name, ...this.keyOf(entity, answer) }
      : mapValues(answer, (value) => this.referencesTo(value));
  }

  private *referencesIn(kept: unknown): Iterable<Reference> {
    const reference = this.referenceIn(kept);
    if (reference) yield reference;
    else if (typeof kept === 'object' && kept !== null)
      for (const item of Object.values(kept)) yield* this.referencesIn(item);
  }

  private replaceReferences(kept: unknown, replace: (reference: Reference) => unknown): unknown {
    const reference = this.referenceIn(kept);
    if (reference) return replace(reference);
    if (Array.isArray(kept)) return kept.map((item) => this.replaceReferences(item, replace));
    return typeof kept === 'object' && kept !== null
      ? mapValues(kept, (value) => this.replaceReferences(value, replace))
      : kept;
  }

  private referenceIn(kept: unknown): Reference | null {
    if (typeof kept !== 'object' || kept === null || !(ENTITY in kept)) return null;
    const { [ENTITY]: name, ...key } = kept as Record<string, unknown>;
    const entity = this.database.entityNamed(String(name));
    if (entity === null) throw new Error(`an answer was kept of ${String(name)}, which is no entity any more`);
    return { entity, key };
  }

  /** The rows of one entity, in one statement, by the names of the references to them. Who a customer in a key is by now is looked up. */
  private async read(
    entity: Class,
    keys: readonly Key[],
    mayBeErased: boolean,
  ): Promise<readonly (readonly [string, object])[]> {
    const { dataSource } = this.database;
    const { table, columns } = this.database.selection(entity);
    const { tableName, primaryColumns } = dataSource.getMetadata(entity);
    const current = await this.withCustomers(
      keys.map((key) => ({ entity, key })),
      (ids) => canonicalIds(this.database, ids, this.manager),
    );
    // A row of its own id is given, whether or not it stands for its customer; by the customer alone, the one that stands.
    const from = customersIn(entity, keys[0] ?? {}).length > 0 ? table : `"${tableName}"`;
    const isOne = current.map((key) =>
      join(
        primaryColumns.map(
          ({ databaseName, propertyName }): Sql => sql`t.${raw(`"${databaseName}"`)} = ${key[propertyName]}`,
        ),
        ' AND ',
      ),
    );
    const erased = mayBeErased ? null : erasedCondition(dataSource, entity);
    const isThere = erased === null ? 'true' : `(${erased('t', () => true)}) IS NOT TRUE`;
    const found = this.database.hydrate(
      entity,
      await this.database.query(
        sql`SELECT ${raw(columns)} FROM ${raw(from)} t WHERE (${join(isOne, ' OR ')}) AND ${raw(isThere)}`,
        this.manager,
      ),
    );
    const byKey = new Map(found.map((row) => [nameOf({ entity, key: this.keyOf(entity, row) }), row]));
    return keys.flatMap((key, index) => {
      const row = byKey.get(nameOf({ entity, key: current[index] ?? key }));
      return row === undefined ? [] : [[nameOf({ entity, key }), row] as const];
    });
  }

  /** The keys of some rows, with other ids in the place of those of customers. */
  private async withCustomers(
    references: readonly Reference[],
    otherIds: (ids: readonly string[]) => Promise<readonly string[]>,
  ): Promise<readonly Key[]> {
    const properties = references.map(({ entity, key }) => customersIn(entity, key));
    const ids = references.flatMap(({ key }, index) => (properties[index] ?? []).map((name) => String(key[name])));
    if (ids.length === 0) return references.map(({ key }) => key);
    const others = await otherIds(ids);
    const otherOf = new Map(ids.map((id, index) => [id, others[index] ?? id]));
    return references.map(({ key }, index) => ({
      ...key,
      ...Object.fromEntries((properties[index] ?? []).map((name) => [name, otherOf.get(String(key[name]))])),
    }));
  }

  /** By which ids the caller of this transaction named customers. */
  private async namedIds(ids: readonly string[]): Promise<readonly string[]> {
    const rows = await this.database.query<{ named: string }>(
      sql`SELECT named_customer(id) AS named FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS c (id, place) ORDER BY place`,
      this.manager,
    );
    return rows.map(({ named }) => named);
  }

  private keyOf(entity: Class, row: object): Key {
    const { primaryColumns } = this.database.dataSource.getMetadata(entity);
    return Object.fromEntries(
      primaryColumns.map(({ propertyName }) => [propertyName, (row as Record<string, unknown>)[propertyName]]),
    );
  }
}

/** Which properties of an entity's key are ids of customers. */
function customersIn(entity: Class, key: Key): readonly string[] {
  const owner = ownerOf(entity);
  if (owner?.kind === 'itself') return ['id'];
  return owner?.kind === 'columns' ? owner.properties.filter((property) => property in key) : [];
}

function nameOf({ entity, key }: Reference): string {
  return JSON.stringify([entity.name, Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function mapValues(value: object, map: (item: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item)]));
}
