import { describe, expect, it } from '@jest/globals';
import { graphql, GraphQLString, isObjectType } from 'graphql';
import { Arg, Directive, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Caller, SCOPES } from '../../schema/contract.js';
import type { Class } from '../../subgraphs/kit/graph/Class.js';
import { Masked } from '../../subgraphs/kit/graph/Masked.js';
import type { FieldPolicy } from '../../subgraphs/kit/guard/fieldPolicies.js';
import { guardField } from '../../subgraphs/kit/guard/guardField.js';
import type { GuardedRequest } from '../../subgraphs/kit/guard/GuardedRequest.js';
import { maskText } from '../../subgraphs/kit/guard/maskText.js';
import { RequiresScopes } from '../../subgraphs/kit/guard/RequiresScopes.js';
import { OnErasure } from '../../subgraphs/kit/ownership/OnErasure.js';
import { CustomersChanged } from '../../subgraphs/kit/ownership/requireCurrent.js';
import { OwnedBy } from '../../subgraphs/kit/ownership/OwnedBy.js';
import { type BuiltSubgraph, buildSubgraph } from '../../subgraphs/kit/serve/buildSubgraph.js';
import { defineSubgraph } from '../../subgraphs/kit/serve/defineSubgraph.js';

const MARIA = '01900000-0000-7000-8000-000000000001';
const ROSA = '01900000-0000-7000-8000-000000000002';
/** Who Maria was before she was merged. */
const OLD_MARIA = '01900000-0000-7000-8000-000000000003';

@ObjectType({ simpleResolvers: true })
class Remark {
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true })
  text: string | null;

  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String)
  author: string;
}

@Entity('ticket')
@OwnedBy.columns('clientId')
@OnErasure.deleteRow
@ObjectType({ simpleResolvers: true })
class Ticket {
  @PrimaryColumn('uuid')
  @Field(() => ID)
  id: string;

  @Column('uuid', { name: 'client_id', nullable: true })
  clientId: string | null;

  @Column('text')
  @Masked(maskText)
  @Field(() => String)
  title: string;

  @Field(() => Remark)
  remark: Remark;
}

@Entity('price')
@OwnedBy.nobody('it is for all')
@ObjectType({ simpleResolvers: true })
class Price {
  @PrimaryColumn('uuid')
  @Field(() => ID)
  id: string;

  @Column('text')
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true })
  setBy: string;
}

/** Reached from nowhere but the root. */
@ObjectType({ simpleResolvers: true })
class Stray {
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true })
  secret: string;
}

/** Reached from somebody's, but over what is nobody's. */
@ObjectType({ simpleResolvers: true })
class Aside {
  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true })
  text: string;
}

@OwnedBy.nobody('it is for all')
@ObjectType({ simpleResolvers: true })
class Brand {
  @Field(() => Aside)
  aside: Aside;
}

/** A class that is no entity says it too. */
@OwnedBy.columns('clientId')
@ObjectType({ simpleResolvers: true })
class Shelf {
  clientId: string;

  @RequiresScopes(SCOPES.readPersonalData)
  @Field(() => String, { nullable: true })
  label: string;

  @Field(() => Brand)
  brand: Brand;
}

const remark = (): Remark => ({ text: 'likes blue', author: 'Ada' });
const ticket = (clientId: string | null): Ticket => ({ id: ROSA, clientId, title: 'Boots', remark: remark() });

@Resolver()
class Tickets {
  @Query(() => [Ticket])
  tickets(@Arg('clientId', () => ID, { nullable: true }) clientId?: string | null): Ticket[] {
    return [ticket(clientId ?? null), ticket(ROSA)];
  }

  /** Two rows that lead to one, as a loader gives it. */
  @Query(() => [Ticket])
  pair(): object[] {
    const shared = Promise.resolve(remark());
    return [MARIA, ROSA].map((clientId) => Object.assign(ticket(clientId), { remark: shared }));
  }

  @Query(() => Remark, { nullable: true })
  remark(): Remark {
    return remark();
  }

  @Query(() => Price)
  price(): Price {
    return { id: ROSA, setBy: 'Ada' };
  }
}

@Resolver()
class Strays {
  @Query(() => Stray)
  stray(): Stray {
    return { secret: 'hunter2' };
  }

  @Query(() => Shelf)
  shelf(): Shelf {
    return { clientId: ROSA, label: 'Rosa', brand: { aside: { text: 'hunter2' } } };
  }

  @RequiresScopes(SCOPES.readPersonalData)
  @Query(() => String, { nullable: true })
  word(): string {
    return 'hunter2';
  }
}

@Directive('@requiresScopes(scopes: [["vault:open"]])')
@ObjectType({ simpleResolvers: true })
class Vault {
  @RequiresScopes('vault:read')
  @Field(() => String, { nullable: true })
  word: string;
}

@Resolver()
class Vaults {
  @Query(() => Vault, { nullable: true })
  vault(): Vault {
    return { word: 'xyzzy' };
  }
}

