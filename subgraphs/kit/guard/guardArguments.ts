import { type DocumentNode, type EnumValueDefinitionNode, type InputValueDefinitionNode, Kind, visit } from 'graphql';
import { spokenScopes } from '../../../schema/contract.js';
import { argumentScopes } from '../graph/argumentScopes.js';
import { directiveNode } from '../graph/directiveNode.js';
import { scopesOfValue } from '../graph/enumType.js';
import { argumentScopesOf } from './argumentScopesOf.js';

/**
 * Writes into a schema which scopes the values of its enums ask for, and lets the description of all that asks for scopes among arguments say so, for
 * clients do not see the directive.
 */
export function guardArguments(sdl: DocumentNode): DocumentNode {
  const marked = visit(sdl, {
    EnumTypeDefinition(type) {
      const values = type.values?.map((value) => {
        const scopes = scopesOfValue(type.name.value, value.name.value);
        if (scopes === undefined) return value;
        return { ...value, directives: [...(value.directives ?? []), directiveNode(argumentScopes(scopes))] };
      });
      return { ...type, ...(values && { values }) };
    },
  });
  return visit(marked, { InputValueDefinition: describe, EnumValueDefinition: describe });
}

function describe<Node extends InputValueDefinitionNode | EnumValueDefinitionNode>(node: Node): Node {
  const scopes = argumentScopesOf(node);
  if (scopes.length === 0) return node;
  const value = [node.description?.value, `Needs ${spokenScopes(scopes).replaceAll('"', '`')}.`]
    .filter(Boolean)
    .join(' ');
  return { ...node, description: { kind: Kind.STRING, value, block: true } };
}
