import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { v4 as uuid } from 'uuid';
import { Campaign } from '../../subgraphs/marketing/entities/Campaign.js';
import { Consent } from '../../subgraphs/marketing/entities/Consent.js';
import { Exposure } from '../../subgraphs/marketing/entities/Exposure.js';
import { Segment } from '../../subgraphs/marketing/entities/Segment.js';
import { SegmentMembership } from '../../subgraphs/marketing/entities/SegmentMembership.js';
import { Trait } from '../../subgraphs/marketing/entities/Trait.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { planOf } from '../support/planOf.js';
import { startTestSubgraph, type TestSubgraph, type Untyped } from '../support/startTestSubgraph.js';

let subgraph: TestSubgraph & { identity: TestSubgraph };
const campaignIds = [uuid(), uuid()] as const;
beforeAll(async () => {
  subgraph = await startTestSubgraph(marketing);
  for (const id of campaignIds) {
    await insert(Campaign, { id, name: 'Spring', channel: 'EMAIL', startsAt: new Date('2026-01-01T00:00:00Z') });
  }
});
afterAll(() => subgraph.stop());

const insert: typeof subgraph.database.dataSource.manager.insert = (entity, rows) =>
  subgraph.database.dataSource.manager.insert(entity, rows);

let serial = 0;
async function newCustomer(): Promise<string> {
  serial += 1;
  const { data } = await subgraph.identity.ask(
    `mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }`,
    { input: { displayName: `Person ${serial}`, emails: [`person${serial}@example.com`] } },
  );
  return data.identifyCustomer.customer.id;
}

/** A mutation that must work; its answer. */
async function change(mutation: string, variables: object) {
  const { data, errors } = await subgraph.ask(mutation, variables);
  expect(errors).toBeUndefined();
  return data;
}

const TREE = `... on SegmentRule { trait { name source operator comparedAs values } consent { purpose channel }
  exposures { step campaignId operator count } lastExposure { operator at } }`;
const DEEP_TREE = ['not', 'not', 'not', 'not'].reduce(
  (inner) => `${TREE} all { ${inner} } any { ${inner} } not { ${inner} }`,
  TREE,
);
const SEGMENT = 'id name description rule version';
const CREATE = `mutation ($input: CreateSegmentInput!, $key: String) {
  segment: createSegment(input: $input, idempotencyKey: $key) { ${SEGMENT} members { totalCount } } }`;
const UPDATE = `mutation ($id: ID!, $input: UpdateSegmentInput!, $expectedVersion: Int, $key: String) {
  segment: updateSegment(id: $id, input: $input, expectedVersion: $expectedVersion, idempotencyKey: $key) { ${SEGMENT} } }`;
const REFRESH = 'mutation ($id: ID!) { refreshSegment(id: $id) { id } }';
const TRAIT = 'mutation ($input: RecordTraitInput!) { recordTrait(input: $input) { id value version } }';
const GRANT = 'mutation ($input: GrantConsentInput!) { grantConsent(input: $input) { id } }';
const WITHDRAW = 'mutation ($input: WithdrawConsentInput!) { withdrawConsent(input: $input) { id } }';
const EXPOSE = 'mutation ($input: RecordExposureInput!) { recordExposure(input: $input) { id } }';
const RESPOND = 'mutation ($input: RecordExposureResponseInput!) { recordExposureResponse(input: $input) { id } }';

async function createSegment(rule: object): Promise<string> {
  return (await change(CREATE, { input: { name: `Segment ${uuid()}`, rule } })).segment.id;
}

/** Makes all segments manual ones, since there may be only so many by rule. */
const retireAll = () => subgraph.database.dataSource.query('UPDATE segment SET rule_tree = NULL');
afterEach(retireAll);

/** How many statements wait for another transaction. */
async function waiting(): Promise<number> {
  const [row] = await subgraph.database.dataSource.query<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.n ?? 0;
}