function build(resolver: Class): Promise<BuiltSubgraph> {
  return buildSubgraph(
    defineSubgraph({
      name: 'desk',
      port: 1,
      access: { read: 'desk:read', write: 'desk:write' },
      resolvers: [resolver],
      types: [],
      references: {},
      entities: [Ticket, Price],
      migrations: [],
    }),
  );
}

const EVERYTHING: Caller = { subject: 'agent', scopes: ['desk:read', SCOPES.readPersonalData] };

/** A request that tells, in order, what it was asked. */
function request(caller: Caller, withdrew: readonly string[] = []) {
  const told: string[] = [];
  const logged: object[] = [];
  const context = {
    caller,
    database: { log: { error: (line: object) => logged.push(line) } },
    aliases: { any: true },
    owners: new WeakMap(),
    forgetNames: () => void told.push('forgets names'),
    set change(change: GuardedRequest['change']) {
      told.push(`changes ${change?.names.map((path) => change.args[path[0] ?? '']).join()}`);
    },
    currentIds(ids: readonly string[]) {
      told.push('current ids');
      return Promise.resolve(new Map(ids.filter((id) => id === OLD_MARIA).map((id) => [id, MARIA])));
    },
    withdrew(id: string) {
      told.push(`consent of ${id}`);
      return Promise.resolve(withdrew.includes(id));
    },
    giveOf: (id: string, field: string) => void told.push(`gives ${field} of ${id}`),
    load: () => Promise.resolve([]),
  } as unknown as GuardedRequest;
  return { context, told, logged };
}

async function ask(source: string, { context }: { context: GuardedRequest }, resolver: Class = Tickets) {
  const { schema } = await build(resolver);
  return graphql({ schema, source, contextValue: context });
}

const codes = ({ errors = [] }: Awaited<ReturnType<typeof graphql>>) =>
  errors.map(({ path, extensions }) => `${path?.join('.')} ${String(extensions['code'])}`);

