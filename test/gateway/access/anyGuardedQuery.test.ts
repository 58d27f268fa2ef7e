import fc from 'fast-check';
import {
  type DocumentNode,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  TypeInfo,
  execute,
  isAbstractType,
  parse,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type Caller, EVERY_SCOPE } from '../../../schema/contract.js';
import { ANONYMOUS } from '../../../gateway/access/anonymous.js';
import { engineOver } from '../../support/engineOver.js';
import type { SubgraphDefinition } from '../../support/fixtureSubgraph.js';
import { Choices } from '../federation/Choices.js';
import { askingForTypes } from '../federation/operationVariants.js';
import type { Operation } from '../federation/stockGateway.js';
import { writeOperation } from '../federation/writeOperation.js';
import { GUARDED, NEEDS } from './guardedFixture.js';

/** Milliseconds for each property. `FUZZ_MS=60000` looks harder. */
const TIME = Number(process.env['FUZZ_MS'] ?? 2_000);
const WITHIN = { numRuns: 1_000_000, interruptAfterTimeLimit: TIME, markInterruptAsFailure: false };
const LIMIT = TIME * 2 + 60_000;

const TYPE = 'type_of_it';
const SIGNED_IN = 'signed-in';
const ALL = [...new Set(Object.values(NEEDS))];

const guarded = engineOver(GUARDED);
const unguarded = engineOver(GUARDED.map(withoutGuards));
const schemas = new Map(
  GUARDED.map(({ name, typeDefs, resolvers }) => [
    name,
    buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers }]),
  ]),
);

function withoutGuards(definition: SubgraphDefinition): SubgraphDefinition {
  const typeDefs = definition.typeDefs.replaceAll(/ @requiresScopes\(scopes: [^)]*\)| @authenticated\b/g, '');
  return { ...definition, typeDefs };
}

const operations: fc.Arbitrary<Operation> = fc
  .array(fc.nat(10_000), { maxLength: 150, size: 'max' })
  .map((numbers) => askingForTypes(writeOperation(guarded.apiSchema, new Choices(numbers)), TYPE))
  .filter(({ query }) => validate(guarded.apiSchema, parse(query)).length === 0);

const callers: fc.Arbitrary<Caller> = fc
  .subarray(ALL)
  .map((scopes) => (scopes.includes(SIGNED_IN) ? { subject: 'somebody', scopes } : ANONYMOUS));

function isClosed(caller: Caller, coordinate: string): boolean {
  const needed = NEEDS[coordinate];
  if (needed === undefined) return false;
  return needed === SIGNED_IN ? caller === ANONYMOUS : !caller.scopes.includes(needed);
}

/** What a caller should be answered, by the reference implementation of GraphQL over what somebody is answered who may see everything. */
async function modelled(
  caller: Caller,
  { query, variables }: Operation,
  all: unknown,
): Promise<{ data: unknown; closed: Set<string> }> {
  const closed = new Set<string>();
  const close = (path: string): null => {
    closed.add(path);
    return null;
  };
  const shown = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => shown(one, path));
    const type = typeof value === 'object' && value !== null && TYPE in value ? value[TYPE] : undefined;
    return type === 'Vault' && isClosed(caller, 'Vault.id') ? close(path) : value;
  };
  const { data } = await execute({
    schema: guarded.apiSchema,
    document: parse(query),
    rootValue: all,
    variableValues: { ...variables },
    fieldResolver(source: Record<string, unknown>, _given, _context, { path, parentType, fieldName }) {
      const place = withoutIndexes(path);
      return isClosed(caller, `${parentType.name}.${fieldName}`) ? close(place) : shown(source[path.key], place);
    },
    typeResolver: (source: Record<string, unknown>) => String(source[TYPE]),
  });
  return { data, closed };
}

function withoutIndexes({ prev, key }: GraphQLResolveInfo['path']): string {
  const above = prev ? withoutIndexes(prev) : '';
  return typeof key === 'number' ? above : `${above}.${key}`;
}

/** The fields of object types that a request to a subgraph asks for. */
function fieldsOf(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    Field({ name }) {
      const parent = types.getParentType();
      if (!parent || name.value === '__typename') return;
      const possible = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent];
      for (const type of possible) found.add(`${type.name}.${name.value}`);
    },
  });
  visit(document, visitor);
  return found;
}

describe('any query', () => {
  test(
    'is answered as if what the caller may not see were null, and no subgraph is asked for that',
    async () => {
      const property = fc.asyncProperty(operations, callers, async (operation, caller) => {
        const { query, variables = {} } = operation;
        const all = await unguarded.ask(query, variables);
        guarded.sent.length = 0;
        const answer = await guarded.ask(query, variables, { caller });
        const { data, closed } = await modelled(caller, operation, all.data);
        expect(answer.dataText).toBe(JSON.stringify(data));
        // Where a null goes up, what else is closed in the same object need not be told.
        const told = answer.errors.map(({ path }) => `.${path?.join('.')}`);
        expect(told.filter((path) => !closed.has(path))).toEqual([]);
        expect(told.length > 0).toBe(closed.size > 0);

        const asked = guarded.sent.flatMap((request) => {
          const schema = schemas.get(request.service);
          return schema ? [...fieldsOf(schema, parse(request.query))] : [];
        });
        expect(asked.filter((field) => isClosed(caller, field))).toEqual([]);
        const text = JSON.stringify([answer.textWith(), guarded.sent.map((request) => request.variables)]);
        for (const scope of ALL.filter((one) => !caller.scopes.includes(one)))
          expect(text).not.toContain(`"${scope}: `);
      });
      await fc.assert(property, WITHIN);
    },
    LIMIT,
  );

  test(
    'of a caller with every scope is answered as if nothing were guarded',
    async () => {
      const property = fc.asyncProperty(operations, async ({ query, variables = {} }) => {
        const caller = { subject: 'somebody', scopes: [EVERY_SCOPE] };
        const answer = await guarded.ask(query, variables, { caller });
        expect(answer.textWith()).toBe((await unguarded.ask(query, variables)).textWith());
      });
      await fc.assert(property, WITHIN);
    },
    LIMIT,
  );
});
