import type { Database } from '../sql/Database.js';

/** The names under which a packed answer marks what JSON does not know. */
const DATE = '$date';
const ENTITY = '$entity';

/** What stands for an answer that told of a customer who was erased since. */
export const ERASED_ANSWER = { $erased: true } as const;

/** Whether an answer was erased. */
export function isErasedAnswer(packed: unknown): boolean {
  return typeof packed === 'object' && packed !== null && '$erased' in packed;
}

/**
 * A mutation's answer as JSON: entities keep their class, times stay times. Fields that are read later (through loaders) are
 * not part of it.
 */
export function packAnswer(database: Database, value: unknown): unknown {
  if (value instanceof Date) return { [DATE]: value.toISOString() };
  if (Array.isArray(value)) return value.map((item) => packAnswer(database, item));
  if (value === null || typeof value !== 'object') return value;
  const packed = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, packAnswer(database, item)]));
  const entity = database.entityNamed(value.constructor.name);
  return entity === null ? packed : { [ENTITY]: value.constructor.name, ...packed };
}

/** What `packAnswer` packed, with its classes and times. */
export function unpackAnswer(database: Database, packed: unknown): unknown {
  if (Array.isArray(packed)) return packed.map((item) => unpackAnswer(database, item));
  if (packed === null || typeof packed !== 'object') return packed;
  if (DATE in packed) return new Date(String(packed[DATE]));
  const { [ENTITY]: name, ...rest } = packed as Record<string, unknown>;
  const value = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, unpackAnswer(database, item)]));
  const entity = typeof name === 'string' ? database.entityNamed(name) : null;
  return entity === null ? value : Object.assign(new entity(), value);
}