describe('the policies of fields', () => {
  it('are a table with a line for each field', async () => {
    const { policies } = await build(Tickets);
    const title = policies.find(({ field }) => field === 'Ticket.title');
    expect(title).toMatchObject({
      scopes: [],
      mask: maskText,
      isPersonal: true,
      whose: { kind: 'properties', properties: ['clientId'] },
    });
    expect(policies.find(({ field }) => field === 'Remark.text')).toMatchObject({
      scopes: [[SCOPES.readPersonalData]],
      mask: undefined,
      isPersonal: true,
      whose: { kind: 'parent' },
    });
    expect(policies.find(({ field }) => field === 'Query.tickets')).toMatchObject({
      scopes: [['desk:read']],
      consent: { isWithheld: false, isSifted: true, isReadable: false },
    });
  });

  it('leave the resolver of a field without any as it was', async () => {
    const { schema } = await build(Tickets);
    const type = schema.getType('Ticket');
    const resolveOf = (field: string) => isObjectType(type) && type.getFields()[field]?.resolve;
    expect(resolveOf('id')).toBeUndefined();
    expect(resolveOf('title')).toBeDefined();
  });

  const whole: FieldPolicy = {
    field: 'Desk.word',
    scopes: [],
    scopedArguments: [],
    mask: maskText,
    isPersonal: true,
    consent: { isWithheld: true, isSifted: true, isReadable: false },
    whose: { kind: 'properties', properties: ['clientId'] },
    gives: { kind: 'customer' },
    isHandedOn: false,
    takesCurrentIds: true,
    changes: [['clientId']],
  };
  const resolveWith = (given: ReturnType<typeof request>, source: object, policy = whole) =>
    guardField(policy, GraphQLString, (_source, args) => {
      given.told.push(`resolver for ${String(args['clientId'])}`);
      return Promise.resolve([{ id: ROSA }, 'word']);
    })(source, { clientId: OLD_MARIA }, given.context, {} as never);

  it('are done in one order: ids, change, consent, resolver, consent to what it gives, note', async () => {
    const given = request({ ...EVERYTHING, purpose: 'marketing' }, [ROSA]);
    expect(await resolveWith(given, { clientId: MARIA })).toEqual(['word']);
    expect(given.told).toEqual([
      'forgets names',
      'current ids',
      `changes ${MARIA}`,
      `consent of ${MARIA}`,
      `resolver for ${MARIA}`,
      `consent of ${ROSA}`,
      `gives Desk.word of ${MARIA}`,
    ]);
  });

  it('refuse who lacks the scopes before anything is looked at, and say which would do', async () => {
    const given = request({ subject: 'agent', scopes: ['a', 'c'] });
    const call = (scopes: FieldPolicy['scopes']) => resolveWith(given, { clientId: MARIA }, { ...whole, scopes });
    expect(() => call([['a', 'b'], ['d']])).toThrow(
      expect.objectContaining({
        message: 'Desk.word needs the scopes "a" and "b", or the scope "d".',
        extensions: { code: 'FORBIDDEN', requiredScopes: [['a', 'b'], ['d']] },
      }),
    );
    expect(given.told).toEqual([]);
    expect(await call([['b'], ['c', 'a']])).toHaveLength(2);
  });

  it('ask for what the field, the type that it is of and the type that it gives ask for', async () => {
    const { schema, policies } = await build(Vaults);
    expect(policies.find(({ field }) => field === 'Query.vault')?.scopes).toEqual([['desk:read', 'vault:open']]);
    expect(policies.find(({ field }) => field === 'Vault.word')?.scopes).toEqual([['vault:read', 'vault:open']]);
    const askWith = (scopes: string[]) =>
      graphql({ schema, source: '{ vault { word } }', contextValue: request({ subject: 'agent', scopes }).context });
    expect(codes(await askWith(['vault:open']))).toEqual(['vault FORBIDDEN']);
    const opened = await askWith(['desk:read', 'vault:open']);
    expect([opened.data, codes(opened)]).toEqual([{ vault: { word: null } }, ['vault.word FORBIDDEN']]);
    expect((await askWith(['*'])).data).toEqual({ vault: { word: 'xyzzy' } });
  });

  it('mask last, and note nothing that is masked', async () => {
    const given = request({ subject: 'agent', scopes: [], purpose: 'marketing' }, [ROSA]);
    expect(await resolveWith(given, { clientId: MARIA })).toEqual(['•••']);
    expect(given.told.at(-1)).toBe(`consent of ${ROSA}`);
  });

  it('do a mutation anew while customers become others, not for ever, and end with a code', async () => {
    const given = request(EVERYTHING);
    let tries = 0;
    const call = (until: number) =>
      guardField(
        { ...whole, mask: undefined, isPersonal: false, consent: { ...whole.consent, isWithheld: false } },
        GraphQLString,
        () => {
          tries += 1;
          return tries < until ? Promise.reject(new CustomersChanged()) : Promise.resolve('word');
        },
      )({}, { clientId: OLD_MARIA }, given.context, {} as never);
    expect(await call(3)).toBe('word');
    expect(given.told.filter((told) => told === 'current ids')).toHaveLength(3);
    tries = 0;
    await expect(call(99)).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  });

  it('do not even read what is withheld', async () => {
    const given = request({ ...EVERYTHING, purpose: 'marketing' }, [MARIA]);
    await expect(resolveWith(given, { clientId: MARIA })).rejects.toMatchObject({
      extensions: { code: 'CONSENT_WITHDRAWN' },
    });
    expect(given.told.at(-1)).toBe(`consent of ${MARIA}`);
  });

  it('find the owner by what the class declares, and hand it on to what is reached from there', async () => {
    const given = request(EVERYTHING);
    const { data, errors } = await ask(`{ tickets(clientId: "${OLD_MARIA}") { title remark { text } } }`, given);
    expect(errors).toBeUndefined();
    expect(data?.['tickets']).toHaveLength(2);
    expect(given.told.toSorted()).toEqual(
      [
        'current ids',
        ...[MARIA, ROSA].flatMap((id) => [`gives Remark.text of ${id}`, `gives Ticket.title of ${id}`]),
      ].toSorted(),
    );
  });

  it('note what was reached from two customers’ as both’s', async () => {
    const given = request(EVERYTHING);
    await ask('{ pair { remark { text } } }', given);
    expect(new Set(given.told)).toEqual(new Set([MARIA, ROSA].map((id) => `gives Remark.text of ${id}`)));
  });

  it('give what says that it is of nobody yet, and what is declared to be nobody’s, without a note', async () => {
    const given = request(EVERYTHING);
    const { data } = await ask('{ tickets { title remark { text author } } price { setBy } }', given);
    expect(data).toMatchObject({
      tickets: [{ title: 'Boots', remark: { text: 'likes blue', author: 'Ada' } }, {}],
      price: { setBy: 'Ada' },
    });
    expect(given.told.filter((line) => line.startsWith('gives') && !line.endsWith(ROSA))).toEqual([]);
  });

  it('withhold personal data of which nobody can tell whose it is, and say so in the log once', async () => {
    const given = request(EVERYTHING);
    const { schema } = await build(Tickets);
    const asked = () =>
      graphql({ schema, source: '{ a: remark { text } b: remark { text } }', contextValue: given.context });
    const first = await asked();
    expect(first.data).toEqual({ a: { text: null }, b: { text: null } });
    expect(codes(first)).toEqual(['a.text OWNER_UNKNOWN', 'b.text OWNER_UNKNOWN']);
    expect(JSON.stringify(await asked())).not.toContain('blue');
    expect(given.logged).toEqual([{ field: 'Remark.text' }]);
    expect(given.told).toEqual([]);
  });

  it('withhold it with what it is part of, where it cannot be null', async () => {
    const answer = await ask('{ remark { author } }', request(EVERYTHING));
    expect(answer.data).toEqual({ remark: null });
    expect(codes(answer)).toEqual(['remark.author OWNER_UNKNOWN']);
  });
});

describe('a subgraph with a personal field', () => {
  it('is refused where nothing can say whose it is; the message says what to declare', async () => {
    const message = await build(Strays).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message.split('\n')).toHaveLength(4);
    expect(message).toContain('Aside.text: say of Aside whose it is');
    expect(message).toContain("Stray.secret: say of Stray whose it is: @OwnedBy.columns('customerId')");
    expect(message).toContain('Query.word: no argument says whose it is');
  });
});
