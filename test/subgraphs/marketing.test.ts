import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { v4 as uuid } from 'uuid';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { Campaign } from '../../subgraphs/marketing/entities/Campaign.js';
import { Consent } from '../../subgraphs/marketing/entities/Consent.js';
import { Exposure } from '../../subgraphs/marketing/entities/Exposure.js';
import { Offer } from '../../subgraphs/marketing/entities/Offer.js';
import { Proposition } from '../../subgraphs/marketing/entities/Proposition.js';
import { Segment } from '../../subgraphs/marketing/entities/Segment.js';
import { SegmentMembership } from '../../subgraphs/marketing/entities/SegmentMembership.js';
import { Trait } from '../../subgraphs/marketing/entities/Trait.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { askSubgraph, type GraphQLAnswer, startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';
import { withoutStanding } from '../support/withoutStanding.js';

let subgraph: TestSubgraph & { identity: TestSubgraph };
beforeAll(async () => {
  subgraph = await startTestSubgraph(marketing);
});
afterAll(() => subgraph.stop());

const NOBODY = '018f0000-0000-7000-8000-000000000000';

let serial = 0;
async function newCustomer(): Promise<string> {
  serial += 1;
  const { data } = await subgraph.identity.ask(
    `mutation ($input: IdentifyCustomerInput!) { identifyCustomer(input: $input) { customer { id } } }`,
    { input: { displayName: `Person ${serial}`, emails: [`person${serial}@example.com`] } },
  );
  return data.identifyCustomer.customer.id;
}

/** A moment of 2026, by month and day. */
const day = (month: number, date: number) => new Date(Date.UTC(2026, month - 1, date));

const insert: typeof subgraph.database.dataSource.manager.insert = (entity, rows) =>
  subgraph.database.dataSource.manager.insert(entity, rows);

async function newCampaign(more: Partial<Campaign> = {}): Promise<string> {
  const id = uuid();
  await insert(Campaign, {
    id,
    name: 'Spring',
    channel: 'EMAIL',
    controlShareText: '0.1',
    startsAt: day(3, 1),
    ...more,
  });
  return id;
}

async function newExposure(campaignId: string, customerId: string, more: Partial<Exposure> = {}): Promise<string> {
  const id = uuid();
  await insert(Exposure, { id, campaignId, customerId, sentAt: day(3, 2), control: false, ...more });
  return id;
}

const ENTRY = 'id customer { id } purpose channel action source text note at recordedAt';
const GRANT = `mutation ($input: GrantConsentInput!) { consent: grantConsent(input: $input) { ${ENTRY} } }`;
const WITHDRAW = `mutation ($input: WithdrawConsentInput!) { consent: withdrawConsent(input: $input) { ${ENTRY} } }`;

interface Entry {
  id: string;
  at: string;
  recordedAt: string;
  purpose: string;
  channel: string | null;
  action: string;
}

async function grant(customerId: string, more: object = {}): Promise<Entry> {
  const input = { customerId, purpose: 'MARKETING', source: 'web form', text: 'You may send me offers.', ...more };
  const { data, errors } = await subgraph.ask(GRANT, { input });
  expect(errors).toBeUndefined();
  return data.consent;
}

async function withdraw(customerId: string, more: object = {}): Promise<Entry> {
  const { data, errors } = await subgraph.ask(WITHDRAW, {
    input: { customerId, purpose: 'MARKETING', source: 'call centre', ...more },
  });
  expect(errors).toBeUndefined();
  return data.consent;
}

/** What holds for a customer, as `PURPOSE CHANNEL ACTION`. */
async function standing(customerId: string, asOf?: string): Promise<string[]> {
  const argument = asOf === undefined ? '' : `(asOf: "${asOf}")`;
  const [{ consents }] = await subgraph.entities(
    'Customer',
    [customerId],
    `consents${argument} { purpose channel action }`,
  );
  return consents.map(({ purpose, channel, action }: Entry) => `${purpose} ${channel ?? 'all'} ${action}`);
}

async function ledgerSize(): Promise<number> {
  return (await subgraph.ask('{ consents { totalCount } }')).data.consents.totalCount;
}

