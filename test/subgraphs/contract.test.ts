import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subgraphs } from '../../subgraphs/all.js';
import { CONTRACT } from '../../subgraphs/kit/contract/contract.js';
import type { ContractSubject, KnownCustomers } from '../../subgraphs/kit/contract/ContractSubject.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';

const SECRET = 'zqcontract';

/** A mutation by which each subgraph writes something down of a customer, with a word in it. */
const WRITES: Readonly<Record<string, (id: string, word: string) => string>> = {
  identity: (id, word) =>
    `setPreference(customerId: "${id}", input: { label: "${word}", note: "${word}" }) { id }
     identifyCustomer(input: { displayName: "Firm ${word}", kind: ORGANIZATION, emails: ["${word}@example.com"] }) { created }`,
  touchpoints: (id, word) =>
    `recordTouchpoint(input: { customerId: "${id}", channel: PHONE, direction: INBOUND, kind: CONTACT, department: SALES, summary: "${word}" }) { id }`,
  sales: (id, word) => `openOpportunity(input: { customerId: "${id}", name: "${word}" }) { id }`,
  service: (id, word) =>
    `openCase(input: { customerId: "${id}", subject: "${word}", kind: QUESTION, channel: EMAIL, body: "${word}" }) { id }`,
  marketing: (id, word) =>
    `recordTrait(input: { customerId: "${id}", name: "${word}", kind: CULTURAL, value: "${word}", source: "shop" }) { id }`,
  feedback: (id, word) =>
    `recordReview(input: { customerId: "${id}", site: "X", rating: 2, title: "${word}", estimatedReach: 1 }) { id }`,
};

describe.each(subgraphs.map((definition) => [definition.name, definition] as const))('%s', (name, definition) => {
  let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
  let known: Promise<KnownCustomers> | undefined;
  beforeAll(async () => {
    subgraph = await startTestSubgraph(definition);
  });
  afterAll(() => subgraph.stop());

  async function write(of: Pick<typeof subgraph, 'ask'>, call: string) {
    const { data, errors } = await of.ask(`mutation { ${call} }`);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async function makeCustomer(word: string): Promise<string> {
    const who = `displayName: "P ${word}", emails: ["p.${word}@example.com"]`;
    const { identifyCustomer } = await write(
      subgraph.identity,
      `identifyCustomer(input: { ${who} }) { customer { id } }`,
    );
    const { id } = identifyCustomer.customer;
    await write(subgraph, WRITES[name]?.(id, word) ?? '');
    if (name === 'identity') await joinFirm(id, word);
    return id;
  }

  async function joinFirm(id: string, word: string): Promise<void> {
    const { data } = await subgraph.ask(`{ customer360(email: "${word}@example.com") { id } }`);
    const firm = data.customer360.id;
    await write(subgraph, `addMember(input: { organizationId: "${firm}", personId: "${id}" }) { id }`);
  }

  async function makeCustomers(): Promise<KnownCustomers> {
    return { ids: [await makeCustomer(SECRET), await makeCustomer('other')], secret: SECRET };
  }

  it.each(Object.entries(CONTRACT))('%s', async (_sentence, check) => {
    const subject: ContractSubject = {
      name,
      url: subgraph.url,
      signingKey: TEST_SIGNING_KEY,
      statements: (work) => subgraph.statements(work),
      publish: (event) => subgraph.publish(event),
      customers: () => (known ??= makeCustomers()),
      storage: { entities: definition.entities, query: (statement) => subgraph.database.query(statement) },
    };
    expect(await check(subject)).toEqual([]);
  });
});
