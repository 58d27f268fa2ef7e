import type { KnownEntity } from './EngineRun.js';
import type { FetchStep } from './FetchStep.js';
import { type JsonObject, mergeData, setOwn } from './mergeData.js';
import type { TypeMatcher } from './typeMatcher.js';

/** Puts what a subgraph knows about an entity into its places. */
export interface EntityPlacer {
  /** Whether places may share objects at all: not when later steps depend on what is above a place. */
  readonly sharing: boolean;
  /** @param steps for each of the objects the step to which it belongs */
  place(entity: KnownEntity, objects: readonly JsonObject[], steps: readonly FetchStep[]): void;
}

/**
 * Makes the function that places entities. The objects below an entity are shared by all its places, as long as later steps
 * add the same to them; where they would not, each step's places get a copy of their own.
 */
export function entityPlacer(isObjectType: TypeMatcher, sharing: boolean): EntityPlacer {
  return {
    sharing,
    place({ value, shape }, objects, steps) {
      if (!value) return;
      const isFlat = steps[0]?.nested.length === 0;
      const named = isObjectType(value['__typename']);
      const copies = new Map<string, JsonObject>();
      const sourceFor = (step: FetchStep): JsonObject => {
        if (isFlat || (sharing && step.uniform && step.shape === shape)) return value;
        if (!sharing || !step.uniform) return structuredClone(value);
        let copy = copies.get(step.shape);
        if (!copy) copies.set(step.shape, (copy = structuredClone(value)));
        return copy;
      };
      for (const [index, object] of objects.entries()) {
        const step = steps[index];
        if (!step) continue;
        const typename = object['__typename'];
        if (isFlat) assign(object, value);
        else mergeData(object, sourceFor(step));
        // A subgraph that knows a type only as an interface (`@interfaceObject`) does not know better what an object is.
        if (!named && isObjectType(typename)) object['__typename'] = typename;
      }
    },
  };
}

function assign(target: JsonObject, source: JsonObject): void {
  for (const key of Object.keys(source)) if (source[key] !== undefined) setOwn(target, key, source[key]);
}