/** The members of a segment among some customers. */
async function members(segmentId: string, among: readonly string[]): Promise<string[]> {
  const rows = await subgraph.database.dataSource.manager.findBy(SegmentMembership, { segmentId });
  return rows
    .map(({ customerId }) => customerId)
    .filter((id) => among.includes(id))
    .sort();
}

const trait = (name: string, operator: string, values: string[], comparedAs = 'TEXT') => ({
  trait: { name, operator, values, comparedAs },
});

// The same in plain code: what the rule means, from the rows. ---------------------------------------------------------

interface Facts {
  traits: Trait[];
  consents: Consent[];
  exposures: Exposure[];
}

async function factsOf(customerId: string): Promise<Facts> {
  const { manager } = subgraph.database.dataSource;
  return {
    traits: await manager.findBy(Trait, { customerId }),
    consents: await manager.find(Consent, { where: { customerId }, order: { at: 'ASC', sequence: 'ASC' } }),
    exposures: await manager.findBy(Exposure, { customerId, control: false }),
  };
}

const HOLDS: Record<string, (order: number) => boolean> = {
  EQUALS: (order) => order === 0,
  GREATER_THAN: (order) => order > 0,
  AT_LEAST: (order) => order >= 0,
  LESS_THAN: (order) => order < 0,
  AT_MOST: (order) => order <= 0,
};

/** How two values compare; null when one is not written as what they are compared as. */
function compare(one: string, other: string, as: string): number | null {
  if (as === 'TEXT') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  const [written, read] = as === 'DATE' ? [/^\d{4}-\d\d-\d\d$/, Date.parse] : [/^-?\d+(\.\d+)?$/, Number];
  if (!written.test(one) || !written.test(other)) return null;
  return Math.sign(read(one) - read(other));
}

/** Plays the ledger forward: a no for the channel sticks, a broad no ends the narrow yes. */
function consented(consents: readonly Consent[], purpose: string, channel: string | null): boolean {
  let [broad, narrow]: (boolean | null)[] = [null, null];
  for (const entry of consents.filter((candidate) => candidate.purpose === purpose)) {
    const yes = entry.action === 'GRANTED';
    if (entry.channel === null) {
      broad = yes;
      if (!yes && narrow) narrow = null;
    } else if (entry.channel === channel) narrow = yes;
  }
  return narrow ?? broad ?? false;
}

// Whatever the arbitrary below makes.
function belongs(rule: Untyped, facts: Facts): boolean {
  if (rule.all) return rule.all.every((branch: object) => belongs(branch, facts));
  if (rule.any) return rule.any.some((branch: object) => belongs(branch, facts));
  if (rule.not) return !belongs(rule.not, facts);
  if (rule.trait) {
    const { name, source, operator, values, comparedAs } = rule.trait;
    return facts.traits
      .filter((candidate) => candidate.name === name && (!source || candidate.source === source))
      .some(({ value }) => {
        if (operator === 'EXISTS') return true;
        const holds = HOLDS[operator === 'IN' ? 'EQUALS' : operator];
        return values.some((other: string) => {
          const order = compare(value, other, comparedAs);
          return order !== null && holds?.(order);
        });
      });
  }
  if (rule.consent) return consented(facts.consents, rule.consent.purpose, rule.consent.channel ?? null);
  if (rule.exposures) {
    const { step, campaignId, operator, count } = rule.exposures;
    const taken = facts.exposures.filter(
      (exposure) =>
        (!campaignId || exposure.campaignId === campaignId) &&
        {
          SENT: exposure.sentAt,
          OPENED: exposure.openedAt,
          CLICKED: exposure.clickedAt,
          RESPONDED: exposure.respondedAt,
        }[step as 'SENT'] !== null,
    );
    return HOLDS[operator]?.(taken.length - count) ?? false;
  }
  if (facts.exposures.length === 0) return false;
  const last = Math.max(...facts.exposures.map(({ sentAt }) => sentAt.getTime()));
  return HOLDS[rule.lastExposure.operator]?.(last - Date.parse(rule.lastExposure.at)) ?? false;
}

