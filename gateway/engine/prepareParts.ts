import type { EngineRun } from './EngineRun.js';
import type { FetchAsk, FetchBatch } from './FetchBatch.js';
import type { AskedEntity, FetchPart } from './FetchPart.js';
import type { FetchStep } from './FetchStep.js';
import type { Representer } from './compileRepresentation.js';
import { contextVariablesOf } from './contextVariables.js';
import type { JsonObject } from './mergeData.js';
import type { EntityPlacer } from './placeEntity.js';
import { objectsAt, replaceAt } from './responsePlaces.js';

/**
 * Finds out what a batch has to ask: which of its ready steps apply, for which objects, and which of these this operation has not
 * fetched before. What it has is put into place at once.
 *
 * @returns nothing for an ask that has nothing left to ask
 */
export function prepareParts(
  batch: FetchBatch,
  ready: readonly FetchStep[],
  run: EngineRun,
  placer: EntityPlacer,
): FetchPart[] {
  return batch.asks.flatMap((ask) => {
    const steps = ask.steps.filter((step) => ready.includes(step) && applies(step, run.variables));
    const [first] = steps;
    if (!first) return [];
    if (!first.representer) return rootPart(ask, first, run);
    if (first.contexts.length > 0) return contextParts(ask, first, first.representer, run);
    return entitiesPart(ask, steps, run, placer);
  });
}

function applies({ conditions }: FetchStep, variables: Readonly<Record<string, unknown>>): boolean {
  return conditions.every(({ variable, value }) => variables[variable] === value);
}

function rootPart(ask: FetchAsk, step: FetchStep, run: EngineRun): FetchPart[] {
  const roots = objectsAt(run.data, step.path);
  return roots.length === 0 ? [] : [{ ask, steps: [step], entities: [], roots, contextVariables: {} }];
}

function entitiesPart(ask: FetchAsk, steps: FetchStep[], run: EngineRun, placer: EntityPlacer): FetchPart[] {
  const known = run.entities.get(ask.id);
  const asked = new Map<string, AskedEntity>();
  const asking = new Set<FetchStep>();
  for (const step of steps) {
    const { representer } = step;
    if (!representer) continue;
    for (const object of objectsOf(step, representer, run, placer)) {
      const quickKey = representer.keyOf(object);
      const representation = quickKey === null ? representer.build(object) : null;
      if (quickKey === null && !representation) continue;
      const key = quickKey ?? JSON.stringify(representation);
      const entity = known?.get(key);
      if (entity) {
        placer.place(entity, [object], [step]);
      } else {
        addTarget(asked, key, representation, object, step, representer);
        asking.add(step);
      }
    }
  }
  if (asked.size === 0) return [];
  return [{ ask, steps: [...asking], entities: [...asked.values()], roots: [], contextVariables: {} }];
}

/** The distinct objects of a step. */
function objectsOf(
  step: FetchStep,
  representer: Representer,
  run: EngineRun,
  { sharing }: EntityPlacer,
): readonly JsonObject[] {
  let objects = run.places.get(step.placesKey);
  if (!objects) {
    const alike = sharing && step.uniform;
    objects = alike ? joinAlike(step, representer, run) : objectsAt(run.data, step.path);
    run.places.set(step.placesKey, objects);
  }
  return objects;
}

/** Makes one object of those that are alike in all, so that they are filled and written once. */
function joinAlike({ path }: FetchStep, representer: Representer, { data }: EngineRun): JsonObject[] {
  const distinct = new Set<JsonObject>();
  const byKey = new Map<string, JsonObject>();
  replaceAt(data, path, (object) => {
    if (distinct.has(object)) return object;
    const key = representer.bareKeyOf(object);
    const same = key === null ? undefined : byKey.get(key);
    if (same) return same;
    if (key !== null) byKey.set(key, object);
    distinct.add(object);
    return object;
  });
  return [...distinct];
}

/** One part for each set of values that come from above: they are variables of the whole request. */
function contextParts(ask: FetchAsk, step: FetchStep, representer: Representer, run: EngineRun): FetchPart[] {
  const parts = new Map<string, { variables: JsonObject; asked: Map<string, AskedEntity> }>();
  for (const [object, variables] of contextVariablesOf(run.data, step)) {
    const representation = representer.build(object);
    if (!representation) continue;
    const values = JSON.stringify(variables);
    let part = parts.get(values);
    if (!part) parts.set(values, (part = { variables, asked: new Map() }));
    addTarget(part.asked, JSON.stringify(representation), representation, object, step, representer);
  }
  return [...parts.values()].map(({ variables, asked }) => ({
    ask,
    steps: [step],
    entities: [...asked.values()],
    roots: [],
    contextVariables: variables,
  }));
}

/** @param built the representation, where it was built already */
function addTarget(
  asked: Map<string, AskedEntity>,
  key: string,
  built: JsonObject | null,
  object: JsonObject,
  step: FetchStep,
  representer: Representer,
): void {
  const same = asked.get(key);
  if (same) {
    same.objects.push(object);
    same.steps.push(step);
    return;
  }
  const representation = built ?? representer.build(object);
  if (!representation) return;
  step.rewriteInput?.(representation);
  asked.set(key, { representation, key, objects: [object], steps: [step] });
}
