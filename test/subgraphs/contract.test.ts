import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { subgraphs } from '../../subgraphs/all.js';
import { CONTRACT } from '../../subgraphs/kit/contract/contract.js';
import { TEST_SIGNING_KEY } from '../support/asGateway.js';
import { startTestSubgraph } from '../support/startTestSubgraph.js';

describe.each(subgraphs.map((definition) => [definition.name, definition] as const))('%s', (name, definition) => {
  let subgraph: Awaited<ReturnType<typeof startTestSubgraph>>;
  beforeAll(async () => {
    subgraph = await startTestSubgraph(definition);
  });
  afterAll(() => subgraph.stop());

  it.each(Object.entries(CONTRACT))('%s', async (_sentence, check) => {
    const { url } = subgraph;
    const statements = (work: () => Promise<unknown>) => subgraph.statements(work);
    expect(await check({ name, url, signingKey: TEST_SIGNING_KEY, statements })).toEqual([]);
  });
});
