import { KEPT, type TargetPlan } from './compileTarget.js';

/** The SQL by which one target's rows go from COPY into its table. */
export interface StageStatements {
  /** Makes the temporary table that takes the rows. */
  readonly create: string;
  readonly drop: string;
  /** Empties it, where that is not done by the end of a transaction. */
  readonly empty: string;
  /** Takes rows as `record`, `removed`, and the target's columns. */
  readonly copy: string;
  /** Tells, before anything is written, the records that have a row of a customer who was erased; null where rows are of no customer. */
  readonly erased: string | null;
  /** Keeps work from employees who left; null where the rows give none. */
  readonly leavers: LeaverStatements | null;
  /** Deletes the rows that must not be there; null for a target that never removes. Gives the records concerned. */
  readonly remove: string | null;
  /** Tells, after the merge, the records that have a row that is there already as another customer's; null where that cannot be. */
  readonly taken: string | null;
  /** Inserts what is new, updates what changed. Gives the records concerned and whether their row is new. */
  readonly merge: string;
  /** Brings other rows up to date, after the merge; null where none follow from these. */
  readonly afterwards: string | null;
}

interface LeaverStatements {
  /** Tells which of the employees concerned are `active`. Until the transaction ends nobody hears here that they left; then it is taken from them. */
  readonly lock: string;
  /** Takes from the rows staged what they give to who left. */
  readonly release: string;
}

const INSERTED: Readonly<Record<(typeof KEPT)[number], string>> = {
  version: '1',
  createdAt: 'now()',
  updatedAt: 'now()',
};

/** Names come from entity metadata, so they hold no quotes. */
function quoted(column: string): string {
  return `"${column}"`;
}

/**
 * The statements of a target.
 * @param name of the temporary table, of letters, digits and underscores
 */
