import { Directive } from 'type-graphql';

/**
 * Declares what a field costs, when it is more than the 1 that an object costs and the nothing of a scalar: federation's `@cost`, by
 * which the gateway refuses operations that ask too much at once. For metrics that read many rows.
 * @param weight in fields: how many objects one could read by their ids for it
 */
export function Cost(weight: number): MethodDecorator & PropertyDecorator {
  return Directive(`@cost(weight: ${weight})`);
}
