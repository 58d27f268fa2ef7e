import { afterEach, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { feedback } from '../../subgraphs/feedback/subgraph.js';
import type { SubgraphDefinition } from '../../subgraphs/kit/serve/defineSubgraph.js';
import { sales } from '../../subgraphs/sales/subgraph.js';
import { service } from '../../subgraphs/service/subgraph.js';
import { knownCustomer, productRow } from '../support/salesRows.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';

let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
const start = async (definition: SubgraphDefinition) => (subgraph = await startTestSubgraph(definition));
afterEach(() => subgraph.stop());

/** What a mutation answers. */
async function change(name: string, argumentText: string): Promise<unknown> {
  const { data, errors } = await subgraph.ask(`mutation { ${name}(${argumentText}) { id demoLinked } }`);
  expect(errors).toBeUndefined();
  return data[name];
}

it('a case that somebody opens is really theirs, one that an import marked is not', async () => {
  await start(service);
  const customer = await knownCustomer(subgraph);
  const input = `customerId: "${customer}", subject: "S", kind: PROBLEM, channel: PHONE`;
  expect(await change('openCase', `input: { ${input} }`)).toMatchObject({ demoLinked: false });
  await subgraph.database.query(sql`UPDATE service_case SET demo_linked = true`);
  expect(await subgraph.ask('{ cases(first: 1) { nodes { demoLinked } } }')).toEqual({
    data: { cases: { nodes: [{ demoLinked: true }] } },
  });
});

it('an answer and a review are theirs who give them', async () => {
  await start(feedback);
  const customer = await knownCustomer(subgraph);
  const survey = (
    await subgraph.ask('mutation { createSurvey(input: { title: "T", kind: NPS, question: "Q?" }) { id } }')
  ).data.createSurvey.id as string;
  const response = `surveyId: "${survey}", customerId: "${customer}", score: 9`;
  expect(await change('submitSurveyResponse', `input: { ${response} }`)).toMatchObject({ demoLinked: false });
  const review = `customerId: "${customer}", site: "S", rating: 4`;
  expect(await change('recordReview', `input: { ${review} }`)).toMatchObject({ demoLinked: false });
});

it('an order and an opportunity are theirs for whom they are entered', async () => {
  await start(sales);
  const customer = await knownCustomer(subgraph);
  const product = await productRow(subgraph);
  const order = `customerId: "${customer}", currency: "EUR", lines: [{ productId: "${product}", quantity: 1 }]`;
  expect(await change('placeOrder', `input: { ${order} }`)).toMatchObject({ demoLinked: false });
  const opportunity = `customerId: "${customer}", name: "Doors"`;
  expect(await change('openOpportunity', `input: { ${opportunity} }`)).toMatchObject({ demoLinked: false });
});