export function stageStatements(plan: TargetPlan, name: string): StageStatements {
  const { table } = plan.table;
  const staged = plan.columns.map(({ column }) => quoted(column.name));
  const primary = plan.columns.filter(({ column }) => column.primary).map(({ column }) => column);
  const updated = plan.columns.flatMap(({ column, update }) => {
    const own = quoted(column.name);
    if (update === 'never') return [];
    return [{ own, value: update === 'fill' ? `coalesce(t.${own}, EXCLUDED.${own})` : `EXCLUDED.${own}` }];
  });
  const kept = KEPT.flatMap((property) => {
    const column = plan.table.columns.get(property);
    const isPlanned = plan.columns.some((planned) => planned.column.property === property);
    return column === undefined || isPlanned
      ? []
      : [{ property, name: quoted(column.name), value: column.nullable ? 'NULL' : INSERTED[property] }];
  });
  const onUpdate = kept.flatMap((one) => {
    if (one.property === 'version') return [`${one.name} = t.${one.name} + 1`];
    return one.property === 'updatedAt' ? [`${one.name} = now()`] : [];
  });
  const assignments = [...updated.map(({ own, value }) => `${own} = ${value}`), ...onUpdate];
  const [before, after] = [updated.map(({ own }) => `t.${own}`), updated.map(({ value }) => value)];
  const conflict =
    updated.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${assignments.join(', ')} WHERE (${before.join(', ')}) IS DISTINCT FROM (${after.join(', ')})`;
  const keys = primary.map((column) => quoted(column.name));
  const matches = primary.map((column) => `t.${quoted(column.name)} = s.${quoted(column.name)}`);
  // A history is whole in its file: whatever comes after its last entry goes.
  const beyond = primary.map((column) => {
    const operator = column.property === plan.position ? '>=' : '=';
    return `t.${quoted(column.name)} ${operator} s.${quoted(column.name)}`;
  });
  return {
    create: `CREATE TEMPORARY TABLE ${name} ON COMMIT DELETE ROWS AS
      SELECT 0 AS record_, false AS removed_, ${staged.join(', ')} FROM ${table} WITH NO DATA`,
    drop: `DROP TABLE IF EXISTS pg_temp.${name}`,
    empty: `TRUNCATE pg_temp.${name}`,
    copy: `COPY ${name} (record_, removed_, ${staged.join(', ')}) FROM STDIN`,
    erased: erasedStatement(plan, name, matches.join(' AND ')),
    leavers: leaverStatements(plan, name, matches.join(' AND ')),
    remove:
      plan.derivedId || plan.position !== undefined
        ? `DELETE FROM ${table} AS t USING ${name} AS s WHERE s.removed_ AND ${beyond.join(' AND ')}
           RETURNING s.record_ AS record`
        : null,
    taken: takenStatement(plan, name, matches.join(' AND ')),
    merge: `
      WITH merged AS (
        INSERT INTO ${table} AS t (${[...staged, ...kept.map((one) => one.name)].join(', ')})
        SELECT ${[...staged, ...kept.map((one) => one.value)].join(', ')} FROM ${name} WHERE NOT removed_ ORDER BY record_
        ON CONFLICT (${keys.join(', ')}) ${conflict}
        RETURNING ${keys.map((key) => `t.${key}`).join(', ')}, (t.xmax = 0) AS inserted
      )
      SELECT s.record_ AS record, t.inserted FROM merged AS t JOIN ${name} AS s ON ${matches.join(' AND ')}
      WHERE NOT s.removed_`,
    afterwards: plan.target.afterwards?.(name) ?? null,
  };
}

/** By what the file says of a row, and by what is there. */
function erasedStatement({ table, columns }: TargetPlan, staged: string, matches: string): string | null {
  if (table.isErased === null) return null;
  const given = table.isErased('s', (property) => columns.some(({ column }) => column.property === property));
  const there = table.isErased('t', () => true);
  return `SELECT DISTINCT s.record_ AS record FROM ${staged} AS s LEFT JOIN ${table.table} AS t ON ${matches}
    WHERE EXISTS (SELECT FROM ${table.erased}) AND NOT s.removed_ AND (${given} OR ${there})`;
}

/** Two who are one by now are not others, for whomever of them a row was recorded. */
function takenStatement({ table, target, columns }: TargetPlan, staged: string, matches: string): string | null {
  // Where the key holds the customer, it is another row for another one; who was picked for a demonstration stays.
  const owners = columns.filter(
    ({ column, update }) => column.isOwner && !column.primary && (update === 'fill' || target.appendOnly !== undefined),
  );
  if (owners.length === 0) return null;
  const current = (id: string) =>
    `coalesce((SELECT a.canonical_id FROM ${table.aliases} AS a WHERE a.customer_id = ${id}), ${id})`;
  const areOthers = owners.map(({ column }) => {
    const [there, given] = [`t.${quoted(column.name)}`, `s.${quoted(column.name)}`];
    return `${there} <> ${given} AND ${current(there)} <> ${current(given)}`;
  });
  return `SELECT DISTINCT s.record_ AS record FROM ${staged} AS s JOIN ${table.table} AS t ON ${matches}
    WHERE NOT s.removed_ AND (${areOthers.join(' OR ')})`;
}

/** Work that a file gives to who left stays with whoever has it by now, be it nobody. What is over is left as the file has it. */
function leaverStatements(
  { target, table, columns }: TargetPlan,
  staged: string,
  matches: string,
): LeaverStatements | null {
  const { gives } = target;
  const plannedAs = (property?: string) => columns.find(({ column }) => column.property === property);
  const to = plannedAs(gives?.to);
  const released = plannedAs(gives?.released);
  if (gives === undefined || (to ?? released) === undefined) return null;
  const of = (property: string): string => {
    const own = quoted(table.columns.get(property)?.name ?? property);
    const planned = plannedAs(property);
    if (planned === undefined) return `t.${own}`;
    return planned.update === 'always' ? `s.${own}` : `coalesce(t.${own}, s.${own})`;
  };
  const given = [gives.to, ...(gives.otherwise === undefined ? [] : [gives.otherwise])].map(of);
  const left = (id: string) => `${id} IN (SELECT id FROM ${table.employees} WHERE NOT active)`;
  const rows = `${staged} AS s LEFT JOIN ${table.table} AS t ON ${matches}`;
  const concerned = `u.ctid = s.ctid AND NOT s.removed_ AND ${left(`coalesce(${given.join(', ')})`)} AND (${gives.isOpen(of)})`;
  const assignments: string[] = [];
  let nobody = 'true';
  if (to !== undefined) {
    const own = quoted(to.column.name);
    const holder = `CASE WHEN ${left(`t.${own}`)} THEN NULL ELSE t.${own} END`;
    assignments.push(`${own} = ${holder}`);
    nobody = `(${holder}) IS NULL`;
  }
  if (released !== undefined) assignments.push(`${quoted(released.column.name)} = ${nobody}`);
  // Who has it by now is locked too: they may leave before it is written that they keep it.
  const named = new Set([...given, `t.${quoted(table.columns.get(gives.to)?.name ?? gives.to)}`]);
  return {
    lock: `SELECT active FROM ${table.employees}
      WHERE id IN (SELECT unnest(ARRAY[${[...named].join(', ')}]) FROM ${rows} WHERE NOT s.removed_) ORDER BY id FOR SHARE`,
    release:
      to?.column.nullable === false
        ? `DELETE FROM ${staged} AS u USING ${rows} WHERE ${concerned}`
        : `UPDATE ${staged} AS u SET ${assignments.join(', ')} FROM ${rows} WHERE ${concerned}`,
  };
}
