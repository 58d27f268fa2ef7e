import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  getOperationAST,
  visit,
} from 'graphql';
import { ERROR_CODES } from '../../schema/contract.js';

/** A document's one operation that is run, and what it may spread. */
export interface OperationParts {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Variables on which a `@skip` or `@include` hangs, in the order of the document. */
  readonly conditionVariables: readonly string[];
}

/** @throws GraphQLError when there is no operation of that name, or several and none was chosen */
export function operationParts(document: DocumentNode, operationName: string | undefined): OperationParts {
  const operation = getOperationAST(document, operationName);
  if (!operation) {
    throw new GraphQLError(
      operationName ? `The document holds no operation "${operationName}".` : 'The document holds several operations.',
      { extensions: { code: ERROR_CODES.OPERATION_RESOLUTION_FAILURE } },
    );
  }
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return { operation, fragments, conditionVariables: findConditionVariables(document) };
}

function findConditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      const condition = given?.find((argument) => argument.name.value === 'if')?.value;
      if (condition?.kind === Kind.VARIABLE) names.add(condition.name.value);
    },
  });
  return [...names];
}
