import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  getNamedType,
  isInterfaceType,
  isObjectType,
  parse,
  parseType,
  print,
} from 'graphql';
import { RESUMABLE } from '../../schema/contract.js';
import type { CompiledSubscription } from '../engine/CompiledOperation.js';
import type { SubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import type { UpstreamRequest } from './SubgraphEvents.js';

/** How a subscription is taken up again where it broke off. */
interface Resumption {
  /** The argument of the subscription's field that takes a cursor. */
  readonly argument: string;
  /** That argument's type. */
  readonly type: string;
  /** The field of each event that holds its cursor. */
  readonly cursor: string;
}

/** Resumptions by the name of the subscription's field. */
export type Resumptions = ReadonlyMap<string, Resumption>;

/** What a subgraph is asked for one subscription. */
export interface UpstreamOperation {
  readonly request: UpstreamRequest;
  /** Whether the client itself asked for what came after some cursor. */
  readonly resumes: boolean;
  /** Takes the event's cursor out of it; undefined when it cannot be resumed, or the event holds none. */
  takeCursor(event: SubgraphAnswer): string | undefined;
  /** The same subscription from behind a cursor. */
  from(cursor: string): UpstreamRequest;
}

const CURSOR_KEY = '_resumeCursor';
const AFTER_VARIABLE = '_resumeAfter';

/**
 * Finds the subscription fields that carry `@resumable(argument, cursor)`. The directive is known by the specification that the
 * supergraph links, whatever it is called there; the arguments and cursors that clients cannot see do not count.
 *
 * @param apiSchema the same supergraph, as clients see it
 */
export function resumptionsOf(supergraphSdl: string, apiSchema: GraphQLSchema): Resumptions {
  const found = new Map<string, Resumption>();
  const type = apiSchema.getSubscriptionType();
  if (!type || !supergraphSdl.includes(RESUMABLE.specification)) return found;
  const document = parse(supergraphSdl, { noLocation: true });
  const name = directiveName(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== type.name) continue;
    for (const field of definition.fields ?? []) {
      const directive = field.directives?.find((candidate) => candidate.name.value === name);
      const known = type.getFields()[field.name.value];
      if (!directive || !known) continue;
      const argument = known.args.find((candidate) => candidate.name === text(directive, 'argument'));
      const cursor = text(directive, 'cursor') ?? '';
      const event = getNamedType(known.type);
      const hasCursor = (isObjectType(event) || isInterfaceType(event)) && cursor in event.getFields();
      if (argument && hasCursor)
        found.set(known.name, { argument: argument.name, type: String(argument.type), cursor });
    }
  }
  return found;
}

/** The name under which the supergraph imported the directive, else the one that it has inside its namespace. */
function directiveName(document: DocumentNode): string {
  const links = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  );
  const link = links.find((directive) => text(directive, 'url')?.startsWith(`${RESUMABLE.specification}/`));
  const imports = link?.arguments?.find(({ name }) => name.value === 'import')?.value;
  for (const item of imports?.kind === Kind.LIST ? imports.values : []) {
    if (item.kind === Kind.STRING && item.value === `@${RESUMABLE.name}`) return RESUMABLE.name;
    if (item.kind !== Kind.OBJECT) continue;
    const entry = (key: string): string | undefined => {
      const value = item.fields.find(({ name }) => name.value === key)?.value;
      return value?.kind === Kind.STRING ? value.value : undefined;
    };
    if (entry('name') === `@${RESUMABLE.name}`) return entry('as')?.slice(1) ?? RESUMABLE.name;
  }
  return RESUMABLE.name;
}

function text(directive: ConstDirectiveNode, argument: string): string | undefined {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/**
 * Makes the requests for one upstream subscription. Where it can be resumed, the subgraph is always asked for the cursor too,
 * under a name of its own, whether or not the client wants to see it.
 */
export function upstreamOperation(
  compiled: CompiledSubscription,
  variables: Readonly<Record<string, unknown>>,
  resumptions: Resumptions,
): UpstreamOperation {
  const upstream = { operationName: compiled.operationName, variables: compiled.upstreamVariables(variables) };
  const document = resumptions.size > 0 ? parse(compiled.query, { noLocation: true }) : undefined;
  const operation = document?.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const field = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections[0] : undefined;
  const resumption = field?.kind === Kind.FIELD ? resumptions.get(field.name.value) : undefined;
  if (!document || operation?.kind !== Kind.OPERATION_DEFINITION || field?.kind !== Kind.FIELD || !resumption) {
    const request = { ...upstream, query: compiled.query };
    return { request, resumes: false, takeCursor: () => undefined, from: () => request };
  }
  const withCursor = selectCursor(field, resumption.cursor);
  const textOf = (changed: OperationDefinitionNode): string =>
    print({ ...document, definitions: document.definitions.map((one) => (one === operation ? changed : one)) });
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const resumed = textOf(resumedOperation(operation, withCursor, resumption, fragments.map(print).join('\n')));
  const key = (field.alias ?? field.name).value;
  return {
    request: {
      ...upstream,
      query: textOf({ ...operation, selectionSet: { ...operation.selectionSet, selections: [withCursor] } }),
    },
    resumes: isGiven(field, resumption.argument, upstream.variables),
    takeCursor({ data }) {
      const event = data?.[key];
      if (typeof event !== 'object' || event === null || !(CURSOR_KEY in event)) return undefined;
      const cursor = event[CURSOR_KEY];
      delete event[CURSOR_KEY];
      return typeof cursor === 'string' ? cursor : undefined;
    },
    from: (cursor) => ({
      ...upstream,
      query: resumed,
      variables: { ...upstream.variables, [AFTER_VARIABLE]: cursor },
    }),
  };
}

function selectCursor(field: FieldNode, cursor: string): FieldNode {
  const selection: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: CURSOR_KEY },
    name: { kind: Kind.NAME, value: cursor },
  };
  return {
    ...field,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [...(field.selectionSet?.selections ?? []), selection] },
  };
}

/** A variable that only the replaced argument used stays declared, and subgraphs refuse unused ones: it is dropped. */
function resumedOperation(
  operation: OperationDefinitionNode,
  field: FieldNode,
  { argument, type }: Resumption,
  fragments: string,
): OperationDefinitionNode {
  const kept = (field.arguments ?? []).filter(({ name }) => name.value !== argument);
  const resumedField: FieldNode = {
    ...field,
    arguments: [
      ...kept,
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: argument },
        value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: AFTER_VARIABLE } },
      },
    ],
  };
  const used = print(resumedField) + fragments;
  const definitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    new RegExp(`\\$${variable.name.value}\\b`).test(used),
  );
  return {
    ...operation,
    variableDefinitions: [
      ...definitions,
      {
        kind: Kind.VARIABLE_DEFINITION,
        variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: AFTER_VARIABLE } },
        type: parseType(type),
      },
    ],
    selectionSet: { ...operation.selectionSet, selections: [resumedField] },
  };
}

function isGiven(field: FieldNode, argument: string, variables: Readonly<Record<string, unknown>>): boolean {
  const value = field.arguments?.find(({ name }) => name.value === argument)?.value;
  if (!value || value.kind === Kind.NULL) return false;
  return value.kind !== Kind.VARIABLE || (variables[value.name.value] ?? null) !== null;
}
