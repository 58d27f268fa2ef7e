import { readFile } from 'node:fs/promises';
import { subgraphsOf, supergraphOf } from './composeFixture.js';
import { expectSameAnswer } from './expectSameAnswer.js';
import { COMPARED } from './fixtures/allFixtures.js';
import { CHAINED_REQUIRES, NOT_ANSWERED } from './fixtures/chainedRequires.js';
import { CONTEXT } from './fixtures/context.js';
import { INTERFACE_OBJECT_WITH_REQUIRES } from './fixtures/interfaceObject.js';
import { mutations } from './fixtures/mutations.js';
import { NULL_KEYS } from './fixtures/nulls.js';
import { OVERRIDE_BY_STEPS } from './fixtures/override.js';
import { type OurGateway, ourGateway } from './ourGateway.js';
import { type StockGateway, startStockGateway } from './stockGateway.js';

/** Each question is answered as the stock gateway answers it, and as the fixture says where it says so. */
describe.each([...COMPARED, CHAINED_REQUIRES, INTERFACE_OBJECT_WITH_REQUIRES])('$name', (fixture) => {
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
    const { data = answer.data } = question;
    expect(JSON.stringify(answer.data)).toBe(JSON.stringify(data));
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

/** Should one of these pass one day, docs/federation.md has one row less. */
describe.each(NOT_ANSWERED.questions)('$shows', ({ query, data }) => {
  test.failing('is answered', async () => {
    const ours = ourGateway(supergraphOf(NOT_ANSWERED), subgraphsOf(NOT_ANSWERED));
    expect((await ours.ask({ query })).data).toEqual(data);
  });
});

test('docs/federation.md has a row for each of them', async () => {
  const page = await readFile('docs/federation.md', 'utf8');
  const fixtures = [
    ...COMPARED,
    CHAINED_REQUIRES,
    INTERFACE_OBJECT_WITH_REQUIRES,
    CONTEXT,
    OVERRIDE_BY_STEPS,
    NULL_KEYS,
    mutations(),
  ];
  for (const { name, questions } of fixtures) expect(page).toMatch(rowOf(name, String(questions.length)));
  for (const { shows } of NOT_ANSWERED.questions) expect(page).toMatch(rowOf(shows));
});

/** A row of a table that begins with these cells, however wide. */
function rowOf(...cells: readonly string[]): RegExp {
  const texts = cells.map((cell) => cell.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^\\| ${texts.join(' +\\| +')} +\\|`, 'm');
}
