import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
} from 'graphql';
import type { FetchNode } from '@apollo/query-planner';

/** The text of a fetch, taken apart so that it can be put together with others. */
export interface FetchOperation {
  /** As the planner wrote it. */
  readonly text: string;
  readonly name: string | undefined;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** What is selected of each entity, or of the root. */
  readonly selectionSet: SelectionSetNode;
  /** `{...}` of entities, or the root's fields without braces. */
  readonly selectionText: string;
  /** Without `representations`. */
  readonly variableDefinitions: readonly VariableDefinitionNode[];
  /** The directives of the operation, which every fetch of a client's operation has in common. */
  readonly directives: string;
}

/** Takes apart the operation of a fetch node. The planner writes one operation; we have it write no fragments. */
export function fetchOperation(fetch: FetchNode): FetchOperation {
  const [operation] = parse(fetch.operation, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the planner wrote a fetch without an operation');
  const entities = fetch.requires ? entitiesField(operation) : undefined;
  const selectionSet = entities?.selectionSet ?? operation.selectionSet;
  const braced = stripIgnoredCharacters(print(selectionSet));
  return {
    text: fetch.operation,
    name: fetch.operationName,
    kind: fetch.operationKind,
    selectionSet,
    selectionText: entities ? braced : braced.slice(1, -1),
    variableDefinitions: (operation.variableDefinitions ?? []).filter(
      ({ variable }) => !entities || variable.name.value !== 'representations',
    ),
    directives: (operation.directives ?? []).map((directive) => print(directive)).join(''),
  };
}

function entitiesField(operation: OperationDefinitionNode): FieldNode {
  const field = operation.selectionSet.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.name.value === '_entities',
  );
  if (!field) throw new Error('the planner wrote a fetch of entities that asks for none');
  return field;
}
