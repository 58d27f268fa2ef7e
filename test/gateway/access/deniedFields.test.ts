import { type Caller, EVERY_SCOPE } from '../../../schema/contract.js';
import { ANONYMOUS } from '../../../gateway/access/anonymous.js';
import type { EngineAnswer } from '../../../gateway/engine/CompiledOperation.js';
import { type TestEngine, engineOver } from '../../support/engineOver.js';
import type { SubgraphDefinition } from '../../support/fixtureSubgraph.js';
import { federation } from '../../support/fixtureSupergraph.js';
import { GUARDED } from './guardedFixture.js';

const withScopes = (...scopes: string[]): Caller => ({ subject: 'somebody', scopes });

const NOBODYS: SubgraphDefinition = {
  name: 'nobodys',
  typeDefs: `${federation('@authenticated')} type Query { secret: Int @authenticated }`,
  resolvers: {},
};

const engine: TestEngine = engineOver(GUARDED);

beforeEach(() => {
  engine.sent.length = 0;
});

const ask = (query: string, caller: Caller, variables: Record<string, unknown> = {}): Promise<EngineAnswer> =>
  engine.ask(query, variables, { caller });

const asked = (): string => engine.sent.map(({ service, query }) => `${service} ${query}`).join('\n');

const told = ({ errors }: EngineAnswer): string[] =>
  errors.map(({ path, extensions }) => `${String(extensions?.['code'])} ${path?.join('.')}`);

test('a field is null without its scope, with an error that says which one, and no subgraph is asked for it', async () => {
  const answer = await ask('{ customer { name addresses { city } } }', withScopes('read'));
  expect(answer.data).toEqual({ customer: { name: 'name of c1', addresses: null } });
  expect(answer.errors).toEqual([
    {
      message: 'Customer.addresses needs the scope "pii".',
      path: ['customer', 'addresses'],
      extensions: { code: 'FORBIDDEN', requiredScopes: [['pii']], requestId: 'r1' },
    },
  ]);
  expect(asked()).not.toContain('addresses');
});

test('who has the scope, or every scope, sees it', async () => {
  for (const caller of [withScopes('pii'), withScopes(EVERY_SCOPE)]) {
    const { data, errors } = await ask('{ customer { addresses { city } } }', caller);
    expect(data).toEqual({ customer: { addresses: [{ city: 'pii: city of c1' }] } });
    expect(errors).toEqual([]);
  }
});

test('of several sets of scopes one will do, but it must be whole', async () => {
  const query = '{ customer { nickname } }';
  expect((await ask(query, withScopes('friend', 'family'))).data).toEqual({
    customer: { nickname: 'pii: nickname of c1' },
  });
  const answer = await ask(query, withScopes('friend'));
  expect(answer.data).toEqual({ customer: null });
  expect(answer.errors).toMatchObject([
    {
      message: 'Customer.nickname needs the scopes "family" and "friend", or the scope "pii".',
      extensions: { requiredScopes: [['family', 'friend'], ['pii']] },
    },
  ]);
});

test('who did not say who is asking is told to do so', async () => {
  const answer = await ask('{ me customer { addresses { city } } }', ANONYMOUS);
  expect(answer.data).toEqual({ me: null, customer: { addresses: null } });
  expect(answer.errors.map(({ message }) => message)).toEqual([
    'Query.me is not for everybody. Say who is asking: send a token in the header "authorization".',
    'Customer.addresses needs the scope "pii". Say who is asking: send a token in the header "authorization".',
  ]);
  expect(told(answer)).toEqual(['UNAUTHENTICATED me', 'UNAUTHENTICATED customer.addresses']);
  expect((await ask('{ me }', withScopes())).data).toEqual({ me: 'signed-in: it is you' });
});

