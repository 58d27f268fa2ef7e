import type { Class } from '../graph/Class.js';

/** What tells the rows of one customer apart, and which of several is the newest. */
export interface CustomerKey {
  readonly properties: readonly string[];
  /** The property that says when a row last changed. */
  readonly newest: string | undefined;
}

const keys = new WeakMap<object, CustomerKey>();

/**
 * Says that a customer has at most one row of an entity for each value of these properties: one address with a label, one trait of a name
 * and source. Where customers who have the same are merged, one row stands for all of them: that of the survivor, else the newest. `standing` is what reads them.
 *
 * @param properties beside the customer; none where a customer has one row
 * @param newest the property that says when a row last changed; without it, it is as good as chance, but always the same
 */
export function KeyOfCustomer(properties: readonly string[], newest?: string): ClassDecorator {
  return (entity) => void keys.set(entity, { properties, newest });
}

/** What an entity says of it; undefined where a customer may have any number of rows. */
export function customerKeyOf(entity: Class): CustomerKey | undefined {
  return keys.get(entity);
}
