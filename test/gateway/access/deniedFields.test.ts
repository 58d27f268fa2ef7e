import { type Caller, EVERY_SCOPE } from '../../../schema/contract.js';
import { ANONYMOUS } from '../../../gateway/access/anonymous.js';
import type { EngineAnswer } from '../../../gateway/engine/CompiledOperation.js';
import { type TestEngine, engineOver } from '../../support/engineOver.js';
import { GUARDED } from './guardedFixture.js';

const withScopes = (...scopes: string[]): Caller => ({ subject: 'somebody', scopes });

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
});
