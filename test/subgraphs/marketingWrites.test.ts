import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Client } from 'pg';
import { pino } from 'pino';
import { v4 as uuid } from 'uuid';
import { migrateSubgraph } from '../../subgraphs/kit/ownership/migrateSubgraph.js';
import { startSubgraph } from '../../subgraphs/kit/serve/startSubgraph.js';
import { Campaign } from '../../subgraphs/marketing/entities/Campaign.js';
import { Consent } from '../../subgraphs/marketing/entities/Consent.js';
import { Exposure } from '../../subgraphs/marketing/entities/Exposure.js';
import { Offer } from '../../subgraphs/marketing/entities/Offer.js';
import { Proposition } from '../../subgraphs/marketing/entities/Proposition.js';
import { Segment } from '../../subgraphs/marketing/entities/Segment.js';
import { Trait } from '../../subgraphs/marketing/entities/Trait.js';
import { marketing } from '../../subgraphs/marketing/subgraph.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { createTestDatabase } from '../support/postgres.js';
import { askSubgraph, startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';

let subgraph: TestSubgraph & { identity: TestSubgraph };
beforeAll(async () => {
  subgraph = await startTestSubgraph(marketing);
});
afterAll(() => subgraph.stop());

const NOBODY = '018f0000-0000-7000-8000-000000000000';

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

async function newSegment(): Promise<string> {
  const id = uuid();
  await insert(Segment, { id, name: id });
  return id;
}

const day = (month: number, date: number) => new Date(Date.UTC(2026, month - 1, date));

// Each mutation as `row`. ---------------------------------------------------------------------------------------------

const TRAIT = 'id customer { id } name kind value source observedAt version updatedAt';
const CAMPAIGN =
  'id name channel objective budget { amount currency } controlShare startsAt endsAt version createdAt updatedAt';
const EXPOSURE =
  'id customer { id } campaign { id } sentAt openedAt clickedAt respondedAt control outcome version updatedAt';
const PROPOSITION = 'id segment { id } name price brand service product standard version createdAt updatedAt';
const OFFER =
  'id name proposition { id } campaign { id } validFrom validUntil price { amount currency } terms version createdAt';

const write = (name: string, input: string, fields: string) =>
  `mutation ($input: ${input}!, $key: String) { row: ${name}(input: $input, idempotencyKey: $key) { ${fields} } }`;
const rewrite = (name: string, input: string, fields: string) =>
  `mutation ($id: ID!, $input: ${input}!, $expectedVersion: Int, $key: String) {
    row: ${name}(id: $id, input: $input, expectedVersion: $expectedVersion, idempotencyKey: $key) { ${fields} } }`;

const MUTATIONS = {
  grantConsent: write('grantConsent', 'GrantConsentInput', 'id at action text'),
  withdrawConsent: write('withdrawConsent', 'WithdrawConsentInput', 'id at action text note'),
  recordTrait: write('recordTrait', 'RecordTraitInput', TRAIT),
  createCampaign: write('createCampaign', 'CreateCampaignInput', CAMPAIGN),
  updateCampaign: rewrite('updateCampaign', 'UpdateCampaignInput', CAMPAIGN),
  recordExposure: write('recordExposure', 'RecordExposureInput', EXPOSURE),
  recordExposureResponse: write('recordExposureResponse', 'RecordExposureResponseInput', EXPOSURE),
  createProposition: write('createProposition', 'CreatePropositionInput', PROPOSITION),
  updateProposition: rewrite('updateProposition', 'UpdatePropositionInput', PROPOSITION),
  createOffer: write('createOffer', 'CreateOfferInput', OFFER),
  updateOffer: rewrite('updateOffer', 'UpdateOfferInput', OFFER),
} as const;
type Mutation = keyof typeof MUTATIONS;

/** What a mutation answers; it must work. */
async function run(mutation: Mutation, variables: object) {
  const { data, errors } = await subgraph.ask(MUTATIONS[mutation], variables);
  expect(errors).toBeUndefined();
  return data.row;
}

/** Why a mutation is refused; it must be. */
async function refusal(mutation: Mutation, variables: object) {
  const { data, errors } = await subgraph.ask(MUTATIONS[mutation], variables);
  expect(data).toBeNull();
  return errors?.[0]?.extensions;
}

const campaignInput = { name: 'Spring', channel: 'EMAIL', startsAt: '2026-03-01T00:00:00Z' };
const newCampaign = async (more: object = {}) => run('createCampaign', { input: { ...campaignInput, ...more } });
const newProposition = async () =>
  run('createProposition', { input: { segmentId: await newSegment(), name: 'Fast lane', service: 'No queue.' } });
const price = { amount: '19.9', currency: 'EUR' };
const newOffer = async () => {
  const propositionId = (await newProposition()).id;
  return run('createOffer', { input: { name: 'Trial', propositionId, validFrom: '2026-03-01T00:00:00Z', price } });
};

/** How many rows there are of everything that a mutation writes. */
async function size(): Promise<number> {
  const { manager } = subgraph.database.dataSource;
  let rows = 0;
  for (const entity of [Consent, Trait, Campaign, Exposure, Proposition, Offer]) rows += await manager.count(entity);
  return rows;
}

describe('idempotencyKey', () => {
  /** A call of each mutation, what would make it another call, and how many rows it adds. */
  const calls: [Mutation, () => Promise<{ input: object }>, other: object, added: number][] = [
    [
      'grantConsent',
      async () => ({ input: { customerId: await newCustomer(), purpose: 'MARKETING', source: 'form', text: 'Yes.' } }),
      { text: 'Yes!' },
      1,
    ],
    [
      'withdrawConsent',
      async () => ({ input: { customerId: await newCustomer(), purpose: 'MARKETING', source: 'call' } }),
      { note: 'No!' },
      1,
    ],
    [
      'recordTrait',
      async () => ({
        input: { customerId: await newCustomer(), name: 'age', kind: 'DEMOGRAPHIC', value: '40', source: 'form' },
      }),
      { value: '41' },
      1,
    ],
    [
      'createCampaign',
      async () => ({ input: { ...campaignInput, budget: price, controlShare: 0.25 } }),
      { controlShare: 0.3 },
      1,
    ],
    [
      'updateCampaign',
      async () => ({ id: (await newCampaign()).id, input: { budget: price }, expectedVersion: 1 }),
      { name: 'Other' },
      0,
    ],
    [
      'recordExposure',
      async () => ({ input: { customerId: await newCustomer(), campaignId: (await newCampaign()).id, control: true } }),
      { control: false },
      1,
    ],
    [
      'recordExposureResponse',
      async () => {
        const input = { customerId: await newCustomer(), campaignId: (await newCampaign()).id };
        return { input: { exposureId: (await run('recordExposure', { input })).id, response: 'CLICKED' } };
      },
      { response: 'RESPONDED' },
      0,
    ],
    [
      'createProposition',
      async () => ({ input: { segmentId: await newSegment(), name: 'Fast', price: 'Fair.' } }),
      { price: 'Low.' },
      1,
    ],
    [
      'updateProposition',
      async () => ({ id: (await newProposition()).id, input: { brand: 'Calm.' } }),
      { brand: 'Loud.' },
      0,
    ],
    [
      'createOffer',
      async () => ({ input: { name: 'Trial', campaignId: (await newCampaign()).id, validFrom: day(4, 1), price } }),
      { terms: 'Two each.' },
      1,
    ],
    [
      'updateOffer',
      async () => ({ id: (await newOffer()).id, input: { terms: 'One each.' }, expectedVersion: 1 }),
      { terms: null },
      0,
    ],
  ];

  it.each(calls)('of %s: twice at once writes once and answers the same', async (mutation, prepare, other, added) => {
    const call = { ...(await prepare()), key: `key ${uuid()}` };
    const before = await size();
    const [first, second] = await Promise.all([run(mutation, call), run(mutation, call)]);
    expect(second).toEqual(first);
    expect(await run(mutation, call)).toEqual(first);
    expect(await size()).toBe(before + added);
    const another = { ...call, input: { ...call.input, ...other } };
    expect(await refusal(mutation, another)).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'idempotencyKey' });
    expect(await size()).toBe(before + added);
  });
});

