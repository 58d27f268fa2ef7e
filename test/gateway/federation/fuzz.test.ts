import fc from 'fast-check';
import { type GraphQLNamedType, type GraphQLSchema, parse, validate } from 'graphql';
import { createEngine } from '../../../gateway/engine/createEngine.js';
import { Choices } from './Choices.js';
import { subgraphsOf, supergraphOf } from './composeFixture.js';
import { expectSameAnswer } from './expectSameAnswer.js';
import { COMPARED } from './fixtures/allFixtures.js';
import { type OurGateway, ourGateway } from './ourGateway.js';
import { askingForTypes, exchangedKeys, exchangingKeys, specifiedShape, withoutTypes } from './operationVariants.js';
import { type StockGateway, startStockGateway } from './stockGateway.js';
import { writeOperation } from './writeOperation.js';

/** Milliseconds for each fixture and property. `FUZZ_MS=60000` looks harder. */
const TIME = Number(process.env['FUZZ_MS'] ?? 600);

const tapes = fc.array(fc.nat(10_000), { maxLength: 150, size: 'max' });

describe.each(COMPARED)('any valid query of $name', (fixture) => {
  let schema: GraphQLSchema;
  let stock: StockGateway;
  let ours: OurGateway;

  beforeAll(async () => {
    const supergraphSdl = supergraphOf(fixture);
    schema = createEngine({ supergraphSdl, subgraphs: new Map() }).apiSchema;
    stock = await startStockGateway(supergraphSdl, subgraphsOf(fixture));
    ours = ourGateway(supergraphSdl, subgraphsOf(fixture));
  });

  afterAll(async () => {
    await stock.stop();
  });

  const operations = tapes.map((numbers) => writeOperation(schema, new Choices(numbers)));
  const within = { numRuns: 1_000_000, interruptAfterTimeLimit: TIME, markInterruptAsFailure: false };

  test(
    'is answered as the stock gateway answers it',
    async () => {
      await fc.assert(
        fc.asyncProperty(operations, async (operation) => {
          fc.pre(validate(schema, parse(operation.query)).length === 0);
          // The stock gateway forgets fields behind a variable where it does not know an object's type.
          const answer = await stock.ask(askingForTypes(operation));
          expectSameAnswer(await ours.ask(operation), { ...answer, data: withoutTypes(answer.data) });
        }),
        within,
      );
    },
    TIME * 2 + 60_000,
  );

  test(
    'is answered in the shape that the specification demands',
    async () => {
      await fc.assert(
        fc.asyncProperty(operations, async (written) => {
          const operation = askingForTypes(written);
          fc.pre(validate(schema, parse(operation.query)).length === 0);
          const { data } = await ours.ask(operation);
          fc.pre(data !== null);
          expect(JSON.stringify(data)).toBe(JSON.stringify(await specifiedShape(schema, operation, data)));
        }),
        within,
      );
    },
    TIME * 2 + 60_000,
  );

  test(
    'is answered alike whatever names the client gives',
    async () => {
      const names = [...new Set(Object.values(schema.getTypeMap()).flatMap(fieldNames))];
      await fc.assert(
        fc.asyncProperty(operations, fc.shuffledSubarray(names, { minLength: names.length }), async (plain, mixed) => {
          fc.pre(validate(schema, parse(plain.query)).length === 0);
          const exchange = (key: string): string => mixed[names.indexOf(key)] ?? key;
          const { data } = await ours.ask(exchangingKeys(plain, exchange));
          expect(data).toEqual(exchangedKeys((await ours.ask(plain)).data, exchange));
        }),
        within,
      );
    },
    TIME * 2 + 60_000,
  );
});

function fieldNames(type: GraphQLNamedType): string[] {
  return 'getFields' in type && !type.name.startsWith('__') ? Object.keys(type.getFields()) : [];
}
