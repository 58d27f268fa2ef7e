import { escapeIdentifier } from 'pg';
import type { EntityManager } from 'typeorm';
import { Field, ID, ObjectType } from 'type-graphql';
import { SCOPES } from '../../schema/contract.js';
import type { Class } from '../kit/graph/Class.js';
import { RequiresScopes } from '../kit/guard/RequiresScopes.js';
import { membersOf } from '../kit/ownership/membersOf.js';
import { OwnedBy } from '../kit/ownership/OwnedBy.js';
import { declaredColumns, keyedTable } from '../kit/ownership/ownedTables.js';
import { standing } from '../kit/ownership/standing.js';
import { Address } from './entities/Address.js';
import { CustomerIdentifier } from './entities/CustomerIdentifier.js';
import { ExternalId } from './entities/ExternalId.js';
import { Membership } from './entities/Membership.js';
import { Preference } from './entities/Preference.js';

/** How many values of a list are told; a customer has fewer, but for the members of an organization. */
const MOST = 100;

@OwnedBy.columns('recordedFor')
@ObjectType({ description: 'A value of a customer, and for whom it was written down.', simpleResolvers: true })
export class RecordedValue {
  @Field(() => ID, {
    description: 'The id of the customer of whom it was said: of the survivor, or of one who is merged.',
  })
  recordedFor: string;

  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, {
    nullable: true,
    description:
      'As text; of a household the id, of an organization or a member the id and the role there. Null where somebody emptied it.',
  })
  value: string | null;
}

@OwnedBy.nobody('it names a field; the values say whose they are')
@ObjectType({ description: 'What a merge does to one field of the survivor.', simpleResolvers: true })
export class MergedField {
  @Field(() => String, { description: 'The field of `Customer`: `locale`, `emails`.' })
  field: string;

  @Field(() => [RecordedValue], { description: 'What it is without the merge; of a list, each. At most 100.' })
  before: readonly RecordedValue[];

  @Field(() => [RecordedValue], {
    description: 'What it is with the merge; of a list, each in its order. At most 100.',
  })
  after: readonly RecordedValue[];

  @Field(() => [RecordedValue], {
    description: 'What one of the two has and the merge does not show, until it is taken back. At most 100 of each.',
  })
  notShown: readonly RecordedValue[];
}

/** The values of a customer's fields, the first to use first. */
type Profile = ReadonlyMap<string, readonly RecordedValue[]>;

/** A list of a customer: what each row of an entity stands for. `$2` is the customer. */
interface List {
  readonly entity: Class;
  /** Which field of `Customer` a row belongs to, as SQL over `t`. */
  readonly field: string;
  /** As SQL over `t`. */
  readonly value: string;
  /** The column that says for whom the row was recorded. */
  readonly recorded: string;
  readonly where: string;
  readonly order: string;
}

const OWN_FIRST = 't.recorded_for <> t.customer_id';
const OF_CUSTOMER = { recorded: 't.recorded_for', where: 't.customer_id = $2' } as const;

const LISTS: readonly List[] = [
  {
    ...OF_CUSTOMER,
    entity: CustomerIdentifier,
    field: `CASE t.type WHEN 'EMAIL' THEN 'emails' ELSE 'phones' END`,
    value: 't.value',
    order: `t.until IS NOT NULL, t.until DESC, t.position, ${OWN_FIRST}, t.value`,
  },
  {
    ...OF_CUSTOMER,
    entity: ExternalId,
    field: `'externalIds'`,
    value: `t.source || ': ' || t.id`,
    order: 't.source, t.id',
  },
  {
    ...OF_CUSTOMER,
    entity: Address,
    field: `'addresses'`,
    value: `t.label || ': ' || concat_ws(', ', nullif(array_to_string(t.lines, ', '), ''), nullif(concat_ws(' ', t.postal_code, t.city), ''), t.country)`,
    order: 't.label',
  },
  { ...OF_CUSTOMER, entity: Preference, field: `'preferences'`, value: `t.label || ': ' || t.note`, order: 't.label' },
  {
    entity: Membership,
    field: `'organizations'`,
    value: `concat_ws(': ', t.organization_id, t.role)`,
    recorded: 't.person_recorded_for',
    where: 't.person_id = $2',
    order: 't.since DESC, t.id',
  },
  {
    entity: Membership,
    field: `'members'`,
    value: `concat_ws(': ', t.person_id, t.role)`,
    recorded: 't.organization_recorded_for',
    where: 't.organization_id = $2',
    order: 't.since DESC, t.id',
  },
];

/**
 * What it does to the survivor that one customer is merged into them, field by field, whether they are merged yet or not: only the fields that it changes, or of which it
 * does not show everything.
 *
 * @param mergedId who is merged, or is to be
 * @param survivorId into whom; who stands for themselves
 */