const record = (customerId: string, more: object = {}) =>
  run('recordTrait', {
    input: { customerId, name: 'age', kind: 'DEMOGRAPHIC', value: '40', source: 'form', ...more },
  });

describe('recordTrait', () => {
  it('keeps the latest value of a name from a source, with its time', async () => {
    const customerId = await newCustomer();
    const first = await record(customerId, { observedAt: day(2, 1) });
    expect(first).toMatchObject({ customer: { id: customerId }, value: '40', source: 'form', version: 1 });
    const newer = await record(customerId, { value: '41', observedAt: day(3, 1) });
    expect(newer).toMatchObject({ id: first.id, value: '41', observedAt: day(3, 1).toISOString(), version: 2 });
    expect(await record(customerId, { value: '39', observedAt: day(1, 1) })).toEqual(newer);
    expect(await record(customerId, { value: '41', observedAt: day(3, 1) })).toEqual(newer);
    expect(await record(customerId, { value: '42', observedAt: day(3, 1) })).toMatchObject({ value: '42', version: 3 });
    const other = await record(customerId, { value: '35', source: 'survey' });
    expect(other.id).not.toBe(first.id);
    const [{ byName, both }] = await subgraph.entities(
      'Customer',
      [customerId],
      `byName: traits(filter: { name: "age" }) { totalCount } both: traits(filter: { name: "age", kind: CULTURAL }) { totalCount }`,
    );
    expect([byName.totalCount, both.totalCount]).toEqual([2, 0]);
    const { data } = await subgraph.ask(`{ traits(filter: { source: "survey" }) { totalCount } }`);
    expect(data.traits.totalCount).toBe(1);
  });

  it('ends with the newest of many that come at once, in whatever order', async () => {
    const customerId = await newCustomer();
    await Promise.all(
      [3, 7, 1, 6, 2, 5, 4].map((date) => record(customerId, { value: `${date}`, observedAt: day(5, date) })),
    );
    const rows = await subgraph.database.dataSource.manager.findBy(Trait, { customerId });
    expect(rows.map(({ value }) => value)).toEqual(['7']);
  });

  it.each([
    ['an unknown customer', { customerId: NOBODY }, 'input.customerId'],
    ['an empty name', { name: ' ' }, 'input.name'],
    ['a value over its limit', { value: 'x'.repeat(1001) }, 'input.value'],
    ['an observation from the future', { observedAt: '2999-01-01T00:00:00Z' }, 'input.observedAt'],
  ])('refuses %s and writes nothing', async (_what, more, argument) => {
    const input = { name: 'age', kind: 'DEMOGRAPHIC', value: '40', source: 'form', ...more };
    const customerId = await newCustomer();
    const before = await size();
    expect(await refusal('recordTrait', { input: { customerId, ...input } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument,
    });
    expect(await size()).toBe(before);
  });
});

describe('campaigns', () => {
  it('are planned and changed; what is left out stays', async () => {
    const campaign = await newCampaign({ budget: price, controlShare: 0.1, objective: 'More of it.' });
    expect(campaign).toMatchObject({
      channel: 'EMAIL',
      budget: { amount: '19.90', currency: 'EUR' },
      controlShare: 0.1,
      endsAt: null,
      version: 1,
      updatedAt: null,
    });
    const input = { endsAt: '2026-04-01T00:00:00Z', objective: null, budget: { amount: '5', currency: 'JPY' } };
    const changed = await run('updateCampaign', { id: campaign.id, input, expectedVersion: 1 });
    expect(changed).toEqual({
      ...campaign,
      endsAt: day(4, 1).toISOString(),
      objective: null,
      budget: { amount: '5', currency: 'JPY' },
      version: 2,
      updatedAt: expect.any(String),
    });
    const stale = await refusal('updateCampaign', { id: campaign.id, input, expectedVersion: 1 });
    expect(stale).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
  });

  it.each([
    ['an end before the start', { endsAt: '2026-02-01T00:00:00Z' }, 'input.endsAt'],
    ['a control share over 1', { controlShare: 1.5 }, 'input.controlShare'],
    ['a control share of five decimals', { controlShare: 0.12345 }, 'input.controlShare'],
    ['a negative budget', { budget: { amount: '-1', currency: 'EUR' } }, 'input.budget.amount'],
    ['a start in another age', { startsAt: '0026-03-01T00:00:00Z' }, 'input.startsAt'],
    ['an empty name', { name: '' }, 'input.name'],
  ])('are refused with %s, new or changed', async (_what, more, argument) => {
    const { id } = await newCampaign();
    const before = await size();
    const expected = { code: 'BAD_USER_INPUT', argument };
    expect(await refusal('createCampaign', { input: { ...campaignInput, ...more } })).toMatchObject(expected);
    expect(await refusal('updateCampaign', { id, input: more })).toMatchObject(expected);
    expect(await size()).toBe(before);
  });

  it('lose no change of two at once', async () => {
    const { id } = await newCampaign();
    await Promise.all([
      run('updateCampaign', { id, input: { name: 'Summer' } }),
      run('updateCampaign', { id, input: { objective: 'Sun.' } }),
      run('updateCampaign', { id, input: { controlShare: 0.5 } }),
    ]);
    const { data } = await subgraph.ask(`{ campaign(id: "${id}") { ${CAMPAIGN} } }`);
    expect(data.campaign).toMatchObject({ name: 'Summer', objective: 'Sun.', controlShare: 0.5, version: 4 });
  });
});

const expose = async (more: object = {}) =>
  run('recordExposure', {
    input: {
      customerId: await newCustomer(),
      campaignId: (await newCampaign()).id,
      sentAt: day(3, 1),
      ...more,
    },
  });

const respond = (exposureId: string, response: string, at: Date) =>
  run('recordExposureResponse', { input: { exposureId, response, at } });

describe('exposures', () => {
  it('gather what the customer did, each step at its earliest, and never lose one', async () => {
    const exposure = await expose();
    expect(exposure).toMatchObject({ outcome: 'SENT', openedAt: null, control: false, version: 1 });
    const opened = await respond(exposure.id, 'OPENED', day(3, 5));
    expect(opened).toMatchObject({ outcome: 'OPENED', openedAt: day(3, 5).toISOString(), version: 2 });
    expect(await respond(exposure.id, 'OPENED', day(3, 6))).toEqual(opened);
    const clicked = await respond(exposure.id, 'CLICKED', day(3, 4));
    expect(clicked).toMatchObject({
      outcome: 'CLICKED',
      openedAt: day(3, 4).toISOString(),
      clickedAt: day(3, 4).toISOString(),
    });
    const responded = await respond(exposure.id, 'RESPONDED', day(3, 7));
    expect(responded).toMatchObject({
      ...clicked,
      outcome: 'RESPONDED',
      respondedAt: day(3, 7).toISOString(),
      version: 4,
      updatedAt: expect.any(String),
    });
    expect(await respond(exposure.id, 'CLICKED', day(3, 8))).toEqual(responded);
  });

  it('take steps that come at once, in whatever order', async () => {
    const { id } = await expose();
    const steps = ['OPENED', 'CLICKED', 'RESPONDED'].flatMap((step) => [4, 2, 3].map((date) => [step, date] as const));
    await Promise.all(steps.map(([step, date]) => respond(id, step, day(3, date))));
    const { data } = await subgraph.ask(`{ exposure(id: "${id}") { ${EXPOSURE} } }`);
    const at = day(3, 2).toISOString();
    expect(data.exposure).toMatchObject({ openedAt: at, clickedAt: at, respondedAt: at });
  });

  it('of the control group can only be responded to', async () => {
    const { id } = await expose({ control: true });
    for (const response of ['OPENED', 'CLICKED']) {
      expect(await refusal('recordExposureResponse', { input: { exposureId: id, response } })).toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: 'input.response',
        allowed: ['RESPONDED'],
      });
    }
    expect(await respond(id, 'RESPONDED', day(3, 2))).toMatchObject({ outcome: 'CONTROL' });
  });

  it('are recorded once for a message of a source, also by several at once', async () => {
    const [customerId, campaignId] = [await newCustomer(), (await newCampaign()).id];
    const message = { customerId, campaignId, source: 'mail system', sourceKey: uuid() };
    const exposures = await Promise.all([1, 2, 3, 4].map(() => expose(message)));
    expect(new Set(exposures.map(({ id }) => id)).size).toBe(1);
    const other = { ...message, customerId: await newCustomer() };
    expect(await refusal('recordExposure', { input: other })).toMatchObject({ argument: 'input.sourceKey' });
  });

  it.each([
    ['an unknown customer', { customerId: NOBODY }, 'input.customerId'],
    ['an unknown campaign', { campaignId: NOBODY }, 'input.campaignId'],
    ['a campaign id that is no UUID', { campaignId: '42' }, 'input.campaignId'],
    ['a moment in the future', { sentAt: '2999-01-01T00:00:00Z' }, 'input.sentAt'],
    ['a key without its source', { sourceKey: '1' }, 'input.sourceKey'],
  ])('are refused with %s, and nothing is written', async (_what, more, argument) => {
    const [customerId, campaignId] = [await newCustomer(), (await newCampaign()).id];
    const before = await size();
    const input = { customerId, campaignId, ...more };
    expect(await refusal('recordExposure', { input })).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await size()).toBe(before);
  });

  it('refuse a response to nothing, and one before they were sent', async () => {
    const { id } = await expose();
    for (const [input, argument] of [
      [{ exposureId: NOBODY, response: 'OPENED' }, 'input.exposureId'],
      [{ exposureId: 'x', response: 'OPENED' }, 'input.exposureId'],
      [{ exposureId: id, response: 'OPENED', at: day(2, 1) }, 'input.at'],
    ] as const) {
      expect(await refusal('recordExposureResponse', { input })).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    }
  });

  it('are found by how far they came', async () => {
    const customerId = await newCustomer();
    const campaignId = (await newCampaign()).id;
    const row = { campaignId, customerId, sentAt: day(3, 1) };
    await insert(Exposure, [
      { ...row, id: uuid(), control: true, respondedAt: day(3, 2) },
      { ...row, id: uuid(), control: false },
      { ...row, id: uuid(), control: false, openedAt: day(3, 2) },
      { ...row, id: uuid(), control: false, openedAt: day(3, 2), clickedAt: day(3, 2) },
      { ...row, id: uuid(), control: false, respondedAt: day(3, 2) },
    ]);
    for (const outcome of ['CONTROL', 'SENT', 'OPENED', 'CLICKED', 'RESPONDED']) {
      const one = { totalCount: 1, nodes: [{ outcome }] };
      const { data } = await subgraph.ask(`{
        exposures(filter: { customerId: "${customerId}", outcome: ${outcome} }) { totalCount nodes { outcome } }
        campaign(id: "${campaignId}") { exposures(filter: { outcome: ${outcome} }) { totalCount nodes { outcome } } } }`);
      expect(data).toEqual({ exposures: one, campaign: { exposures: one } });
      const list = `exposures(filter: { outcome: ${outcome} }) { totalCount nodes { outcome } }`;
      expect(await subgraph.entities('Customer', [customerId], list)).toEqual([{ exposures: one }]);
    }
  });
});

