import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { eachField, type Field } from '../graph/eachField.js';
import type { Aliases } from './Aliases.js';
import { replaceIds, uuidsIn } from '../flow/replaceIds.js';
import { takesFormerIds } from './TakesFormerIds.js';

/** A request that can tell who the customers are by now whom it names. */
export interface KnowsMerges {
  readonly aliases: Pick<Aliases, 'any'>;
  /** @returns the ids of those who were merged to those into whom they were */
  currentIds(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Finds what a reference points to. */
type ResolveReference<Context> = (
  reference: Readonly<Record<string, unknown>>,
  context: Context,
) => Promise<object | null> | object | null;

/**
 * Changes the root fields of a schema so that the id of a customer who was merged, wherever in the arguments it stands, is taken for the id of the one
 * into whom they were merged.
 */
export function heedMerges(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  eachField(schema, (field: Field<KnowsMerges>, type) => {
    if (!roots.includes(type) || field.args.length === 0 || takesFormerIds(field)) return;
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, args, context, info) => {
      if (!context.aliases.any) return resolve(source, args, context, info);
      return today(args, context).then((current) => resolve(source, current, context, info));
    };
  });
}

/** A reference to a customer who was merged finds the one into whom they were merged. */
export function heedingMerges<Context extends KnowsMerges>(
  resolve: ResolveReference<Context>,
): ResolveReference<Context> {
  return (reference, context) => {
    if (!context.aliases.any) return resolve(reference, context);
    return today(reference, context).then((current) => resolve(current, context));
  };
}

async function today(
  args: Readonly<Record<string, unknown>>,
  context: KnowsMerges,
): Promise<Readonly<Record<string, unknown>>> {
  const current = await context.currentIds([...uuidsIn(args)]);
  return current.size === 0 ? args : (replaceIds(args, current) as Readonly<Record<string, unknown>>);
}
