import type { KnownEntity } from './EngineRun.js';
import type { Target } from './FetchPart.js';
import { type JsonObject, mergeData } from './mergeData.js';
import type { TypeMatcher } from './typeMatcher.js';

/** Puts what a subgraph knows about an entity into each of its places. */
export type PlaceEntity = (entity: KnownEntity, targets: readonly Target[]) => void;

/**
 * Makes the function that places entities. The objects below an entity are shared by all its places, as long as later steps
 * add the same to them; where they would not, each place gets a copy.
 *
 * @param sharing false when places must never share, because later steps depend on what is above a place
 */
export function entityPlacer(isObjectType: TypeMatcher, sharing: boolean): PlaceEntity {
  return ({ value, shape }, targets) => {
    if (!value) return;
    for (const { object, step } of targets) {
      mergeEntity(isObjectType, object, sharing && step.shape === shape ? value : structuredClone(value));
    }
  };
}

/** A subgraph that knows a type only as an interface (`@interfaceObject`) does not know better what an object is. */
function mergeEntity(isObjectType: TypeMatcher, target: JsonObject, entity: JsonObject): void {
  const typename = target['__typename'];
  const keeps = isObjectType(typename) && !isObjectType(entity['__typename']);
  mergeData(target, entity);
  if (keeps) target['__typename'] = typename;
}