describe('propositions and offers', () => {
  it('are written for a segment and for a proposition or campaign, changed, and listed', async () => {
    const proposition = await newProposition();
    expect(proposition).toMatchObject({ service: 'No queue.', price: null, version: 1 });
    const changed = await run('updateProposition', {
      id: proposition.id,
      input: { price: 'Fair.', service: null },
      expectedVersion: 1,
    });
    expect(changed).toMatchObject({ price: 'Fair.', service: null, name: 'Fast lane', version: 2 });
    const campaign = await newCampaign();
    const input = { name: 'Trial', propositionId: proposition.id, validFrom: day(3, 1), price };
    const offer = await run('createOffer', { input });
    expect(offer).toMatchObject({
      proposition: { id: proposition.id },
      campaign: null,
      price: { amount: '19.90', currency: 'EUR' },
      validUntil: null,
    });
    const moved = await run('updateOffer', {
      id: offer.id,
      input: { campaignId: campaign.id, propositionId: null, validUntil: day(4, 1), terms: 'One each.' },
    });
    expect(moved).toMatchObject({ proposition: null, campaign: { id: campaign.id }, terms: 'One each.', version: 2 });
    const { data } = await subgraph.ask(`{
      proposition(id: "${proposition.id}") { offers { totalCount } segment { propositions { nodes { id } } } }
      campaign(id: "${campaign.id}") { offers { totalCount nodes { id } } }
      propositions(filter: { segmentId: "${proposition.segment.id}" }) { totalCount nodes { id } }
      offers(filter: { campaignId: "${campaign.id}" }, orderBy: NAME_ASC) { totalCount nodes { id } } }`);
    const own = { nodes: [{ id: proposition.id }] };
    expect(data).toEqual({
      proposition: { offers: { totalCount: 0 }, segment: { propositions: own } },
      campaign: { offers: { totalCount: 1, nodes: [{ id: offer.id }] } },
      propositions: { totalCount: 1, ...own },
      offers: { totalCount: 1, nodes: [{ id: offer.id }] },
    });
  });

  it.each([
    ['neither proposition nor campaign', { propositionId: null }, 'input'],
    ['an unknown proposition', { propositionId: NOBODY }, 'input.propositionId'],
    ['an unknown campaign', { campaignId: NOBODY }, 'input.campaignId'],
    ['an end at its beginning', { validUntil: '2026-03-01T00:00:00Z' }, 'input.validUntil'],
    ['a negative price', { price: { amount: '-0.01', currency: 'EUR' } }, 'input.price.amount'],
    ['terms over their limit', { terms: 'x'.repeat(10_001) }, 'input.terms'],
  ])('an offer is refused with %s, new or changed', async (_what, more, argument) => {
    const offer = await newOffer();
    const before = await size();
    const input = { name: 'T', propositionId: offer.proposition.id, validFrom: day(3, 1), price, ...more };
    expect(await refusal('createOffer', { input })).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await refusal('updateOffer', { id: offer.id, input: more })).toMatchObject({ argument });
    expect(await size()).toBe(before);
    const { data } = await subgraph.ask(`{ offer(id: "${offer.id}") { version } }`);
    expect(data.offer.version).toBe(1);
  });

  it('a proposition is refused for an unknown segment, and when it says nothing', async () => {
    const input = { segmentId: NOBODY, name: 'P', price: 'Low.' };
    expect(await refusal('createProposition', { input })).toMatchObject({ argument: 'input.segmentId' });
    const silent = { segmentId: await newSegment(), name: 'P' };
    expect(await refusal('createProposition', { input: silent })).toMatchObject({ argument: 'input' });
    const { id } = await newProposition();
    expect(await refusal('updateProposition', { id, input: { service: null } })).toMatchObject({ argument: 'input' });
    expect(await refusal('updateProposition', { id: NOBODY, input: {} })).toMatchObject({ argument: 'id' });
  });

  it.each(['updateProposition', 'updateOffer', 'updateCampaign'] as const)(
    '%s lets one of several through who saw the same version',
    async (mutation) => {
      const create = { updateProposition: newProposition, updateOffer: newOffer, updateCampaign: newCampaign }[
        mutation
      ];
      const { id } = await create();
      const answers = await Promise.all(
        ['a', 'b', 'c'].map((name) => subgraph.ask(MUTATIONS[mutation], { id, input: { name }, expectedVersion: 1 })),
      );
      const codes = answers.flatMap(({ errors }) => errors ?? []).map(({ extensions }) => extensions.code);
      expect(codes).toEqual(['CONFLICT', 'CONFLICT']);
    },
  );
});

