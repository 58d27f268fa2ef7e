import { replaceIds, uuidsIn } from '../flow/replaceIds.js';
import type { Aliases } from './Aliases.js';

/** A request that can tell who the customers are by now whom it names. */
export interface KnowsMerges {
  readonly aliases: Pick<Aliases, 'any'>;
  /** @returns the ids of those who were merged to those into whom they were */
  currentIds(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/**
 * The arguments of a field, or a reference, in which the id of a customer who was merged, wherever it stands, is that of the one into whom
 * they were merged. Where nobody ever was (`aliases.any`) there is no need to ask.
 */
export async function currentArguments(
  args: Readonly<Record<string, unknown>>,
  context: KnowsMerges,
): Promise<Readonly<Record<string, unknown>>> {
  const current = await context.currentIds([...uuidsIn(args)]);
  return current.size === 0 ? args : (replaceIds(args, current) as Readonly<Record<string, unknown>>);
}
