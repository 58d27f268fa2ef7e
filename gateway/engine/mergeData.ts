/** An object as JSON has it. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a property, whatever its name: a client may call a field `__proto__`. */
export function setOwn(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/**
 * Adds to an object what another fetch found out about it. Objects go into objects, lists of one length element by element;
 * anything else replaces what was there. Parts of `source` become parts of `target`.
 */
export function mergeData(target: JsonObject, source: JsonObject): void {
  if (target === source) return;
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value === undefined) continue;
    const existing = Object.hasOwn(target, key) ? target[key] : undefined;
    if (isObject(existing) && isObject(value)) mergeData(existing, value);
    else if (Array.isArray(existing) && Array.isArray(value) && existing.length === value.length)
      mergeLists(existing, value);
    else setOwn(target, key, value);
  }
}

function mergeLists(target: unknown[], source: readonly unknown[]): void {
  if (target === source) return;
  for (const [index, value] of source.entries()) {
    const existing = target[index];
    if (isObject(existing) && isObject(value)) mergeData(existing, value);
    else if (Array.isArray(existing) && Array.isArray(value) && existing.length === value.length)
      mergeLists(existing, value);
    else target[index] = value;
  }
}