describe('grantConsent', () => {
  it('records who agreed to what, where, when and under which words', async () => {
    const customerId = await newCustomer();
    const before = Date.now();
    const entry = await grant(customerId.toUpperCase(), { channel: 'EMAIL', text: '  Yes, by email.  ' });
    expect(entry).toMatchObject({
      customer: { id: customerId },
      purpose: 'MARKETING',
      channel: 'EMAIL',
      action: 'GRANTED',
      source: 'web form',
      text: 'Yes, by email.',
      recordedAt: entry.at,
    });
    // Postgres runs on this machine: its clock is ours.
    expect(Date.parse(entry.at)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(entry.at)).toBeLessThanOrEqual(Date.now());
    expect(await standing(customerId)).toEqual(['MARKETING EMAIL GRANTED']);
  });

  it('changes nothing when it is repeated, also by several at once', async () => {
    const customerId = await newCustomer();
    for (let round = 1; round <= 3; round += 1) {
      const entries = await Promise.all([1, 2, 3, 4, 5].map(() => grant(customerId, { text: `Version ${round}.` })));
      expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
    }
  });

  it.each([
    ['under another text', { text: 'You may send me offers, version 2.' }],
    ['from another source', { source: 'app' }],
    ['for another channel', { channel: 'SMS' }],
    ['for another purpose', { purpose: 'RESEARCH' }],
  ])('is a new entry %s', async (_what, more) => {
    const customerId = await newCustomer();
    const first = await grant(customerId);
    expect((await grant(customerId, more)).id).not.toBe(first.id);
  });

  it('is a new entry after a withdrawal', async () => {
    const customerId = await newCustomer();
    const first = await grant(customerId, { channel: 'SMS' });
    await withdraw(customerId);
    const second = await grant(customerId, { channel: 'SMS' });
    expect(second.id).not.toBe(first.id);
    expect(await standing(customerId)).toEqual(['MARKETING all WITHDRAWN', 'MARKETING SMS GRANTED']);
  });

  it.each([
    ['an unknown customer', { customerId: NOBODY }, 'input.customerId'],
    ['a customer id that is no UUID', { customerId: '42' }, 'input.customerId'],
    ['no source', { source: ' ' }, 'input.source'],
    ['a source over its limit', { source: 'x'.repeat(101) }, 'input.source'],
    ['no text', { text: '' }, 'input.text'],
    ['a text over its limit', { text: 'x'.repeat(10_001) }, 'input.text'],
    ['a text with a NUL character', { text: 'a\0b' }, 'input.text'],
  ])('refuses %s and writes nothing', async (_what, more, argument) => {
    const customerId = await newCustomer();
    const before = await ledgerSize();
    const input = { customerId, purpose: 'MARKETING', source: 'web form', text: 'Yes.', ...more };
    const { data, errors } = await subgraph.ask(GRANT, { input });
    // Refused before anything ran, or while it did.
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await ledgerSize()).toBe(before);
  });

  it('takes no time from the caller', async () => {
    const input = { customerId: NOBODY, purpose: 'MARKETING', source: 'web form', text: 'Yes.', at: day(1, 1) };
    const { errors } = await subgraph.ask(GRANT, { input });
    expect(errors?.[0]?.message).toContain('"at" is not defined');
  });
});

