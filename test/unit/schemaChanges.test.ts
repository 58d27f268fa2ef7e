import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { type KnownOperation, brokenOperations, judgeChanges } from '../../schema/changes.js';
import { coordinatesOf } from '../../schema/coordinates.js';

const BEFORE = `
  type Query { customer(id: ID!, stage: Stage): Customer customers(filter: Filter): [Customer!]! }
  type Mutation { rename(input: RenameInput!): Customer }
  type Customer { id: ID! name: String! nickname: String stage: Stage orders(state: State): [Order!] }
  type Order { id: ID! state: State total: Int }
  input Filter { stage: Stage and: Filter }
  input RenameInput { id: ID! name: String! }
  enum Stage { NEW LOYAL LOST }
  enum State { OPEN DONE }`;

const known = (text: string, user: string): KnownOperation => ({ document: parse(text), users: [user] });

/** The changes from BEFORE to BEFORE with something replaced, as `severity: message`. */
async function judged(replace: string, by: string, operations: readonly KnownOperation[] = []) {
  const after = buildSchema(BEFORE.replace(replace, by));
  const changes = await judgeChanges(buildSchema(BEFORE), after, operations);
  return changes.map(({ severity, at, users }) => ({ severity, at, users }));
}

describe('a change of the schema', () => {
  const asksName = known('{ customer(id: 1) { name } }', 'dashboard 2.1');
  const asksStage = known('{ customer(id: 1) { stage } }', 'console 1');
  const renames = known('mutation ($input: RenameInput!) { rename(input: $input) { id } }', 'crm 3');
  const filters = known('query ($filter: Filter) { customers(filter: $filter) { id } }', 'report 1');

  it('that takes away what somebody asks for is refused, with who it is', async () => {
    expect(await judged('name: String! nickname', 'nickname', [asksName, asksStage])).toEqual([
      { severity: 'refused', at: 'Customer.name', users: ['dashboard 2.1'] },
    ]);
  });

  it('that takes away what nobody asks for is allowed, and named', async () => {
    expect(await judged(' nickname: String', '', [asksName])).toEqual([
      { severity: 'unused', at: 'Customer.nickname', users: [] },
    ]);
  });

  it('that lets a field be null is refused where it is read, though the operation still validates', async () => {
    expect(await judged('name: String!', 'name: String', [asksName])).toMatchObject([{ severity: 'refused' }]);
  });

  it('that takes a value from an enum is refused for who gets the enum, who writes the value, and who may send it', async () => {
    const writes = known('{ customer(id: 1, stage: LOST) { id } }', 'writer 1');
    const writesOther = known('{ customer(id: 1, stage: NEW) { id } }', 'other 1');
    const [change] = await judged('NEW LOYAL LOST', 'NEW LOYAL', [asksName, asksStage, filters, writes, writesOther]);
    expect(change).toEqual({ severity: 'refused', at: 'Stage.LOST', users: ['console 1', 'report 1', 'writer 1'] });
  });

  it('that demands a new argument or field of an input is refused for who sends none', async () => {
    expect(await judged('customer(id: ID!', 'customer(id: ID!, tenant: ID!', [asksName])).toMatchObject([
      { severity: 'refused', users: ['dashboard 2.1'] },
    ]);
    expect(
      await judged('{ id: ID! name: String! }\n  enum', '{ id: ID! name: String! why: String! }\n  enum', [renames]),
    ).toMatchObject([{ severity: 'refused', users: ['crm 3'] }]);
  });

  it('that takes a type away is refused for who touches anything of it', async () => {
    const after = BEFORE.replace(' orders(state: State): [Order!]', '').replace(/ {2}type Order .*\n/, '');
    const orders = known('{ customer(id: 1) { orders { total } } }', 'shop 1');
    const changes = await judgeChanges(buildSchema(BEFORE), buildSchema(after), [orders]);
    expect(changes.filter(({ severity }) => severity === 'refused').map(({ at }) => at)).toEqual(
      expect.arrayContaining(['Order', 'Customer.orders']),
    );
  });

  it('that adds something is safe; a new value of an enum is dangerous', async () => {
    expect(await judged('nickname: String', 'nickname: String age: Int', [asksName])).toMatchObject([
      { severity: 'safe' },
    ]);
    expect(await judged('OPEN DONE', 'OPEN DONE LATE')).toMatchObject([{ severity: 'dangerous' }]);
  });

  it('that makes a known operation invalid is told with the reason; one that was invalid before is not', () => {
    const wasBroken = known('{ customer(id: 1) { shoeSize } }', 'ghost');
    const after = buildSchema(BEFORE.replace('name: String! ', ''));
    expect(brokenOperations(buildSchema(BEFORE), after, [asksName, wasBroken])).toEqual([
      { users: ['dashboard 2.1'], reasons: [expect.stringContaining('name')] },
    ]);
  });
});

it('an operation touches all that a variable of its can hold, also where an input holds itself', () => {
  const document = parse(
    'query ($f: Filter) { customers(filter: $f) { ...F } } fragment F on Customer { orders(state: OPEN) { id } }',
  );
  const coordinates = coordinatesOf(buildSchema(BEFORE), document);
  expect([...coordinates].filter((one) => one.includes('.') && !one.endsWith('*')).sort()).toEqual([
    'Customer.orders',
    'Customer.orders.state',
    'Filter.and',
    'Filter.stage',
    'Order.id',
    'Query.customers',
    'Query.customers.filter',
    'Stage.LOST',
    'Stage.LOYAL',
    'Stage.NEW',
    'State.OPEN',
  ]);
});
