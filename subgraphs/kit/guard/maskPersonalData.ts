import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { type Caller, hasScope, SCOPES } from '../../../schema/contract.js';
import { MASK, type Mask } from '../graph/Masked.js';

type Resolver = GraphQLFieldResolver<unknown, { readonly caller: Caller }>;

function maskValue(mask: Mask, value: unknown): unknown {
  if (typeof value === 'string') return mask(value);
  return Array.isArray(value) ? value.map((item) => maskValue(mask, item)) : value;
}

function masking(resolve: Resolver, mask: Mask): Resolver {
  return (source, args, context, info) => {
    const value = resolve(source, args, context, info);
    if (hasScope(context.caller, SCOPES.readPersonalData)) return value;
    return value instanceof Promise ? value.then((settled) => maskValue(mask, settled)) : maskValue(mask, value);
  };
}

/**
 * The resolvers of all fields that are `Masked`, which mask for callers without `customer:pii` what the field's own resolver gives.
 * @param schema as type-graphql built it
 * @returns type to field to resolver
 */
export function maskPersonalData(schema: GraphQLSchema): Map<string, Map<string, Resolver>> {
  const masked = new Map<string, Map<string, Resolver>>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const mask = field.extensions[MASK];
      if (typeof mask !== 'function') continue;
      const fields = masked.get(type.name) ?? new Map<string, Resolver>();
      fields.set(field.name, masking(field.resolve ?? defaultFieldResolver, mask as Mask));
      masked.set(type.name, fields);
    }
  }
  return masked;
}