describe('withdrawConsent', () => {
  it('ends what was granted', async () => {
    const customerId = await newCustomer();
    await grant(customerId, { channel: 'EMAIL' });
    const entry = await withdraw(customerId, { channel: 'EMAIL', note: 'Too many emails.' });
    expect(entry).toMatchObject({ action: 'WITHDRAWN', text: null, note: 'Too many emails.', source: 'call centre' });
    expect(await standing(customerId)).toEqual(['MARKETING EMAIL WITHDRAWN']);
  });

  it('is never refused: what was never granted is withdrawn too', async () => {
    const customerId = await newCustomer();
    expect(await withdraw(customerId)).toMatchObject({ action: 'WITHDRAWN', text: null, note: null });
    expect(await standing(customerId)).toEqual(['MARKETING all WITHDRAWN']);
  });

  it('changes nothing when all of it is withdrawn already', async () => {
    const customerId = await newCustomer();
    const first = await withdraw(customerId, { channel: 'EMAIL' });
    expect((await withdraw(customerId, { channel: 'EMAIL', note: 'Again!' })).id).toBe(first.id);
    const all = await withdraw(customerId);
    expect((await withdraw(customerId)).id).toBe(all.id);
    // A grant for one channel came in between: then it is not a repetition.
    await grant(customerId, { channel: 'EMAIL' });
    expect((await withdraw(customerId)).id).not.toBe(all.id);
  });

  it('for all channels ends the grants for single ones, of that purpose only', async () => {
    const customerId = await newCustomer();
    await grant(customerId, { channel: 'EMAIL' });
    await grant(customerId, { channel: 'SMS' });
    await grant(customerId, { channel: 'SMS', purpose: 'RESEARCH' });
    await withdraw(customerId);
    expect(await standing(customerId)).toEqual(['MARKETING all WITHDRAWN', 'RESEARCH SMS GRANTED']);
  });

  it('for one channel stands against a later grant for all', async () => {
    const customerId = await newCustomer();
    await withdraw(customerId, { channel: 'SMS' });
    await grant(customerId);
    expect(await standing(customerId)).toEqual(['MARKETING all GRANTED', 'MARKETING SMS WITHDRAWN']);
    await withdraw(customerId);
    await grant(customerId);
    expect(await standing(customerId)).toEqual(['MARKETING all GRANTED', 'MARKETING SMS WITHDRAWN']);
  });

  it.each([
    ['an unknown customer', { customerId: NOBODY }, 'input.customerId'],
    ['a customer id that is no UUID', { customerId: '42' }, 'input.customerId'],
    ['no source', { source: '' }, 'input.source'],
    ['a note over its limit', { note: 'x'.repeat(10_001) }, 'input.note'],
  ])('refuses %s and writes nothing', async (_what, more, argument) => {
    const customerId = await newCustomer();
    const before = await ledgerSize();
    const { errors } = await subgraph.ask(WITHDRAW, {
      input: { customerId, purpose: 'MARKETING', source: 'web form', ...more },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await ledgerSize()).toBe(before);
  });

  it('goes on with identity down for whoever is in the ledger; nothing else can be written then', async () => {
    const known = await newCustomer();
    const unknown = await newCustomer();
    await grant(known);
    const { options } = subgraph.database.dataSource;
    const config = {
      host: '127.0.0.1',
      port: 0,
      identityUrl: 'http://127.0.0.1:1/graphql',
      signingKeys: [TEST_SIGNING_KEY],
      poolSize: 2,
    };
    const databaseUrl = 'url' in options ? String(options.url) : '';
    const alone = await startSubgraph(marketing, { ...config, databaseUrl }, pino({ level: 'silent' }));
    try {
      const input = { purpose: 'MARKETING', source: 'unsubscribe link' };
      const done = await askSubgraph('marketing', alone.url, WITHDRAW, { input: { ...input, customerId: known } });
      expect(done.data.consent.action).toBe('WITHDRAWN');
      const refused = await askSubgraph('marketing', alone.url, WITHDRAW, { input: { ...input, customerId: unknown } });
      expect(refused.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
    } finally {
      await alone.stop();
    }
    expect(await standing(known)).toEqual(['MARKETING all WITHDRAWN']);
    expect(await standing(unknown)).toEqual([]);
  });
});

describe('the consent ledger', () => {
  it('refuses any change, also from those who reach the table', async () => {
    const { id } = await grant(await newCustomer());
    const { manager } = subgraph.database.dataSource;
    await expect(manager.query(`UPDATE consent_event SET action = 'GRANTED' WHERE id = $1`, [id])).rejects.toThrow(
      'append-only: UPDATE',
    );
    await expect(manager.query('DELETE FROM consent_event WHERE id = $1', [id])).rejects.toThrow('append-only: DELETE');
    await expect(manager.query('TRUNCATE consent_event')).rejects.toThrow('append-only: TRUNCATE');
    expect((await subgraph.ask('query ($id: ID!) { consent(id: $id) { id } }', { id })).data.consent).toEqual({ id });
  });

  it('refuses an entry from the future', async () => {
    const entry = {
      id: uuid(),
      customerId: NOBODY,
      purpose: 'MARKETING',
      action: 'WITHDRAWN',
      source: 'test',
    } as const;
    const tomorrow = new Date(Date.now() + 86_400_000);
    await expect(insert(Consent, { ...entry, at: tomorrow })).rejects.toThrow('in the future');
  });

  it('tells what held at a moment, entries of that very moment included', async () => {
    const customerId = await newCustomer();
    const granted = await grant(customerId);
    let withdrawn = await withdraw(customerId);
    while (withdrawn.at === granted.at) {
      await grant(customerId, { text: `again ${Math.random()}` });
      withdrawn = await withdraw(customerId);
    }
    const justBefore = new Date(Date.parse(granted.at) - 1).toISOString();
    expect(await standing(customerId, justBefore)).toEqual([]);
    expect(await standing(customerId, withdrawn.at)).toEqual(['MARKETING all WITHDRAWN']);
    const beforeWithdrawal = new Date(Date.parse(withdrawn.at) - 1).toISOString();
    expect(await standing(customerId, beforeWithdrawal)).toEqual(['MARKETING all GRANTED']);
  });

  it('brings back, at an earlier moment, a grant that a later withdrawal for all channels ended', async () => {
    const customerId = await newCustomer();
    const entry = { customerId, purpose: 'MARKETING', source: 'import', text: 'Yes' } as const;
    await insert(Consent, { ...entry, id: uuid(), channel: 'EMAIL', action: 'GRANTED', at: day(1, 1) });
    await insert(Consent, { ...entry, id: uuid(), channel: null, action: 'WITHDRAWN', at: day(2, 1) });
    expect(await standing(customerId)).toEqual(['MARKETING all WITHDRAWN']);
    expect(await standing(customerId, day(1, 15).toISOString())).toEqual(['MARKETING EMAIL GRANTED']);
  });

  it('takes entries of one moment in the order in which they were recorded, in every list', async () => {
    const customerId = await newCustomer();
    const entry = { customerId, purpose: 'MARKETING', channel: null, source: 'old crm', at: day(1, 5) } as const;
    // Random ids: their order says nothing.
    for (let i = 0; i < 8; i += 1) {
      await insert(Consent, { ...entry, id: uuid(), action: i % 2 ? 'WITHDRAWN' : 'GRANTED', text: `entry ${i}` });
    }
    const latest = await subgraph.entities('Customer', [customerId], 'consents { text }');
    expect(latest[0].consents).toEqual([{ text: 'entry 7' }]);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data }: GraphQLAnswer = await subgraph.ask(
        `query ($representations: [_Any!]!, $after: String) { _entities(representations: $representations) {
          ... on Customer { consentHistory(first: 3, after: $after) {
            totalCount nodes { text recordedAt } pageInfo { hasNextPage endCursor }
          } }
        } }`,
        { representations: [{ __typename: 'Customer', id: customerId }], after },
      );
      const { totalCount, nodes, pageInfo } = data._entities[0].consentHistory;
      expect(totalCount).toBe(8);
      seen.push(...nodes.map(({ text }: { text: string }) => text));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1, 0].map((i) => `entry ${i}`));
  });

  it('does not say what will hold in the future', async () => {
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Customer { consents(asOf: "2999-01-01T00:00:00Z") { id } } } }`;
    const { data, errors } = await subgraph.ask(query, { representations: [{ __typename: 'Customer', id: NOBODY }] });
    expect(data).toEqual({ _entities: [{ consents: null }] });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'asOf' });
  });
});

describe('metrics', () => {
  const METRICS = `exposureCount { value explain { formula inputs { name value } n } }
    responseRate { value explain { formula inputs { name value } n } }`;

  it('count what was sent and the share that was responded to, without the control group', async () => {
    const customerId = await newCustomer();
    const campaignId = await newCampaign();
    await newExposure(campaignId, customerId, { openedAt: day(3, 3), respondedAt: day(3, 4) });
    await newExposure(campaignId, customerId, { openedAt: day(3, 3) });
    await newExposure(campaignId, customerId);
    await newExposure(campaignId, customerId, { respondedAt: day(3, 5) });
    await newExposure(campaignId, customerId);
    await newExposure(campaignId, customerId, { control: true, respondedAt: day(3, 6) });
    const [metrics] = await subgraph.entities('Customer', [customerId], METRICS);
    expect(metrics).toEqual({
      exposureCount: {
        value: 5,
        explain: {
          formula: 'exposures - control',
          inputs: [
            { name: 'exposures', value: '6' },
            { name: 'control', value: '1' },
          ],
          n: 6,
        },
      },
      responseRate: {
        value: 0.4,
        explain: {
          formula: 'responded / sent',
          inputs: [
            { name: 'responded', value: '2' },
            { name: 'sent', value: '5' },
          ],
          n: 5,
        },
      },
    });
  });

  it('are zero and null for whom nothing was sent', async () => {
    const onlyControl = await newCustomer();
    await newExposure(await newCampaign(), onlyControl, { control: true });
    const both = await subgraph.entities('Customer', [await newCustomer(), onlyControl], METRICS);
    for (const { exposureCount, responseRate } of both) {
      expect([exposureCount.value, responseRate.value, responseRate.explain.n]).toEqual([0, null, 0]);
    }
  });
});

/** The campaigns on the channel LETTER. */
const letterCampaigns = (orderBy: string) =>
  subgraph.ask(`{ campaigns(filter: { channel: LETTER }, orderBy: ${orderBy}) {
    totalCount nodes { name budget { amount currency } controlShare startsAt endsAt } } }`);

const names = ({ nodes }: { nodes: { name: string }[] }) => nodes.map(({ name }) => name);

async function countExposures(filter: object): Promise<number> {
  const query = 'query ($filter: ExposureFilter) { exposures(filter: $filter) { totalCount } }';
  return (await subgraph.ask(query, { filter })).data.exposures.totalCount;
}

describe('lists', () => {
  it('show campaigns, filtered by channel and sorted, with budget and control share', async () => {
    await newCampaign({ name: 'b mail', channel: 'LETTER', startsAt: day(1, 1) });
    await newCampaign({
      name: 'A mail',
      channel: 'LETTER',
      startsAt: day(1, 2),
      budgetAmount: '1250.5',
      budgetCurrency: 'EUR',
      controlShareText: '0.25',
    });
    const { data } = await letterCampaigns('NAME_ASC');
    expect(data.campaigns).toEqual({
      totalCount: 2,
      nodes: [
        {
          name: 'A mail',
          budget: { amount: '1250.50', currency: 'EUR' },
          controlShare: 0.25,
          startsAt: '2026-01-02T00:00:00.000Z',
          endsAt: null,
        },
        { name: 'b mail', budget: null, controlShare: 0.1, startsAt: '2026-01-01T00:00:00.000Z', endsAt: null },
      ],
    });
    expect(names((await letterCampaigns('STARTS_AT_ASC')).data.campaigns)).toEqual(['b mail', 'A mail']);
    expect(names((await letterCampaigns('STARTS_AT_DESC')).data.campaigns)).toEqual(['A mail', 'b mail']);
  });

  it("show a campaign's exposures, each once, page by page", async () => {
    const campaignId = await newCampaign();
    const customerId = await newCustomer();
    const ids: string[] = [];
    // Two by two at the same moment.
    for (let i = 0; i < 7; i += 1) {
      ids.push(await newExposure(campaignId, customerId, { sentAt: day(4, 1 + Math.floor(i / 2)) }));
    }
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data }: GraphQLAnswer = await subgraph.ask(
        `query ($id: ID!, $after: String) { campaign(id: $id) {
          exposures(first: 2, after: $after, orderBy: SENT_AT_ASC) { totalCount nodes { id } pageInfo { hasNextPage endCursor } }
        } }`,
        { id: campaignId, after },
      );
      const { totalCount, nodes, pageInfo } = data.campaign.exposures;
      expect(totalCount).toBe(7);
      seen.push(...nodes.map(({ id }: { id: string }) => id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect([...seen].sort()).toEqual([...ids].sort());
    expect(await countExposures({ campaignId })).toBe(7);
    expect(await countExposures({ campaignId, customerId: NOBODY })).toBe(0);
    expect(await countExposures({ customerId: 'x' })).toBe(0);
    expect(await countExposures({ customerId: '' })).toBe(0);
  });

  it('show segments with their members, and customers with their segments', async () => {
    const [first, second] = [await newCustomer(), await newCustomer()];
    const segmentId = uuid();
    await insert(Segment, { id: segmentId, name: 'Early Risers', rule: 'orders before 8', createdAt: day(1, 1) });
    await expect(insert(Segment, { id: uuid(), name: 'early risers' })).rejects.toThrow('segment_name');
    await insert(SegmentMembership, [
      { id: uuid(), segmentId, customerId: first, since: day(2, 1) },
      { id: uuid(), segmentId, customerId: second, since: day(2, 2) },
    ]);
    const { data } = await subgraph.ask(`{ segments(filter: { name: "EARLY risers" }) { totalCount nodes {
      id name rule description createdAt members { totalCount nodes { since customer { id } } } } } }`);
    expect(data.segments).toEqual({
      totalCount: 1,
      nodes: [
        {
          id: segmentId,
          name: 'Early Risers',
          rule: 'orders before 8',
          description: null,
          createdAt: '2026-01-01T00:00:00.000Z',
          members: {
            totalCount: 2,
            nodes: [
              { since: '2026-02-02T00:00:00.000Z', customer: { id: second } },
              { since: '2026-02-01T00:00:00.000Z', customer: { id: first } },
            ],
          },
        },
      ],
    });
    const selection = 'segments { totalCount nodes { since segment { name } } }';
    const [customer] = await subgraph.entities('Customer', [first], selection);
    const node = { since: '2026-02-01T00:00:00.000Z', segment: { name: 'Early Risers' } };
    expect(customer.segments).toEqual({ totalCount: 1, nodes: [node] });
  });

  it("show a customer's traits by kind, and everybody's by name", async () => {
    const customerId = await newCustomer();
    const trait = { customerId, source: 'survey' } as const;
    const rows = [
      { ...trait, id: uuid(), name: 'lights', kind: 'BEHAVIOURAL', value: 'candles', observedAt: day(1, 1) },
      { ...trait, id: uuid(), name: 'age_group', kind: 'DEMOGRAPHIC', value: '35-44', observedAt: day(1, 3) },
      { ...trait, id: uuid(), name: 'pace', kind: 'BEHAVIOURAL', value: 'slow', observedAt: day(1, 2) },
    ] as const;
    await insert(Trait, [...rows]);
    await expect(insert(Trait, { ...rows[0], id: uuid(), value: 'lamps' })).rejects.toThrow('duplicate key');
    const selection = `all: traits { nodes { name } }
      byName: traits(orderBy: NAME_ASC) { nodes { name } }
      behaviour: traits(filter: { kind: BEHAVIOURAL }) { totalCount nodes { name kind value source observedAt } }`;
    const [{ all, byName, behaviour }] = await subgraph.entities('Customer', [customerId], selection);
    expect([names(all), names(byName)]).toEqual([
      ['age_group', 'pace', 'lights'],
      ['age_group', 'lights', 'pace'],
    ]);
    expect(behaviour.totalCount).toBe(2);
    expect(behaviour.nodes[1]).toEqual({
      name: 'lights',
      kind: 'BEHAVIOURAL',
      value: 'candles',
      source: 'survey',
      observedAt: '2026-01-01T00:00:00.000Z',
    });
    const { data } = await subgraph.ask('{ traits(filter: { name: "lights" }) { totalCount nodes { value } } }');
    expect(data.traits).toEqual({ totalCount: 1, nodes: [{ value: 'candles' }] });
  });

  it('show the ledger by customer and by purpose', async () => {
    const customerId = await newCustomer();
    await grant(customerId, { purpose: 'PROFILING' });
    await grant(customerId, { purpose: 'THIRD_PARTY' });
    await withdraw(customerId, { purpose: 'THIRD_PARTY' });
    const { data } = await subgraph.ask(
      `query ($id: ID!) {
        all: consents(filter: { customerId: $id }) { totalCount nodes { purpose action } }
        one: consents(filter: { customerId: $id, purpose: THIRD_PARTY }, orderBy: AT_ASC) { totalCount nodes { action } }
      }`,
      { id: customerId },
    );
    expect(data.all.totalCount).toBe(3);
    expect(data.all.nodes[0]).toEqual({ purpose: 'THIRD_PARTY', action: 'WITHDRAWN' });
    expect(data.one).toEqual({ totalCount: 2, nodes: [{ action: 'GRANTED' }, { action: 'WITHDRAWN' }] });
  });

  it.each(['segment', 'trait', 'campaign', 'exposure', 'consent', 'proposition', 'offer'])(
    '%s(id) is null when there is none',
    async (field) => {
      const { data, errors } = await subgraph.ask(
        `{ a: ${field}(id: "${NOBODY}") { id } b: ${field}(id: "42") { id } }`,
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({ a: null, b: null });
    },
  );

  it.each(['segments', 'traits', 'campaigns', 'exposures', 'consents', 'propositions', 'offers'])(
    '%s refuses a bad page',
    async (field) => {
      for (const [args, argument] of [
        ['first: 0', 'first'],
        ['first: 101', 'first'],
        ['after: "nonsense"', 'after'],
      ]) {
        const { errors } = await subgraph.ask(`{ ${field}(${args}) { nodes { id } } }`);
        expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
      }
    },
  );

  it('refuse a name that no row can have', async () => {
    for (const query of ['segments(filter: { name: "a\\u0000" })', 'traits(filter: { name: "" })']) {
      const { errors } = await subgraph.ask(`{ ${query} { totalCount } }`);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'filter.name' });
    }
  });

  it('come off an index, whatever the filter and the order', async () => {
    const id = `"${NOBODY}"`;
    const lists: Record<string, [filters: string[], orders: string[]]> = {
      // Its one filter, the name, finds one row at most: any order will do for it.
      segments: [['{}'], ['NAME_ASC', 'CREATED_AT_DESC']],
      traits: [
        ['{}', `{ customerId: ${id} }`, '{ name: "x" }', '{ source: "x" }'],
        ['OBSERVED_AT_DESC', 'NAME_ASC'],
      ],
      campaigns: [
        ['{}', '{ channel: SMS }'],
        ['STARTS_AT_DESC', 'STARTS_AT_ASC', 'NAME_ASC'],
      ],
      exposures: [
        [
          '{}',
          `{ customerId: ${id} }`,
          `{ campaignId: ${id} }`,
          '{ outcome: CLICKED }',
          `{ customerId: ${id}, outcome: CONTROL }`,
          `{ campaignId: ${id}, outcome: SENT }`,
        ],
        ['SENT_AT_DESC', 'SENT_AT_ASC'],
      ],
      propositions: [
        ['{}', `{ segmentId: ${id} }`],
        ['NAME_ASC', 'CREATED_AT_DESC'],
      ],
      offers: [
        ['{}', `{ propositionId: ${id} }`, `{ campaignId: ${id} }`],
        ['VALID_FROM_DESC', 'VALID_FROM_ASC', 'NAME_ASC'],
      ],
      consents: [
        ['{}', `{ customerId: ${id} }`, '{ purpose: RESEARCH }', `{ customerId: ${id}, purpose: RESEARCH }`],
        ['AT_DESC', 'AT_ASC'],
      ],
    };
    const roots = Object.entries(lists).flatMap(([field, [filters, orders]]) =>
      filters.flatMap((filter) =>
        orders.map((order) => `${field}(filter: ${filter}, orderBy: ${order}) { nodes { id } }`),
      ),
    );
    const statements: string[] = [];
    for (const root of roots) statements.push(...(await subgraph.statements(() => subgraph.ask(`{ ${root} }`))));
    expect(statements).toHaveLength(roots.length);
    for (const list of [
      'segments(orderBy: SINCE_ASC)',
      'traits(filter: { kind: CULTURAL })',
      'traits(filter: { kind: CULTURAL }, orderBy: NAME_ASC)',
      'traits(filter: { name: "x" })',
      'traits(filter: { name: "x" }, orderBy: NAME_ASC)',
      'exposures(orderBy: SENT_AT_ASC)',
      'exposures(filter: { outcome: RESPONDED })',
      'consentHistory',
    ]) {
      const work = () => subgraph.entities('Customer', [NOBODY], `${list} { nodes { id } }`);
      statements.push(...(await subgraph.statements(work)));
    }
    await subgraph.database.dataSource.transaction(async (manager) => {
      for (const way of ['seqscan', 'bitmapscan', 'sort', 'incremental_sort']) {
        await manager.query(`SET LOCAL enable_${way} = off`);
      }
      for (const statement of statements) {
        const plan: { 'QUERY PLAN': string }[] = await manager.query(`EXPLAIN (GENERIC_PLAN) ${statement}`);
        const lines = withoutStanding(plan.map((line) => line['QUERY PLAN']).join('\n'));
        expect(`${statement}\n${lines}`).toMatch(/Index (Only )?Scan/);
        expect(`${statement}\n${lines}`).not.toMatch(/Seq Scan|Sort Key|Filter:/);
      }
    });
  });
});

describe('_entities', () => {
  it('runs as many statements for fifty customers as for one, whatever is asked', async () => {
    const segmentId = uuid();
    await insert(Segment, { id: segmentId, name: `Segment ${segmentId}` });
    const propositionId = uuid();
    await insert(Proposition, { id: propositionId, segmentId, name: 'P', price: 'Fair.' });
    const ids: string[] = [];
    for (let i = 0; i < 50; i += 1) {
      const customerId = uuid();
      ids.push(customerId);
      await insert(SegmentMembership, { id: uuid(), segmentId, customerId, since: day(1, 1) });
      const trait = { customerId, kind: 'CULTURAL', value: 'x', source: 's', observedAt: day(1, 1) } as const;
      for (const name of ['a', 'b', 'c']) await insert(Trait, { ...trait, id: uuid(), name });
      const campaignId = await newCampaign();
      for (let n = 0; n < 3; n += 1) await newExposure(campaignId, customerId);
      const offer = { propositionId, campaignId, validFrom: day(1, 1), priceAmount: '1', priceCurrency: 'EUR' };
      for (let n = 0; n < 3; n += 1) await insert(Offer, { ...offer, id: uuid(), name: 'O' });
      const entry = { customerId, purpose: 'MARKETING', source: 's', text: 'Yes', at: day(1, 1) } as const;
      for (const channel of ['SMS', 'EMAIL', 'APP'] as const) {
        await insert(Consent, { ...entry, id: uuid(), channel, action: 'GRANTED' });
      }
    }
    const selection = `id
      segments(first: 2) { totalCount nodes { since customer { id } segment {
        name ruleTree { trait { name } } members(first: 2) { totalCount nodes { id } }
        propositions(first: 2) { totalCount nodes { id segment { id } offers(first: 2) { totalCount nodes { id } } } } } } }
      traits(first: 2) { totalCount nodes { name customer { id } } }
      cultural: traits(first: 2, filter: { kind: CULTURAL }, orderBy: NAME_ASC) { totalCount nodes { name } }
      exposures(first: 2) { totalCount nodes { sentAt customer { id } campaign {
        name budget { amount } exposures(first: 2) { totalCount nodes { id } }
        opened: exposures(first: 2, filter: { outcome: OPENED }) { totalCount nodes { id } }
        offers(first: 2) { totalCount nodes { id price { amount } proposition { id } campaign { id } } }
        performance { sent { value } reach { value } control { value } opened { value } clicked { value }
          responded { value } responseRate { value explain { n } } } } } }
      clicked: exposures(first: 2, filter: { outcome: CLICKED }) { totalCount nodes { outcome } }
      named: traits(first: 2, filter: { name: "a" }) { totalCount nodes { value } }
      mayContact(purpose: MARKETING, channel: EMAIL) { allowed reason consent { id } }
      sms: mayContact(purpose: RESEARCH, channel: SMS, asOf: "2026-01-02T00:00:00Z") { allowed reason }
      consents { purpose customer { id } }
      earlier: consents(asOf: "2026-01-02T00:00:00Z") { purpose }
      consentHistory(first: 2) { totalCount nodes { at } }
      exposureCount { value } responseRate { value }`;
    let entities: Awaited<ReturnType<typeof subgraph.entities>> = [];
    const one = await subgraph.statements(() => subgraph.entities('Customer', ids.slice(0, 1), selection));
    const fifty = await subgraph.statements(async () => {
      entities = await subgraph.entities('Customer', ids, selection);
    });
    expect(fifty).toHaveLength(one.length);
    expect(fifty.length).toBeGreaterThan(0);
    expect(entities.map(({ id }) => id)).toEqual(ids);
    for (const { traits, exposures, consents, earlier, consentHistory } of entities) {
      expect([traits.totalCount, traits.nodes.length, exposures.totalCount, exposures.nodes.length]).toEqual([
        3, 2, 3, 2,
      ]);
      expect([consents.length, earlier.length, consentHistory.totalCount]).toEqual([3, 3, 3]);
    }
  });

  it('answers for any customer by a canonical id, with null for an id that is no UUID', async () => {
    const id = uuid();
    const entities = await subgraph.entities('Customer', [id.toUpperCase(), 'x', id], 'id exposureCount { value }');
    const customer = { id, exposureCount: { value: 0 } };
    expect(entities).toEqual([customer, null, customer]);
  });

  it('finds what marketing owns by id, in order, with null for what is unknown or malformed', async () => {
    const customerId = await newCustomer();
    const campaignId = await newCampaign();
    const [segmentId, membershipId, traitId, propositionId, offerId] = [uuid(), uuid(), uuid(), uuid(), uuid()];
    await insert(Segment, { id: segmentId, name: segmentId });
    await insert(Proposition, { id: propositionId, segmentId, name: 'P', price: 'Fair.' });
    const offer = { id: offerId, name: 'O', campaignId, validFrom: day(1, 1) };
    await insert(Offer, { ...offer, priceAmount: '1', priceCurrency: 'EUR' });
    await insert(SegmentMembership, { id: membershipId, segmentId, customerId });
    const trait = { customerId, name: 'n', kind: 'CULTURAL', value: 'v', source: 's', observedAt: day(1, 1) } as const;
    await insert(Trait, { ...trait, id: traitId });
    const ids = {
      Campaign: campaignId,
      Exposure: await newExposure(campaignId, customerId),
      Segment: segmentId,
      SegmentMembership: membershipId,
      Trait: traitId,
      Consent: (await grant(customerId)).id,
      Proposition: propositionId,
      Offer: offerId,
    };
    for (const [typename, id] of Object.entries(ids)) {
      expect(await subgraph.entities(typename, [id, 'x', NOBODY, id.toUpperCase()], 'id')).toEqual([
        { id },
        null,
        null,
        { id },
      ]);
    }
  });
});
