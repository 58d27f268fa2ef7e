import { validate as isUuid } from 'uuid';

/** All UUIDs in a value made of objects, lists and scalars, in lower case. */
export function uuidsIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof value === 'string') {
    if (isUuid(value)) found.add(value.toLowerCase());
  } else if (isBranch(value)) {
    for (const item of Object.values(value)) uuidsIn(item, found);
  }
  return found;
}

/** A copy of a value in which ids stand for others. Objects keep their class. */
export function replaceIds(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value.toLowerCase()) ?? value;
  if (Array.isArray(value)) return value.map((item) => replaceIds(item, ids));
  if (!isBranch(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, replaceIds(item, ids)] as const);
  const copy: object = Object.create(Object.getPrototypeOf(value) as object | null);
  return Object.assign(copy, Object.fromEntries(entries));
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}
