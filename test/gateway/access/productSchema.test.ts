import { readFile } from 'node:fs/promises';
import { parse } from 'graphql';
import { SCOPES } from '../../../schema/contract.js';
import type { SubgraphConnection } from '../../../gateway/engine/SubgraphConnection.js';
import { createEngine } from '../../../gateway/engine/createEngine.js';
import { plannerHere } from '../../support/plannerHere.js';
import { runOn } from '../../support/runOn.js';

test("the product's own graph gives addresses to nobody without customer:pii, and does not fetch them", async () => {
  const asked: string[] = [];
  const identity: SubgraphConnection = {
    async ask({ query }) {
      asked.push(query);
      return { data: { customer360: { __typename: 'Customer', id: '1', displayName: 'A•••' } } };
    },
  };
  const supergraphSdl = await readFile('schema/supergraph.graphql', 'utf8');
  const engine = createEngine({ planner: plannerHere(supergraphSdl), subgraphs: new Map([['identity', identity]]) });
  const document = parse('{ customer360(id: "1") { displayName addresses { city } } }');
  const caller = { subject: 'marketer', scopes: [SCOPES.readCustomers] };
  const answer = await runOn(engine, document, { request: { caller } });
  expect(answer.data).toEqual({ customer360: { displayName: 'A•••', addresses: null } });
  expect(answer.errors).toMatchObject([
    {
      message: 'Customer.addresses needs the scope "customer:pii".',
      path: ['customer360', 'addresses'],
      extensions: { code: 'FORBIDDEN', requiredScopes: [[SCOPES.readPersonalData]] },
    },
  ]);
  expect(asked).toHaveLength(1);
  expect(asked[0]).not.toContain('addresses');
});
