import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  buildASTSchema,
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  parse,
} from 'graphql';
import {
  type CloudEvent,
  customerErased,
  customerMerged,
  customerUnmerged,
  type EventType,
} from '../../../schema/contract.js';
import { askSubject } from './askSubject.js';
import type { ContractSubject } from './ContractSubject.js';
import { subjectSchema } from './subjectSchema.js';

/** How soon it is seen that an event was taken in, in milliseconds. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 50;
/** How far from the customer it is looked. */
const LEVELS = 3;

/** Who is merged is one with the other, until it is taken back. Null when nobody can tell it of a merge. */
export async function honoursMerges(subject: ContractSubject): Promise<string[] | null> {
  const { publish, customers } = subject;
  if (!publish || !customers) return null;
  const { ids } = await customers();
  const ask = await asker(subject);
  const counts = () => Promise.all(ids.map(async (id) => countsIn(await ask(id))));
  const [one = {}, other = {}] = await counts();
  if (!Object.values(one).some((count) => count > 0))
    return ['it knows nothing of the first customer that a list of Customer counts; name one of whom it does'];
  const now = new Date().toISOString();
  // Of whoever looked before, and of those who look later, the newest holds.
  const position = Date.now();
  const parents = (parentId: string | null) => [
    { customerId: ids[0], parentId },
    { customerId: ids[1], parentId: null },
  ];
  const merged = { customerId: ids[0], intoId: ids[1], mergedAt: now, position, customers: parents(ids[1]) };
  await publish(eventOf(customerMerged, ids[1], merged));
  const isOne = async () => {
    const [old = {}, both = {}] = await counts();
    const lists = Object.keys(one);
    return (
      isSame(old, both) &&
      lists.every((list) => isJoined(both[list], one[list], other[list])) &&
      lists.some((list) => (both[list] ?? 0) > (other[list] ?? 0))
    );
  };
  const wrong: string[] = [];
  if (!(await comesToHold(isOne)))
    wrong.push('customers who were merged are not one: answer for either id with what was of both');
  const taken = { customerId: ids[0], fromId: ids[1], unmergedAt: now, customers: parents(null) };
  await publish(eventOf(customerUnmerged, ids[1], { ...taken, position: position + 1 }));
  const areTwo = async () => {
    const [again = {}, rest = {}] = await counts();
    return isSame(again, one) && isSame(rest, other);
  };
  if (!(await comesToHold(areTwo)))
    wrong.push(
      'a merge that was taken back leaves other lists than were there before it: give each back what was theirs',
    );
  return wrong;
}

/** Who is erased leaves no text behind. Null when nobody can tell it of an erasure. */
export async function honoursErasures(subject: ContractSubject): Promise<string[] | null> {
  const { publish, customers } = subject;
  if (!publish || !customers) return null;
  const { ids, secret } = await customers();
  const ask = await asker(subject);
  const told = async () => JSON.stringify(await ask(ids[0])).includes(secret);
  if (!(await told()))
    return [`nothing that it says of the first customer holds the word "${secret}"; write it down first`];
  const before = countsIn(await ask(ids[1]));
  const erased = { customerId: ids[0], customerIds: [ids[0]], erasedAt: new Date().toISOString() };
  await publish(eventOf(customerErased, ids[0], erased));
  const wrong: string[] = [];
  if (!(await comesToHold(async () => !(await told()))))
    wrong.push('what was said of a customer who was erased can still be read: delete or blank it');
  if (!isSame(countsIn(await ask(ids[1])), before)) wrong.push('an erasure took something of another customer');
  return wrong;
}

/** Asks all that the subgraph says of a customer without being given arguments. */
async function asker(subject: ContractSubject): Promise<(id: string) => Promise<unknown>> {
  const { sdl } = await subjectSchema(subject);
  const customer = buildASTSchema(parse(sdl), { assumeValidSDL: true }).getType('Customer');
  if (!isObjectType(customer)) return async () => null;
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer ${selectionOf(customer, LEVELS)} } }`;
  return async (id) => {
    const { data, errors } = await askSubject(subject, query, { representations: [{ __typename: 'Customer', id }] });
    if (!data?.['_entities']) throw new Error(`it says nothing of a customer: ${errors[0]?.message ?? 'no data came'}`);
    return data['_entities'];
  };
}

function selectionOf(type: GraphQLObjectType, levels: number, within: readonly string[] = []): string {
  const fields = Object.values(type.getFields()).flatMap((field) => choose(field, levels, [...within, type.name]));
  return `{ ${['__typename', ...fields].join(' ')} }`;
}

function choose(field: GraphQLField<unknown, unknown>, levels: number, within: readonly string[]): string[] {
  const directives = field.astNode?.directives?.map(({ name }) => name.value) ?? [];
  if (field.args.some(isRequiredArgument) || directives.some((name) => /external|requires$/.test(name))) return [];
  const type = getNamedType(field.type);
  if (isLeafType(type)) return [field.name];
  if (!isObjectType(type) || levels === 0 || within.includes(type.name) || type.name.endsWith('Edge')) return [];
  return [`${field.name} ${selectionOf(type, levels - 1, within)}`];
}

/** The `totalCount` of each list of a customer, by the list's name. */
function countsIn(entities: unknown): Readonly<Record<string, number>> {
  const [customer] = Array.isArray(entities) ? (entities as unknown[]) : [];
  if (typeof customer !== 'object' || customer === null) return {};
  return Object.fromEntries(
    Object.entries(customer).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && 'totalCount' in value ? [[name, Number(value.totalCount)]] : [],
    ),
  );
}

/** Whether a list can be that of both: what two have the same, they have once. */
function isJoined(both = 0, one = 0, other = 0): boolean {
  return both >= Math.max(one, other) && both <= one + other;
}

function isSame(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  return Object.keys({ ...one, ...other }).every((name) => one[name] === other[name]);
}

async function comesToHold(holds: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    if (await holds()) return true;
    await pause(LOOK_MS);
  }
  return holds();
}

function eventOf<T>({ type, data: schema }: EventType<T>, subject: string, data: T): CloudEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/customer360/contract',
    type,
    subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: schema.parse(data),
  };
}
