import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  TypeInfo,
  getNamedType,
  isAbstractType,
  isCompositeType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Guard } from '../access/Guard.js';
import type { AccessRules } from '../access/accessRules.js';

/**
 * All guards that could make a difference to a document: callers who meet the same of them get the same answer.
 *
 * @param introspectionDiffers whether what introspection tells hangs on the caller; then all guards make a difference to it
 */
export function documentGuards(
  schema: GraphQLSchema,
  rules: AccessRules,
  document: DocumentNode,
  introspectionDiffers: boolean,
): readonly Guard[] {
  if (rules.guards.length === 0) return [];
  const found = new Set<Guard>();
  const add = (guards: readonly Guard[]): void => {
    for (const guard of guards) found.add(guard);
  };
  const objectTypes = (type: GraphQLCompositeType): readonly GraphQLObjectType[] =>
    isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  const typeInfo = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(typeInfo, {
    Field({ name: { value: field } }) {
      if (introspectionDiffers && (field === '__schema' || field === '__type')) add(rules.guards);
      const parent = typeInfo.getParentType();
      for (const { name } of parent ? objectTypes(parent) : []) {
        add(rules.ofField(name, field));
        add(rules.ofKeysFor(name, field));
      }
      const type = getNamedType(typeInfo.getType());
      if (isCompositeType(type)) for (const { name } of objectTypes(type)) add(rules.ofType(name));
    },
  });
  visit(document, visitor);
  return [...found];
}