const NUMBERS = ['1', '2', '2.5', '-3', '10'];
const DATES = ['2025-12-31', '2026-01-01', '2026-02-28'];
const TEXTS = ['a', 'B', 'ä', '\u{1F600}', '\uFF5E', ...NUMBERS, ...DATES, '2026-1-1', '1e3', 'ten'];
const NAMES = ['age', 'since'];
const SOURCES = ['form', 'survey'];
const MOMENTS = ['2026-01-05T00:00:00.000Z', '2026-01-06T12:00:00.000Z', '2026-01-07T00:00:00.001Z'];
const PURPOSES = ['MARKETING', 'RESEARCH'] as const;
const CHANNELS = ['EMAIL', 'SMS', null] as const;

const comparison = fc.constantFrom('EQUALS', 'GREATER_THAN', 'AT_LEAST', 'LESS_THAN', 'AT_MOST');

const traitRule = fc
  .record({
    name: fc.constantFrom(...NAMES),
    source: fc.constantFrom(undefined, ...SOURCES),
    operator: fc.oneof(comparison, fc.constantFrom('EXISTS', 'IN')),
    comparedAs: fc.constantFrom('TEXT', 'NUMBER', 'DATE'),
    places: fc.array(fc.nat(50), { minLength: 1, maxLength: 3 }),
  })
  .map(({ places, ...condition }) => {
    const values = { TEXT: TEXTS, NUMBER: NUMBERS, DATE: DATES }[condition.comparedAs as 'TEXT'];
    const given = places.map((place) => values[place % values.length]);
    const number = condition.operator === 'EXISTS' ? 0 : condition.operator === 'IN' ? given.length : 1;
    return { trait: { ...condition, values: given.slice(0, number) } };
  });
const leaf = fc.oneof(
  { weight: 3, arbitrary: traitRule },
  {
    weight: 2,
    arbitrary: fc.record({
      consent: fc.record({ purpose: fc.constantFrom(...PURPOSES), channel: fc.constantFrom(...CHANNELS) }),
    }),
  },
  fc.record({
    exposures: fc.record({
      step: fc.constantFrom('SENT', 'OPENED', 'CLICKED', 'RESPONDED'),
      campaignId: fc.constantFrom(undefined, ...campaignIds),
      operator: comparison,
      count: fc.nat(3),
    }),
  }),
  fc.record({ lastExposure: fc.record({ operator: comparison, at: fc.constantFrom(...MOMENTS) }) }),
);
const { rule: ruleArbitrary } = fc.letrec<{ rule: object }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.record({ all: fc.array(tie('rule'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ any: fc.array(tie('rule'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ not: tie('rule') }),
  ),
}));