export async function mergedFields(
  manager: EntityManager,
  mergedId: string,
  survivorId: string,
): Promise<readonly MergedField[]> {
  const merged = await branchOf(manager, mergedId);
  const rest = (await membersOf(manager, [survivorId])).filter((id) => !merged.includes(id));
  const own = [...new Set([survivorId, ...rest])];
  const [before, alone, after] = [
    await profileOf(manager, survivorId, own),
    await profileOf(manager, mergedId, merged),
    await profileOf(manager, survivorId, [...own, ...merged]),
  ];
  return [...after].flatMap(([field, values]) => {
    const was = before.get(field) ?? [];
    const isShown = new Set(values.map(({ value }) => value));
    const notShown = [...was, ...(alone.get(field) ?? [])].filter(({ value }) => value !== null && !isShown.has(value));
    const isChanged =
      JSON.stringify(was.map(({ value }) => value)) !== JSON.stringify(values.map(({ value }) => value));
    return isChanged || notShown.length > 0 ? [{ field, before: was, after: values, notShown }] : [];
  });
}

/** A customer with all who were merged into them, directly or not. */
async function branchOf(manager: EntityManager, customerId: string): Promise<readonly string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `WITH RECURSIVE branch AS (
       SELECT $1::uuid AS id UNION SELECT a.customer_id FROM branch b JOIN customer_alias a ON a.parent_id = b.id
     ) SELECT id FROM branch`,
    [customerId],
  );
  return rows.map(({ id }) => id);
}

interface CustomerOfRecords {
  readonly id: string;
  readonly display_name: string;
  readonly roles: readonly string[];
  readonly roles_from: readonly string[];
  readonly created_at: Date;
  readonly created_at_from: string;
  readonly [column: string]: unknown;
}

/** The columns of which a record may say nothing. */
const OPTIONAL = {
  locale: 'locale',
  timeZone: 'time_zone',
  preferredChannel: 'preferred_channel',
  household: 'household_id',
};

/** What is shown of a customer who is all of these. */
async function profileOf(manager: EntityManager, survivorId: string, memberIds: readonly string[]): Promise<Profile> {
  const [one] = await manager.query<CustomerOfRecords[]>(
    'SELECT * FROM customers_of_records(array_fill($1::uuid, ARRAY[cardinality($2::uuid[])]), $2)',
    [survivorId, memberIds],
  );
  const profile = new Map<string, RecordedValue[]>();
  if (one !== undefined) {
    profile.set('displayName', [{ recordedFor: one.id, value: one.display_name }]);
    profile.set(
      'roles',
      one.roles.map((value, index) => ({ recordedFor: one.roles_from[index] ?? one.id, value })),
    );
    for (const [field, column] of Object.entries(OPTIONAL)) {
      const from = one[`${column}_from`] as string | null;
      profile.set(field, from === null ? [] : [{ recordedFor: from, value: one[column] as string | null }]);
    }
    profile.set('createdAt', [{ recordedFor: one.created_at_from, value: one.created_at.toISOString() }]);
  }
  for (const field of ['emails', 'phones', 'externalIds', 'addresses', 'preferences', 'organizations', 'members']) {
    profile.set(field, []);
  }
  for (const list of LISTS) {
    const rows = await manager.query<{ field: string; recordedFor: string; value: string }[]>(
      `WITH ${asOne(list.entity)}
       SELECT ${list.field} AS field, ${list.recorded} AS "recordedFor", ${list.value} AS value
       FROM ${standing(list.entity)} t WHERE ${list.where} ORDER BY ${list.order} LIMIT ${MOST}`,
      [memberIds, survivorId],
    );
    for (const { field, ...value } of rows) profile.get(field)?.push(value);
  }
  return profile;
}

/** Stands for an entity's table in a query: those of its rows that were recorded for the customers `$1`, as if they all were `$2`. */
function asOne(entity: Class): string {
  const { owners } = keyedTable(entity);
  const { table, columns } = declaredColumns(entity);
  const selected = columns.map((column) => {
    const owner = owners.find(({ name }) => name === column);
    const name = escapeIdentifier(column);
    if (owner === undefined) return name;
    const recorded = escapeIdentifier(owner.recorded);
    return `CASE WHEN ${recorded} = ANY ($1::uuid[]) THEN $2 ELSE ${name} END AS ${name}, ${recorded}`;
  });
  const areTheirs = owners.map(({ recorded }) => `${escapeIdentifier(recorded)} = ANY ($1::uuid[])`).join(' OR ');
  const own = escapeIdentifier(table);
  return `${own} AS (SELECT ${selected.join(', ')} FROM ${own} WHERE ${areTheirs})`;
}
