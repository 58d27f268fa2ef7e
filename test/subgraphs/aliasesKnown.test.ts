import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { v7 as uuid } from 'uuid';
import { takeInAliases } from '../../subgraphs/kit/ownership/takeInAliases.js';
import { touchpoints } from '../../subgraphs/touchpoints/subgraph.js';
import { startTestSubgraph, type TestSubgraph } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const [merged, survivor, other] = [uuid(), uuid(), uuid()];
const LIST = 'id timeline { nodes { summary } }';

let subgraph: TestSubgraph;

beforeAll(async () => {
  subgraph = await startTestSubgraph(touchpoints);
  await subgraph.database.dataSource.query(
    `INSERT INTO touchpoint (id, customer_id, occurred_at, channel, direction, kind, department, summary)
     SELECT gen_random_uuid(), id, now(), 'PHONE', 'INBOUND', 'NOTE', 'OTHER', 'Said' FROM unnest($1::uuid[]) AS c (id)`,
    [[merged, survivor, other]],
  );
});
afterAll(() => subgraph.stop());

test('who was merged by another process is known within moments, and nobody else costs a question more for it', async () => {
  // What goes on beside requests, such as that rows follow, is left out.
  const statements = async (ids: readonly string[]): Promise<string[]> =>
    (await subgraph.statements(() => subgraph.entities('Customer', ids, LIST))).filter((text) =>
      /^\s*SELECT (page\.|customer_id AS id, canonical_id)/.test(text),
    );
  const before = await statements([other]);
  expect(before).toHaveLength(1);
  // The connection of the test is another process to the subgraph.
  await subgraph.database.dataSource.transaction((manager) =>
    takeInAliases(manager, {
      position: 1,
      customers: [
        { customerId: merged, parentId: survivor },
        { customerId: survivor, parentId: null },
      ],
    }),
  );
  await waitUntil(async () => {
    const [customer] = await subgraph.entities('Customer', [merged], LIST);
    return customer.id === survivor && customer.timeline.nodes.length === 2;
  });
  expect(await statements([other])).toEqual(before);
  expect(await statements([survivor])).toEqual(before);
  expect(await statements([merged])).toEqual([expect.stringContaining('customer_alias'), ...before]);
});
