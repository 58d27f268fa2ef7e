import { describe, expect, it } from '@jest/globals';
import { graphql } from 'graphql';
import { Arg, Field, InputType, Query, Resolver } from 'type-graphql';
import { type Caller, SCOPES } from '../../schema/contract.js';
import type { Class } from '../../subgraphs/kit/graph/Class.js';
import { enumType } from '../../subgraphs/kit/graph/enumType.js';
import { ArgumentScopes } from '../../subgraphs/kit/guard/ArgumentScopes.js';
import type { GuardedRequest } from '../../subgraphs/kit/guard/GuardedRequest.js';
import { nameOfScoped } from '../../subgraphs/kit/guard/scopedArguments.js';
import { type BuiltSubgraph, buildSubgraph } from '../../subgraphs/kit/serve/buildSubgraph.js';
import { defineSubgraph } from '../../subgraphs/kit/serve/defineSubgraph.js';

const ShelfOrder = enumType('ShelfOrder', 'An order of shelves.', {
  PLACE: 'From the door on.',
  LABEL: { description: 'By label.', scopes: [SCOPES.readPersonalData] },
});
type ShelfOrder = keyof typeof ShelfOrder;

@InputType()
class LabelFilter {
  @ArgumentScopes(SCOPES.readPersonalData)
  @Field(() => [String], { nullable: true, description: 'With one of these labels.' })
  labels?: string[] | null;

  @Field(() => ShelfOrder, { nullable: true })
  within?: ShelfOrder | null;
}

@Resolver()
class Shelves {
  @Query(() => String)
  shelves(
    @Arg('filter', () => LabelFilter, { nullable: true }) _filter?: LabelFilter | null,
    @Arg('orders', () => [ShelfOrder], { defaultValue: ['PLACE'] }) _orders?: ShelfOrder[],
    @ArgumentScopes('shelf:audit', 'shelf:read')
    @Arg('note', () => String, { nullable: true, description: 'With this note.' })
    _note?: string | null,
  ): string {
    return 'found';
  }
}

@Resolver()
class SortedByDefault {
  @Query(() => String)
  sorted(@Arg('orderBy', () => ShelfOrder, { defaultValue: 'LABEL' }) orderBy: ShelfOrder): string {
    return orderBy;
  }
}

@InputType()
class ShelfRule {
  @Field(() => [ShelfRule], { nullable: true })
  all?: ShelfRule[] | null;

  @Field(() => LabelFilter, { nullable: true })
  one?: LabelFilter | null;
}

@Resolver()
class ByRule {
  @Query(() => Boolean)
  byRule(@Arg('rule', () => ShelfRule) rule: ShelfRule): boolean {
    return rule.one !== null;
  }
}

function build(resolver: Class): Promise<BuiltSubgraph> {
  return buildSubgraph(
    defineSubgraph({
      name: 'shelves',
      port: 1,
      access: { read: 'shelf:read', write: 'shelf:write' },
      resolvers: [resolver],
      types: [],
      references: {},
      entities: [],
      migrations: [],
    }),
  );
}

/** What somebody who may read shelves is answered. */
async function ask(args: string, ...more: string[]): Promise<unknown> {
  const { schema } = await build(Shelves);
  const caller: Caller = { subject: 'agent', scopes: ['shelf:read', ...more] };
  const contextValue = { caller, aliases: { any: false } } as GuardedRequest;
  const { data, errors } = await graphql({ schema, source: `{ shelves${args} }`, contextValue });
  return errors ? { message: errors[0]?.message, ...errors[0]?.extensions } : data?.['shelves'];
}

describe('what asks for scopes in arguments', () => {
  it('is in the table of policies, with its path and its value', async () => {
    const { policies } = await build(Shelves);
    const scoped = policies.find(({ field }) => field === 'Query.shelves')?.scopedArguments ?? [];
    expect(scoped.map((one) => [nameOfScoped(one), one.scopes])).toEqual([
      ['note', [['shelf:audit', 'shelf:read']]],
      ['orders: LABEL', [[SCOPES.readPersonalData]]],
      ['filter.labels', [[SCOPES.readPersonalData]]],
      ['filter.within: LABEL', [[SCOPES.readPersonalData]]],
    ]);
  });

  it('says so in its description, and by a directive in the schema of the subgraph', async () => {
    const { sdl } = await build(Shelves);
    expect(sdl).toContain('With one of these labels. Needs the scope `customer:pii`.');
    expect(sdl).toContain('With this note. Needs the scopes `shelf:audit` and `shelf:read`.');
    expect(sdl).toContain('By label. Needs the scope `customer:pii`.');
    expect(sdl).toContain('LABEL @argumentScopes(scopes: [["customer:pii"]])');
    expect(sdl).toContain('directive @argumentScopes(');
  });

  it.each([
    ['(filter: { labels: ["a"] })', 'filter.labels', 'filter.labels', [[SCOPES.readPersonalData]]],
    ['(filter: { within: LABEL })', 'filter.within: LABEL', 'filter.within', [[SCOPES.readPersonalData]]],
    ['(orders: [PLACE, LABEL])', 'orders: LABEL', 'orders', [[SCOPES.readPersonalData]]],
    ['(note: "")', 'note', 'note', [['shelf:audit', 'shelf:read']]],
  ])('is refused to who lacks them: %s', async (args, what, argument, requiredScopes) => {
    const scopes = requiredScopes.flat();
    const spoken = `${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.map((scope) => `"${scope}"`).join(' and ')}`;
    expect(await ask(args)).toEqual({
      message: `${what} needs the ${spoken}.`,
      code: 'FORBIDDEN',
      argument,
      requiredScopes,
    });
    expect(await ask(args, ...scopes)).toBe('found');
  });

  it.each(['', '(filter: null)', '(filter: { labels: null, within: PLACE }, note: null)', '(filter: { labels: [] })'])(
    'is asked of nobody who does not give it: %s',
    async (args) => expect(await ask(args)).toBe('found'),
  );

  it('cannot be given by default, for who says nothing would be refused', async () => {
    await expect(build(SortedByDefault)).rejects.toThrow(
      'orderBy: LABEL asks for scopes, so it cannot be given by default',
    );
  });

  it('cannot be in an input that is within itself, where no path leads to all of it', async () => {
    await expect(build(ByRule)).rejects.toThrow('ShelfRule is within itself, so labels in it cannot ask for scopes');
  });
});
