import { fieldNames, KEPT } from './compileTarget.js';
import { type EntityColumn, type EntityTable, readEntityTable } from './EntityTable.js';
import { ImportError } from './ImportError.js';
import type { ImportTarget } from './targets/ImportTarget.js';

type Targets = Readonly<Record<string, ImportTarget>>;

/** What every mapping leaves to the import. */
const OWN = new Set(['id', 'version', 'sourceKey', 'serial']);

/**
 * What a mapping can write, as text for a terminal: the entities or, of one of them, its fields with their types, whether they are
 * needed and what they take.
 * @param name `service.Case`; all entities when undefined
 * @throws ImportError for a name that is none of theirs
 */
export async function describeEntities(targets: Targets, name: string | undefined): Promise<string> {
  const known = Object.keys(targets).sort();
  if (name === undefined) {
    return `${known.join('\n')}\n\nThe fields of one of them: npm run import -- --entities ${known[0] ?? ''}\n`;
  }
  const target = Object.hasOwn(targets, name) ? targets[name] : undefined;
  if (target === undefined) throw new ImportError(`${name} cannot be imported; these can: ${known.join(', ')}`);
  const table = await readEntityTable(target);
  const rows = fieldNames(table, target)
    .filter((field) => !isOwn(field, table))
    .map((field) => describeField(field, table, target));
  const width = (index: number) => Math.max(...rows.map((row) => row[index]?.length ?? 0));
  const widths = [width(0), width(1), width(2)];
  const lines = rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${name}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

/** Whether the import writes a field by itself: the id and the origin of a row that has them. */
function isOwn(field: string, { columns }: EntityTable): boolean {
  if (field === 'source') return columns.has('sourceKey');
  return OWN.has(field) && (field !== 'id' || columns.get('id')?.type === 'uuid');
}

function describeField(field: string, table: EntityTable, target: ImportTarget): string[] {
  const held = target.virtual?.[field];
  if (held !== undefined) return [field, held.type, '', held.says];
  const pair = target.money?.[field];
  const property = pair?.amount ?? target.names?.[field] ?? field;
  const column = table.columns.get(property);
  if (column === undefined) return [field];
  const rule = target.rules?.[property]?.description;
  const notes = [rule, pair && 'money: say its currency', startsAs(property, target)];
  const needed = isNeeded(column, target) ? 'needed' : '';
  return [field, typeOf(column), needed, notes.filter((note) => note !== undefined).join('; ')];
}

function typeOf({ type, array }: EntityColumn): string {
  const one = type === 'uuid' ? 'reference' : type;
  return array ? `list of ${one}` : one;
}

function isNeeded({ property, nullable, array, generated }: EntityColumn, target: ImportTarget): boolean {
  const byTarget = [target.initial, target.fills].some((given) => given !== undefined && property in given);
  const bySibling = Object.values(target.sets ?? {}).some((properties) => properties.includes(property));
  return !(nullable || array || generated || byTarget || bySibling || KEPT.some((kept) => kept === property));
}

function startsAs(property: string, { initial = {}, fills = {} }: ImportTarget): string | undefined {
  if (property in fills) return 'worked out where it is left out';
  const value = initial[property];
  if (value === undefined || value.length === 0) return undefined;
  return `${String(value)} where it is left out`;
}
