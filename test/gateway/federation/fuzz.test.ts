import fc from 'fast-check';
import { type GraphQLNamedType, type GraphQLSchema, parse, validate } from 'graphql';
import { PlannedGraph } from '../../../gateway/engine/plan/PlannedGraph.js';
import { plannerHere } from '../../support/plannerHere.js';
import { Choices } from './Choices.js';
import { subgraphsOf, supergraphOf } from './composeFixture.js';
import { expectSameAnswer } from './expectSameAnswer.js';
import { COMPARED } from './fixtures/allFixtures.js';
import { INTERFACE_OBJECT } from './fixtures/interfaceObject.js';
import { ourGateway } from './ourGateway.js';
import {
  askingForTypes,
  exchangedKeys,
  exchangingKeys,
  specifiedShape,
  withoutConditions,
  withoutTypes,
} from './operationVariants.js';
import { type Operation, startStockGateway } from './stockGateway.js';
import { writeOperation } from './writeOperation.js';

/** Milliseconds for each fixture and property. `FUZZ_MS=60000` looks harder. */
const TIME = Number(process.env['FUZZ_MS'] ?? 500);

const WITHIN = { numRuns: 1_000_000, interruptAfterTimeLimit: TIME, markInterruptAsFailure: false };
const LIMIT = TIME * 2 + 60_000;

/** Of an interface object the stock gateway loses the type, and with it the object, in many ways. */
const TRUSTED = COMPARED.filter((fixture) => fixture !== INTERFACE_OBJECT);

function operationsOver(schema: GraphQLSchema): fc.Arbitrary<Operation> {
  return fc
    .array(fc.nat(10_000), { maxLength: 150, size: 'max' })
    .map((numbers) => writeOperation(schema, new Choices(numbers)));
}

function isValid(schema: GraphQLSchema, { query }: Operation): boolean {
  return validate(schema, parse(query)).length === 0;
}

describe.each(TRUSTED)('any valid query of $name', (fixture) => {
  const supergraphSdl = supergraphOf(fixture);
  const { apiSchema } = new PlannedGraph(plannerHere(supergraphSdl));
  const ours = ourGateway(supergraphSdl, subgraphsOf(fixture));

  test(
    'is answered as the stock gateway answers it',
    async () => {
      expect.hasAssertions();
      const stock = await startStockGateway(supergraphSdl, subgraphsOf(fixture));
      const property = fc.asyncProperty(operationsOver(apiSchema), async (written) => {
        // The stock gateway forgets the fields of an object of which it was not told the type, and loses fields beside one that is left
        // out. Whether what is left out is what should be, the next property tells.
        const operation = askingForTypes(written, '__typename');
        fc.pre(isValid(apiSchema, operation));
        expectSameAnswer(await ours.ask(operation), await stock.ask(withoutConditions(operation)));
      });
      await fc.assert(property, WITHIN);
      await stock.stop();
    },
    LIMIT,
  );
});

describe.each(COMPARED)('any valid query of $name', (fixture) => {
  const supergraphSdl = supergraphOf(fixture);
  const { apiSchema } = new PlannedGraph(plannerHere(supergraphSdl));
  const ours = ourGateway(supergraphSdl, subgraphsOf(fixture));

  test(
    'is answered in the shape that the specification demands',
    async () => {
      const property = fc.asyncProperty(operationsOver(apiSchema), async (written) => {
        const operation = askingForTypes(written);
        fc.pre(isValid(apiSchema, operation));
        const { data } = await ours.ask(operation);
        fc.pre(data !== null);
        expect(JSON.stringify(data)).toBe(JSON.stringify(await specifiedShape(apiSchema, operation, data)));
        expect((await ours.ask(written)).data).toEqual(withoutTypes(data));
      });
      await fc.assert(property, WITHIN);
    },
    LIMIT,
  );

  test(
    'is answered alike whatever names the client gives',
    async () => {
      const names = [...new Set(Object.values(apiSchema.getTypeMap()).flatMap(fieldNames))];
      const mixtures = fc.shuffledSubarray(names, { minLength: names.length });
      const property = fc.asyncProperty(operationsOver(apiSchema), mixtures, async (plain, mixed) => {
        fc.pre(isValid(apiSchema, plain));
        const exchange = (key: string): string => mixed[names.indexOf(key)] ?? key;
        const { data } = await ours.ask(exchangingKeys(plain, exchange));
        expect(data).toEqual(exchangedKeys((await ours.ask(plain)).data, exchange));
      });
      await fc.assert(property, WITHIN);
    },
    LIMIT,
  );
});

function fieldNames(type: GraphQLNamedType): string[] {
  return 'getFields' in type && !type.name.startsWith('__') ? Object.keys(type.getFields()) : [];
}