test('when nothing of an operation may be seen, no subgraph is asked', async () => {
  const answer = await ask('{ audit again: audit }', withScopes());
  expect(answer.data).toEqual({ audit: null, again: null });
  expect(told(answer)).toEqual(['FORBIDDEN audit', 'FORBIDDEN again']);
  expect(engine.sent).toEqual([]);
});

test('an object all of whose fields are closed is still there, or is not', async () => {
  const { data } = await ask('{ customer { addresses { city } } }', withScopes());
  expect(data).toEqual({ customer: { addresses: null } });
  expect(asked()).toBe('people {customer{__typename}}');
});

test('an error is told once for a field, however long the list', async () => {
  const answer = await ask(
    '{ customers { id addresses { city } friends { mail: addresses { street } } } }',
    withScopes(),
  );
  expect(told(answer)).toEqual(['FORBIDDEN customers.addresses', 'FORBIDDEN customers.friends.mail']);
});

test('a null that may not be goes up to where it may', async () => {
  const answer = await ask('{ customers { id } customer { friends { id nickname } name } }', withScopes());
  expect(answer.data).toEqual({
    customers: [{ id: 'c1' }, { id: 'c2' }],
    customer: { friends: null, name: 'name of c1' },
  });
  expect(told(answer)).toEqual(['FORBIDDEN customer.friends.nickname']);
});

test('an enum, a scalar and an object guard the fields that give them', async () => {
  const answer = await ask('{ customer { mood iban vault { __typename } wallet { id balance } } }', withScopes());
  expect(answer.data).toEqual({
    customer: { mood: null, iban: null, vault: null, wallet: { id: 'w-c1', balance: null } },
  });
  expect(asked()).toBe('people {customer{wallet{id}}}');
});

describe('asked for by an interface', () => {
  test('a field is there for the types whose own is open', async () => {
    const answer = await ask('{ nodes { __typename id label } }', withScopes());
    expect(answer.data).toEqual({
      nodes: [
        { __typename: 'Customer', id: 'c1', label: null },
        null,
        { __typename: 'Pet', id: 'p1', label: 'label of p1' },
      ],
    });
    expect(told(answer)).toEqual(['FORBIDDEN nodes.label', 'FORBIDDEN nodes']);
    expect(asked()).not.toContain('... on Customer{label}');
  });

  test('an object of a closed type is null, and its type is not told', async () => {
    const answer = await ask('{ found { __typename ... on Vault { content } ... on Pet { sound } } }', withScopes());
    expect(answer.data).toEqual({
      found: [{ __typename: 'Customer' }, null, { __typename: 'Pet', sound: 'signed-in: woof' }],
    });
    expect(told(answer)).toEqual(['FORBIDDEN found']);
    expect(asked()).not.toMatch(/Vault|content/);
  });

  test('a field of an interface object is closed for the closed type only', async () => {
    const answer = await ask('{ nodes { id rating } }', withScopes());
    expect(answer.data).toEqual({ nodes: [{ id: 'c1', rating: 5 }, null, { id: 'p1', rating: 5 }] });
    const { representations } = engine.sent.find(({ service }) => service === 'depot')?.variables ?? {};
    expect(JSON.stringify(representations)).not.toContain('vault');
  });
});

test('fragments, named and nested, and aliases lead to nothing that is closed', async () => {
  const answer = await ask(
    `{ a: customer { ...Person } customers { ... on Node { ... on Customer { ...Person } } } }
     fragment Person on Customer { name ...Home friends { ...Home } }
     fragment Home on Customer { home: addresses { city } ... on Node { title: label } }`,
    withScopes(),
  );
  const closed = { home: null, title: null };
  const one = (id: string, friend: object): object => ({ name: `name of ${id}`, ...closed, friends: [friend] });
  expect(answer.data).toEqual({ a: one('c1', closed), customers: [one('c1', closed), one('c2', closed)] });
  expect(told(answer).toSorted()).toEqual(
    ['a', 'a.friends', 'customers', 'customers.friends']
      .flatMap((path) => [`FORBIDDEN ${path}.home`, `FORBIDDEN ${path}.title`])
      .toSorted(),
  );
  expect(asked()).not.toMatch(/addresses|label/);
});

