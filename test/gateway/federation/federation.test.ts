import { subgraphsOf, supergraphOf } from './composeFixture.js';
import { expectSameAnswer } from './expectSameAnswer.js';
import { COMPARED } from './fixtures/allFixtures.js';
import { CONTEXT } from './fixtures/context.js';
import { INTERFACE_OBJECT_WITH_REQUIRES } from './fixtures/interfaceObject.js';
import { mutations } from './fixtures/mutations.js';
import { NULL_KEYS } from './fixtures/nulls.js';
import { OVERRIDE_BY_STEPS } from './fixtures/override.js';
import { type OurGateway, ourGateway } from './ourGateway.js';
import { type StockGateway, startStockGateway } from './stockGateway.js';

/** Each question is answered as the stock gateway answers it, and as the fixture says where it says so. */
describe.each([...COMPARED, INTERFACE_OBJECT_WITH_REQUIRES])('$name', (fixture) => {
  let stock: StockGateway;
  let ours: OurGateway;

  beforeAll(async () => {
    const sdl = supergraphOf(fixture);
    stock = await startStockGateway(sdl, subgraphsOf(fixture));
    ours = ourGateway(sdl, subgraphsOf(fixture));
  });

  afterAll(async () => {
    await stock.stop();
  });

  test.each(fixture.questions)('$shows', async (question) => {
    const answer = await ours.ask(question);
    if (question.data !== undefined) expect(JSON.stringify(answer.data)).toBe(JSON.stringify(question.data));
    if (!question.stockFails) expectSameAnswer(answer, await stock.ask(question));
  });
});

/** Where the stock gateway refuses the supergraph, does less, or cannot be asked the same twice. */
describe.each([CONTEXT, OVERRIDE_BY_STEPS, NULL_KEYS, mutations()])('$name', (fixture) => {
  const ours = ourGateway(supergraphOf(fixture), subgraphsOf(fixture));

  test.each(fixture.questions)('$shows', async (question) => {
    expect((await ours.ask(question)).data).toEqual(question.data);
  });
});