const grant = (customerId: string, channel: string | null) =>
  run('grantConsent', { input: { customerId, purpose: 'MARKETING', channel, source: 'form', text: uuid() } });

const withdraw = (customerId: string, channel: string | null) =>
  run('withdrawConsent', { input: { customerId, purpose: 'MARKETING', channel, source: 'form' } });

const mayContact = async (customerId: string, more = '') => {
  const field = `mayContact(purpose: MARKETING, channel: EMAIL${more}) { allowed reason consent { id } }`;
  return (await subgraph.entities('Customer', [customerId], field))[0].mayContact;
};

describe('mayContact', () => {
  it('follows the entry for the channel, else the one for all channels; no entry means no', async () => {
    const customerId = await newCustomer();
    expect(await mayContact(customerId)).toEqual({ allowed: false, reason: 'NEVER_ASKED', consent: null });
    const all = await grant(customerId, null);
    const granted = { allowed: true, reason: 'GRANTED_FOR_ALL_CHANNELS', consent: { id: all.id } };
    expect(await mayContact(customerId)).toEqual(granted);
    await withdraw(customerId, 'EMAIL');
    await grant(customerId, null);
    expect(await mayContact(customerId)).toMatchObject({ allowed: false, reason: 'WITHDRAWN_FOR_CHANNEL' });
    await grant(customerId, 'EMAIL');
    expect(await mayContact(customerId)).toMatchObject({ allowed: true, reason: 'GRANTED_FOR_CHANNEL' });
    await withdraw(customerId, null);
    expect(await mayContact(customerId)).toMatchObject({ allowed: false, reason: 'WITHDRAWN_FOR_ALL_CHANNELS' });
    const other = 'mayContact(purpose: RESEARCH, channel: EMAIL) { reason }';
    expect(await subgraph.entities('Customer', [customerId], other)).toEqual([
      { mayContact: { reason: 'NEVER_ASKED' } },
    ]);
  });

  it('tells what held at a moment', async () => {
    const customerId = await newCustomer();
    const entry = { customerId, purpose: 'MARKETING', channel: null, source: 'import', text: 'Yes' } as const;
    await insert(Consent, { ...entry, id: uuid(), action: 'GRANTED', at: day(1, 1) });
    await insert(Consent, { ...entry, id: uuid(), action: 'WITHDRAWN', at: day(2, 1) });
    const asOf = (moment: Date) => mayContact(customerId, `, asOf: "${moment.toISOString()}"`);
    expect((await asOf(day(1, 15))).allowed).toBe(true);
    expect((await asOf(day(2, 1))).allowed).toBe(false);
    expect((await mayContact(customerId)).allowed).toBe(false);
  });
});