test('a closed field that is skipped is no error, and one that is included is', async () => {
  const query = 'query ($in: Boolean!) { customer { name addresses @include(if: $in) { city } mood @skip(if: true) } }';
  const without = await ask(query, withScopes(), { in: false });
  expect(without.data).toEqual({ customer: { name: 'name of c1' } });
  expect(without.errors).toEqual([]);
  const included = await ask(query, withScopes(), { in: true });
  expect(told(included)).toEqual(['FORBIDDEN customer.addresses']);
});

test('what a closed field requires is not fetched either', async () => {
  const answer = await ask('{ customer { greeting shipping } }', withScopes());
  expect(answer.data).toEqual({ customer: { greeting: 'Dear name of c1', shipping: null } });
  expect(told(answer)).toEqual(['FORBIDDEN customer.shipping']);
  expect(asked()).not.toContain('addresses');
});

test('what hangs on a closed key is closed, with all that hangs on that', async () => {
  const query = '{ customer { orders { total sticker parcel { weight stamp } } } }';
  const answer = await ask(query, withScopes());
  const closed = { sticker: null, parcel: null };
  expect(answer.data).toEqual({
    customer: {
      orders: [
        { total: 1, ...closed },
        { total: 2, ...closed },
      ],
    },
  });
  expect(told(answer)).toEqual(['FORBIDDEN customer.orders.sticker', 'FORBIDDEN customer.orders.parcel']);
  expect(answer.errors[0]?.extensions).toMatchObject({ requiredScopes: [['staff']] });
  expect(asked()).not.toContain('number');
  const open = await ask(query, withScopes('staff'));
  expect(open.data).toMatchObject({
    customer: {
      orders: [{ total: 1, sticker: 'sticker of code 1', parcel: { weight: 3, stamp: 'stamp of parcel 1' } }, {}],
    },
  });
});

test('what is computed from something that hangs on a closed key is closed', async () => {
  const answer = await ask('{ customer { route name } }', withScopes());
  expect(answer.data).toEqual({ customer: { route: null, name: 'name of c1' } });
  expect(told(answer)).toEqual(['FORBIDDEN customer.route']);
  expect(asked()).not.toContain('code');
  expect((await ask('{ customer { route } }', withScopes('staff'))).data).toEqual({
    customer: { route: 'via region of place of c1' },
  });
});

test('a mutation that is closed does not happen, and the one beside it does', async () => {
  const answer = await ask(
    'mutation { rename(to: "x") { id } note(text: "y") { id addresses { city } } }',
    withScopes(),
  );
  expect(answer.data).toEqual({ rename: null, note: { id: 'c1', addresses: null } });
  expect(told(answer)).toEqual(['FORBIDDEN rename', 'FORBIDDEN note.addresses']);
  expect(asked()).toBe('people mutation{note(text:"y"){id}}');
});

describe('a subscription', () => {
  test('to something closed does not begin', async () => {
    await expect(engine.subscribe('subscription { audited }', withScopes())).rejects.toThrow(
      'Subscription.audited needs the scope "admin".',
    );
    const { query } = await engine.subscribe('subscription { audited }', withScopes('admin'));
    expect(query).toContain('audited');
  });

  test('leaves what is closed out of its events and of what they are completed with', async () => {
    const subscription = await engine.subscribe(
      'subscription { renamed { name addresses { city } greeting shipping } }',
      withScopes(),
    );
    expect(subscription.query).not.toContain('addresses');
    const event = { data: { renamed: { __typename: 'Customer', id: 'c1', name: 'Ada' } } };
    for (let count = 0; count < 2; count++) {
      const answer = await subscription.complete(
        structuredClone(event),
        {},
        { requestId: 'e', caller: withScopes(), headers: {} },
      );
      expect(answer.data).toEqual({ renamed: { name: 'Ada', addresses: null, greeting: 'Dear Ada', shipping: null } });
      expect(told(answer)).toEqual(['FORBIDDEN renamed.addresses', 'FORBIDDEN renamed.shipping']);
    }
    expect(asked()).not.toContain('addresses');
  });
});

