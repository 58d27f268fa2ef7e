import type { EngineRun } from './EngineRun.js';
import type { FetchAsk, FetchBatch } from './FetchBatch.js';
import type { AskedEntity, FetchPart } from './FetchPart.js';
import type { FetchStep } from './FetchStep.js';
import { contextVariablesOf } from './contextVariables.js';
import type { JsonObject } from './mergeData.js';
import { type PlaceEntity } from './placeEntity.js';
import { objectsAt } from './responsePlaces.js';

/**
 * Finds out what a batch has to ask: which of its steps apply, for which objects, and which of these this operation has not
 * fetched before. What it has is put into place at once.
 *
 * @returns nothing for an ask that has nothing left to ask
 */
export function prepareParts(batch: FetchBatch, run: EngineRun, placeEntity: PlaceEntity): FetchPart[] {
  return batch.asks.flatMap((ask) => {
    const steps = ask.steps.filter((step) => applies(step, run.variables));
    const [first] = steps;
    if (!first) return [];
    if (!first.represent) return rootPart(ask, first, run);
    if (first.contexts.length > 0) return contextParts(ask, first, run);
    return entitiesPart(ask, steps, run, placeEntity);
  });
}

function applies({ conditions }: FetchStep, variables: Readonly<Record<string, unknown>>): boolean {
  return conditions.every(({ variable, value }) => variables[variable] === value);
}

function rootPart(ask: FetchAsk, step: FetchStep, run: EngineRun): FetchPart[] {
  const roots = objectsAt(run.data, step.path);
  return roots.length === 0 ? [] : [{ ask, steps: [step], entities: [], roots, contextVariables: {} }];
}

function entitiesPart(ask: FetchAsk, steps: FetchStep[], run: EngineRun, placeEntity: PlaceEntity): FetchPart[] {
  const known = run.entities.get(ask.id);
  const asked = new Map<string, AskedEntity>();
  for (const step of steps) {
    for (const object of objectsAt(run.data, step.path)) {
      const representation = represent(step, object);
      if (!representation) continue;
      const key = JSON.stringify(representation);
      const entity = known?.get(key);
      if (entity) placeEntity(entity, [{ object, step }]);
      else addTarget(asked, key, representation, object, step);
    }
  }
  return asked.size === 0 ? [] : [{ ask, steps, entities: [...asked.values()], roots: [], contextVariables: {} }];
}

/** One part for each set of values that come from above: they are variables of the whole request. */
function contextParts(ask: FetchAsk, step: FetchStep, run: EngineRun): FetchPart[] {
  const parts = new Map<string, { variables: JsonObject; asked: Map<string, AskedEntity> }>();
  for (const [object, variables] of contextVariablesOf(run.data, step)) {
    const representation = represent(step, object);
    if (!representation) continue;
    const values = JSON.stringify(variables);
    let part = parts.get(values);
    if (!part) parts.set(values, (part = { variables, asked: new Map() }));
    addTarget(part.asked, JSON.stringify(representation), representation, object, step);
  }
  return [...parts.values()].map(({ variables, asked }) => ({
    ask,
    steps: [step],
    entities: [...asked.values()],
    roots: [],
    contextVariables: variables,
  }));
}

function represent(step: FetchStep, object: JsonObject): JsonObject | null {
  const representation = step.represent?.(object) ?? null;
  if (representation) step.rewriteInput?.(representation);
  return representation;
}

function addTarget(
  asked: Map<string, AskedEntity>,
  key: string,
  representation: JsonObject,
  object: JsonObject,
  step: FetchStep,
): void {
  const same = asked.get(key);
  if (same) same.targets.push({ object, step });
  else asked.set(key, { representation, key, targets: [{ object, step }] });
}