describe('metrics', () => {
  const step = fc.boolean();
  const row = fc.record({
    who: fc.nat(3),
    campaign: fc.nat(2),
    control: step,
    opened: step,
    clicked: step,
    responded: step,
  });
  const COUNTS = ['sent', 'reach', 'control', 'opened', 'clicked', 'responded'] as const;

  it('equal a plain recount of the rows, for customers and for campaigns', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 25 }), async (rows) => {
        const customerIds = [0, 1, 2, 3].map(() => uuid());
        const campaignIds = [0, 1, 2].map(() => uuid());
        for (const id of campaignIds) await insert(Campaign, { id, name: 'C', channel: 'SMS', startsAt: day(1, 1) });
        for (const { who, campaign, control, opened, clicked, responded } of rows) {
          await insert(Exposure, {
            id: uuid(),
            customerId: customerIds[who] ?? '',
            campaignId: campaignIds[campaign] ?? '',
            sentAt: day(1, 2),
            control,
            openedAt: opened && !control ? day(1, 3) : null,
            clickedAt: clicked && !control ? day(1, 3) : null,
            respondedAt: responded ? day(1, 4) : null,
          });
        }
        const customers = await subgraph.entities(
          'Customer',
          customerIds,
          'exposureCount { value explain { n } } responseRate { value explain { n } }',
        );
        customers.forEach(({ exposureCount, responseRate }, who) => {
          const own = rows.filter((candidate) => candidate.who === who);
          const sent = own.filter(({ control }) => !control);
          expect(exposureCount).toEqual({ value: sent.length, explain: { n: own.length } });
          const rate = sent.length ? sent.filter(({ responded }) => responded).length / sent.length : null;
          expect(responseRate).toEqual({ value: rate, explain: { n: sent.length } });
        });
        const fields = COUNTS.map((name) => `${name} { value explain { n formula inputs { name value } } }`).join(' ');
        const campaigns = await subgraph.entities(
          'Campaign',
          campaignIds,
          `performance { ${fields} responseRate { value explain { n } } }`,
        );
        campaigns.forEach(({ performance }, campaign) => {
          const own = rows.filter((candidate) => candidate.campaign === campaign);
          const sent = own.filter(({ control }) => !control);
          const people = (some: typeof rows) => new Set(some.map(({ who }) => who)).size;
          const reach = people(sent);
          const expected = {
            sent: sent.length,
            reach,
            control: people(own) - reach,
            opened: people(sent.filter(({ opened }) => opened)),
            clicked: people(sent.filter(({ clicked }) => clicked)),
            responded: people(sent.filter(({ responded }) => responded)),
          };
          for (const name of COUNTS) {
            expect([name, performance[name].value]).toEqual([name, expected[name]]);
            expect(performance[name].explain.n).toBe(own.length);
          }
          const rate = reach ? expected.responded / reach : null;
          expect(performance.responseRate).toEqual({ value: rate, explain: { n: reach } });
        });
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});

