import sql, { type Sql } from 'sql-template-tag';

/** The number by which people speak of a case: 123 is `C-000123`; beyond a million it grows longer. */
export function caseNumber(serial: number): string {
  return `C-${String(serial).padStart(6, '0')}`;
}

/** The condition that a case, over the alias `t`, has this number: `C-000123`, `c-123` or `123`. Anything else has none. */
export function numberFilter(number: string): Sql {
  const serial = Number(/^\s*(?:c-)?(\d{1,10})\s*$/i.exec(number)?.[1] ?? NaN);
  return serial <= 2_147_483_647 ? sql`t.serial = ${serial}` : sql`FALSE`;
}