describe('by configuration', () => {
  test('what is closed is null without an error', async () => {
    const silent = engineOver(GUARDED, { deniedFields: 'silent' });
    const query = '{ customer { name addresses { city } } customers { nickname } }';
    const answer = await silent.ask(query, {}, { caller: withScopes() });
    expect(answer.data).toBeNull();
    expect(answer.errors).toEqual([]);
    const { data, errors } = await silent.ask('{ customer { name addresses { city } } }', {}, { caller: withScopes() });
    expect({ data, errors }).toEqual({ data: { customer: { name: 'name of c1', addresses: null } }, errors: [] });
  });

  test('introspection tells callers only of what they may see', async () => {
    const hiding = engineOver(GUARDED, { introspectionHidesDenied: true });
    const query = `{ __schema { types { name } mutationType { fields { name } } } customer: __type(name: "Customer") { fields { name } }
      node: __type(name: "Node") { fields { name } possibleTypes { name } } }`;
    const seen = async (caller: Caller): Promise<string> =>
      JSON.stringify((await hiding.ask(query, {}, { caller })).data);
    const few = await seen(withScopes());
    for (const name of ['id', 'label', 'name', 'greeting', 'note', 'Pet']) expect(few).toContain(`"${name}"`);
    for (const name of ['addresses', 'Address', 'Vault', 'Mood', 'Iban', 'rename'])
      expect(few).not.toContain(`"${name}"`);
    expect(await seen(withScopes('vault'))).toContain('"Vault"');
    const all = await seen(withScopes(EVERY_SCOPE));
    expect(all).toBe(JSON.stringify((await engine.ask(query, {}, { caller: withScopes() })).data));
    const nothing = engineOver([NOBODYS], { introspectionHidesDenied: true });
    const { data } = await nothing.ask('{ __schema { queryType { fields { name } } } }', {}, { caller: ANONYMOUS });
    expect(data).toEqual({ __schema: { queryType: { fields: [{ name: '_nothing' }] } } });
    const { errors } = await hiding.ask('{ customer { addresses { city } } }', {}, { caller: withScopes() });
    expect(errors).toHaveLength(1);
  });

  test('the whole operation is refused before anything is fetched', async () => {
    const strict = engineOver(GUARDED, { deniedFields: 'refuse' });
    const query = 'query ($in: Boolean!) { customer { name addresses @include(if: $in) { city } } nodes { label } }';
    const answer = await strict.ask(query, { in: true }, { caller: withScopes() });
    expect(answer.data).toBeNull();
    expect(told(answer)).toEqual(['FORBIDDEN customer.addresses', 'FORBIDDEN nodes.label']);
    expect(strict.sent).toEqual([]);
    const open = '{ customer { name } }';
    expect((await strict.ask(open, {}, { caller: withScopes() })).data).toEqual({ customer: { name: 'name of c1' } });
    await expect(strict.subscribe('subscription { renamed { iban } }', withScopes())).rejects.toThrow('"bank"');
  });
});

test('callers who may see the same of an operation have one plan, whatever else they may', async () => {
  const query = '{ customer { addresses { city } name } }';
  const before = engine.planned();
  for (const scope of ['a', 'b', 'c', 'money', 'staff']) await ask(query, withScopes(scope));
  expect(engine.planned()).toBe(before + 1);
  await ask(query, withScopes('pii', 'a'));
  await ask(query, withScopes(EVERY_SCOPE));
  expect(engine.planned()).toBe(before + 2);
});