describe('the migration', () => {
  it('runs on rows of the version before, and takes more of them afterwards', async () => {
    const database = await createTestDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      const before = { ...marketing, migrations: marketing.migrations.slice(0, 1) };
      await migrateSubgraph(before, database.url);
      const [segmentId, campaignId, customerId] = [uuid(), uuid(), uuid()];
      const insertOld = async (year: number) => {
        await client.query('INSERT INTO marketing.trait VALUES ($1, $2, $3, $4, $5, $6, NULL, $7)', [
          uuid(),
          customerId,
          `age ${year}`,
          'DEMOGRAPHIC',
          'x'.repeat(9000),
          'form',
          `${year}-01-01T00:00:00Z`,
        ]);
        await client.query(
          'INSERT INTO marketing.exposure (id, campaign_id, customer_id, sent_at, opened_at) VALUES ($1, $2, $3, $4, $4)',
          [uuid(), campaignId, customerId, `${year}-01-01T00:00:00Z`],
        );
      };
      await client.query(`INSERT INTO marketing.segment (id, name, rule) VALUES ($1, 'Old', 'friends')`, [segmentId]);
      await client.query('INSERT INTO marketing.segment_member (id, segment_id, customer_id) VALUES ($1, $2, $3)', [
        uuid(),
        segmentId,
        customerId,
      ]);
      await client.query(
        `INSERT INTO marketing.campaign (id, name, channel, starts_at) VALUES ($1, 'Old', 'SMS', '2024-01-01')`,
        [campaignId],
      );
      await insertOld(2024);
      expect(await migrateSubgraph(marketing, database.url)).toEqual(
        marketing.migrations.slice(1).map(({ name }) => name),
      );
      await insertOld(2025);
      const config = {
        databaseUrl: database.url,
        host: '127.0.0.1',
        port: 0,
        identityUrl: 'http://127.0.0.1:1/graphql',
        signingKeys: [TEST_SIGNING_KEY],
        poolSize: 2,
      };
      const running = await startSubgraph(marketing, config, pino({ level: 'silent' }));
      try {
        const { data, errors } = await askSubgraph(
          'marketing',
          running.url,
          `{ segment(id: "${segmentId}") { rule ruleTree { not { trait { name } } } version updatedAt members { totalCount } }
             campaign(id: "${campaignId}") { version performance { reach { value } opened { value } } }
             exposures { nodes { outcome version } } traits { nodes { name version } } }`,
        );
        expect(errors).toBeUndefined();
        expect(data).toEqual({
          segment: { rule: 'friends', ruleTree: null, version: 1, updatedAt: null, members: { totalCount: 1 } },
          campaign: { version: 1, performance: { reach: { value: 1 }, opened: { value: 1 } } },
          exposures: { nodes: [1, 2].map(() => ({ outcome: 'OPENED', version: 1 })) },
          traits: { nodes: [2025, 2024].map((year) => ({ name: `age ${year}`, version: 1 })) },
        });
      } finally {
        await running.stop();
      }
    } finally {
      await client.end();
      await database.drop();
    }
  });
});