const happening = fc.record({
  who: fc.nat(4),
  what: fc.constantFrom('trait', 'grant', 'withdraw', 'expose', 'respond'),
  name: fc.constantFrom(...NAMES),
  source: fc.constantFrom(...SOURCES),
  value: fc.constantFrom(...TEXTS),
  at: fc.constantFrom(...MOMENTS),
  purpose: fc.constantFrom(...PURPOSES),
  channel: fc.constantFrom(...CHANNELS),
  campaignId: fc.constantFrom(...campaignIds),
  response: fc.constantFrom('OPENED', 'CLICKED', 'RESPONDED'),
  control: fc.boolean(),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** Lets something happen through the mutations. */
async function happen(customerId: string, happened: Happening): Promise<void> {
  const { what, name, source, value, at, purpose, channel, campaignId, response, control } = happened;
  const entry = { customerId, purpose, channel, source };
  if (what === 'trait') {
    await change(TRAIT, { input: { customerId, name, kind: 'CULTURAL', value, source, observedAt: at } });
  } else if (what === 'grant') await change(GRANT, { input: { ...entry, text: value } });
  else if (what === 'withdraw') await change(WITHDRAW, { input: entry });
  else if (what === 'expose') await change(EXPOSE, { input: { customerId, campaignId, sentAt: at, control } });
  else {
    const [exposure] = await subgraph.database.dataSource.manager.findBy(Exposure, { customerId, control: false });
    if (exposure) await change(RESPOND, { input: { exposureId: exposure.id, response } });
  }
}

/** Those of the customers whom the rule chooses, by plain code. Nobody without a row is known. */
async function chosen(rule: object, customerIds: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const id of customerIds) {
    const facts = await factsOf(id);
    const { manager } = subgraph.database.dataSource;
    const known =
      facts.traits.length + facts.consents.length > 0 || (await manager.existsBy(Exposure, { customerId: id }));
    if (known && belongs(rule, facts)) found.push(id);
  }
  return found.sort();
}

describe('a segment by rule', () => {
  it('has just the members whom plain code finds, for any rule and any rows', async () => {
    await fc.assert(
      fc.asyncProperty(ruleArbitrary, fc.array(happening, { minLength: 5, maxLength: 25 }), async (rule, rows) => {
        await retireAll();
        const customerIds = [0, 1, 2, 3, 4].map(() => uuid());
        const seen = new Set<string>();
        for (const row of rows) {
          const customerId = customerIds[row.who] ?? '';
          const entry = { id: uuid(), customerId };
          if (row.what === 'trait') {
            const key = `${customerId} ${row.name} ${row.source}`;
            if (seen.has(key)) continue;
            seen.add(key);
            const { name, source, value } = row;
            await insert(Trait, { ...entry, name, kind: 'CULTURAL', value, source, observedAt: new Date(row.at) });
          } else if (row.what === 'grant' || row.what === 'withdraw') {
            const action = row.what === 'grant' ? 'GRANTED' : 'WITHDRAWN';
            const { purpose, channel } = row;
            await insert(Consent, { ...entry, purpose, channel, action, at: new Date(row.at), source: 's', text: 't' });
          } else {
            const done = row.what === 'respond' && !row.control ? new Date() : null;
            await insert(Exposure, {
              ...entry,
              campaignId: row.campaignId,
              sentAt: new Date(row.at),
              control: row.control,
              openedAt: done,
              clickedAt: row.response === 'OPENED' ? null : done,
              respondedAt: row.response === 'RESPONDED' ? done : null,
            });
          }
        }
        const segmentId = await createSegment(rule);
        expect(await members(segmentId, customerIds)).toEqual(await chosen(rule, customerIds));
        const count = await subgraph.database.dataSource.manager.countBy(SegmentMembership, { segmentId });
        const { data } = await subgraph.ask(
          'query ($rule: SegmentRuleInput!) { previewSegment(rule: $rule) { count } }',
          { rule },
        );
        expect(data.previewSegment.count).toBe(count);
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  it('keeps its members up to date with each change, as if all were found anew', async () => {
    const customerIds: string[] = [];
    for (let i = 0; i < 5; i += 1) customerIds.push(await newCustomer());
    await fc.assert(
      fc.asyncProperty(
        fc.array(ruleArbitrary, { minLength: 2, maxLength: 3 }),
        fc.array(happening, { minLength: 3, maxLength: 10 }),
        async (rules, happenings) => {
          await retireAll();
          const segmentIds: string[] = [];
          for (const rule of rules) segmentIds.push(await createSegment(rule));
          await Promise.all(happenings.map((one) => happen(customerIds[one.who] ?? '', one)));
          for (const [place, segmentId] of segmentIds.entries()) {
            const kept = await members(segmentId, customerIds);
            expect(kept).toEqual(await chosen(rules[place] ?? {}, customerIds));
            await change(REFRESH, { id: segmentId });
            expect(await members(segmentId, customerIds)).toEqual(kept);
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 120_000);

  it('says its rule again as it was given, and in words', async () => {
    const rule = {
      all: [
        { any: [trait('age', 'AT_LEAST', ['30'], 'NUMBER'), { not: trait('age', 'EXISTS', []) }] },
        { consent: { purpose: 'MARKETING', channel: 'EMAIL' } },
        { exposures: { operator: 'LESS_THAN', count: 3, campaignId: campaignIds[0].toUpperCase() } },
        { lastExposure: { operator: 'LESS_THAN', at: '2026-03-01T01:00:00+01:00' } },
      ],
    };
    const id = await createSegment(rule);
    const { data } = await subgraph.ask(`query ($id: ID!) { segment(id: $id) { rule ruleTree { ${DEEP_TREE} } } }`, {
      id,
    });
    const shown = JSON.parse(JSON.stringify(data.segment.ruleTree, (_, value) => value ?? undefined));
    expect(shown).toEqual({
      all: [
        {
          any: [
            { trait: { name: 'age', operator: 'AT_LEAST', comparedAs: 'NUMBER', values: ['30'] } },
            { not: { trait: { name: 'age', operator: 'EXISTS', comparedAs: 'TEXT', values: [] } } },
          ],
        },
        { consent: { purpose: 'MARKETING', channel: 'EMAIL' } },
        { exposures: { step: 'SENT', campaignId: campaignIds[0], operator: 'LESS_THAN', count: 3 } },
        { lastExposure: { operator: 'LESS_THAN', at: '2026-03-01T00:00:00.000Z' } },
      ],
    });
    expect(data.segment.rule).toBe(
      `((age >= 30 (number) or not age is known) and consent MARKETING by EMAIL and exposures sent by campaign ${campaignIds[0]} < 3 and last exposure < 2026-03-01T00:00:00.000Z)`,
    );
  });

  it('takes in and lets go as the rule changes, and leaves `since` of those who stay', async () => {
    const [young, old] = [await newCustomer(), await newCustomer()];
    const record = (customerId: string, value: string) =>
      change(TRAIT, { input: { customerId, name: 'years', kind: 'DEMOGRAPHIC', value, source: 'form' } });
    await record(young, '20');
    await record(old, '70');
    const id = await createSegment(trait('years', 'GREATER_THAN', ['60'], 'NUMBER'));
    expect(await members(id, [young, old])).toEqual([old]);
    const sinceOf = async () =>
      (
        await subgraph.database.dataSource.manager.findOneByOrFail(SegmentMembership, {
          segmentId: id,
          customerId: old,
        })
      ).since;
    const since = await sinceOf();
    const rule = trait('years', 'EXISTS', []);
    const { segment } = await change(UPDATE, { id, input: { rule }, expectedVersion: 1 });
    expect(segment).toMatchObject({ version: 2, rule: 'years is known' });
    expect(await members(id, [young, old])).toEqual([young, old].sort());
    expect(await sinceOf()).toEqual(since);
    const stale = await subgraph.ask(UPDATE, { id, input: { rule: trait('x', 'EXISTS', []) }, expectedVersion: 1 });
    expect(stale.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
    expect(await members(id, [young, old])).toHaveLength(2);
    await change(UPDATE, { id, input: { name: `Renamed ${id}` } });
    expect(await members(id, [young, old])).toHaveLength(2);
  });

  it('overlooks nobody who changes while its rule does', async () => {
    const customerIds = await Promise.all([1, 2, 3, 4, 5, 6].map(newCustomer));
    const name = `hobby ${uuid()}`;
    const input = { name, kind: 'BEHAVIOURAL', value: 'chess', source: 'form' };
    const id = await createSegment(trait(name, 'EQUALS', ['go']));
    await Promise.all([
      ...customerIds.slice(0, 3).map((customerId) => change(TRAIT, { input: { ...input, customerId } })),
      change(UPDATE, { id, input: { rule: trait(name, 'EQUALS', ['chess']) } }),
      ...customerIds.slice(3).map((customerId) => change(TRAIT, { input: { ...input, customerId } })),
    ]);
    expect(await members(id, customerIds)).toEqual([...customerIds].sort());
  });

  it('finds its members anew only after those who are just changing', async () => {
    const customerId = await newCustomer();
    const input = { customerId, name: 'game', kind: 'BEHAVIOURAL', source: 'form' };
    await change(TRAIT, { input: { ...input, value: 'chess' } });
    const id = await createSegment(trait('game', 'EQUALS', ['chess']));
    const { changed, ruled } = await subgraph.database.dataSource.transaction(async (manager) => {
      // Holds up the change of the customer where it ends their membership.
      await manager.query('SELECT FROM segment_member WHERE segment_id = $1 FOR UPDATE', [id]);
      const customerChange = change(TRAIT, { input: { ...input, value: 'go' } });
      while ((await waiting()) < 1);
      const done = new Set<string>();
      const ruleChange = change(UPDATE, { id, input: { rule: trait('game', 'IN', ['chess', 'go']) } }).finally(() => {
        done.add('rule');
      });
      while ((await waiting()) < 2 && done.size === 0);
      return { changed: customerChange, ruled: ruleChange };
    });
    await Promise.all([changed, ruled]);
    expect(await members(id, [customerId])).toEqual([customerId]);
  });

  it('is made once by a call that comes twice', async () => {
    const input = { name: `Once ${uuid()}`, rule: trait('once', 'EXISTS', []) };
    const call = () => subgraph.ask(CREATE, { input, key: `once ${input.name}` });
    const [first, second] = await Promise.all([call(), call()]);
    expect(first.errors).toBeUndefined();
    expect(second).toEqual(first);
    const update = { id: first.data.segment.id, input: { description: 'Changed.' }, key: `update ${input.name}` };
    const changed = await change(UPDATE, update);
    expect(await change(UPDATE, update)).toEqual(changed);
    expect(changed.segment.version).toBe(2);
  });

  it('loses no change of two at once', async () => {
    const id = await createSegment(trait('x', 'EXISTS', []));
    const names = ['a', 'b', 'c', 'd'].map((letter) => `${letter} ${id}`);
    const answers = await Promise.all(
      names.map((name) => subgraph.ask(UPDATE, { id, input: { name }, expectedVersion: 1 })),
    );
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    const conflicts = answers.flatMap(({ errors }) => errors ?? []);
    expect(conflicts.map(({ extensions }) => extensions.code)).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
  });

  const deep = (levels: number): object => (levels === 1 ? trait('x', 'EXISTS', []) : { not: deep(levels - 1) });
  it.each([
    ['no condition', {}, 'input.rule'],
    ['two conditions at one place', { ...trait('x', 'EXISTS', []), not: trait('y', 'EXISTS', []) }, 'input.rule'],
    ['an empty list', { all: [] }, 'input.rule.all'],
    ['six levels', deep(6), 'input.rule'],
    ['a thousand levels', deep(1000), 'input.rule'],
    ['31 conditions', { all: [{ any: Array(30).fill(deep(1)) }, deep(1)] }, 'input.rule'],
    ['31 branches', { any: Array(31).fill(deep(1)) }, 'input.rule.any'],
    ['a value for EXISTS', trait('x', 'EXISTS', ['1']), 'input.rule.trait.values'],
    ['two values for EQUALS', trait('x', 'EQUALS', ['1', '2']), 'input.rule.trait.values'],
    ['no values for IN', trait('x', 'IN', []), 'input.rule.trait.values'],
    ['a number that is none', trait('x', 'EQUALS', ['1e3'], 'NUMBER'), 'input.rule.trait.values.0'],
    ['a day that is none', { not: trait('x', 'EQUALS', ['2026-02-30'], 'DATE') }, 'input.rule.not.trait.values.0'],
    ['a negative count', { exposures: { operator: 'EQUALS', count: -1 } }, 'input.rule.exposures.count'],
    [
      'an unknown campaign',
      { exposures: { operator: 'EQUALS', count: 1, campaignId: '018f0000-0000-7000-8000-000000000000' } },
      'input.rule',
    ],
  ])('is refused with %s, and nothing is written', async (_what, rule, argument) => {
    const { data, errors } = await subgraph.ask(CREATE, { input: { name: `Refused ${argument}`, rule } });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await subgraph.database.dataSource.manager.existsBy(Segment, { name: `Refused ${argument}` })).toBe(false);
  });

  it('is refused with a name that is taken, whatever the case, and beyond the fiftieth', async () => {
    const { manager } = subgraph.database.dataSource;
    const rule = trait('x', 'EXISTS', []);
    const id = await createSegment(rule);
    const { name } = await manager.findOneByOrFail(Segment, { id });
    const taken = await subgraph.ask(CREATE, { input: { name: name.toUpperCase(), rule } });
    expect(taken.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.name' });
    const ruleTree = { trait: { name: 'x', operator: 'EXISTS', comparedAs: 'TEXT', values: [] } } as const;
    const more: Partial<Segment>[] = [];
    while ((await manager.query('SELECT 1 FROM segment WHERE rule_tree IS NOT NULL')).length + more.length < 50) {
      more.push({ id: uuid(), name: `One more ${uuid()}`, ruleTree: ruleTree as never });
    }
    await insert(Segment, more as never);
    const tooMany = await subgraph.ask(CREATE, { input: { name: `Too many ${id}`, rule } });
    expect(tooMany.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'input.rule' });
    // All fifty are held against a customer in one statement.
    const customerId = await newCustomer();
    const statements = await subgraph.statements(() =>
      change(TRAIT, { input: { customerId, name: 'x', kind: 'CULTURAL', value: '1', source: 'form' } }),
    );
    expect(statements.filter((statement) => statement.includes('segment_member'))).toHaveLength(1);
    expect(await manager.countBy(SegmentMembership, { customerId })).toBe(50);
  });

  it('looks only at the rows of the customer who changes', async () => {
    const customerId = await newCustomer();
    await createSegment({
      any: [
        trait('x', 'GREATER_THAN', ['1'], 'NUMBER'),
        { not: trait('x', 'IN', ['2026-01-01'], 'DATE') },
        { consent: { purpose: 'MARKETING', channel: 'EMAIL' } },
        { consent: { purpose: 'MARKETING', channel: null } },
        { exposures: { step: 'OPENED', campaignId: campaignIds[0], operator: 'AT_LEAST', count: 2 } },
        { lastExposure: { operator: 'AT_LEAST', at: '2026-01-01T00:00:00Z' } },
      ],
    });
    const statements = await subgraph.statements(() =>
      change(TRAIT, { input: { customerId, name: 'x', kind: 'CULTURAL', value: '1', source: 'form' } }),
    );
    const reads = statements.filter((statement) => statement.includes('rule_tree') || statement.includes('wanted'));
    expect(reads).toHaveLength(2);
    for (const statement of reads) {
      const plan = await planOf(subgraph.database.dataSource, statement);
      expect(plan).toMatch(/Index (Only )?Scan/);
      expect(plan).not.toMatch(/Seq Scan/);
    }
  });

  it('leaves manual segments alone', async () => {
    const customerId = await newCustomer();
    const segmentId = uuid();
    await insert(Segment, { id: segmentId, name: segmentId, rule: 'the friends of the house' });
    await insert(SegmentMembership, { id: uuid(), segmentId, customerId });
    await change(TRAIT, { input: { customerId, name: 'x', kind: 'CULTURAL', value: '1', source: 'form' } });
    expect(await members(segmentId, [customerId])).toEqual([customerId]);
    const refused = await subgraph.ask(REFRESH, { id: segmentId });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' });
    const { segment } = await change(UPDATE, { id: segmentId, input: { description: 'Friends.' } });
    expect(segment).toMatchObject({ rule: 'the friends of the house', description: 'Friends.' });
    expect(await members(segmentId, [customerId])).toEqual([customerId]);
  });
});
