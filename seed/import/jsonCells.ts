/**
 * A JSON record as cells of a table: nested members are columns `address.city`, an array is one cell with its JSON text
 * (of scalars: a list), and its elements are columns `phones.0` where a mapping names them. Null is an empty cell.
 * @param columns of which those of elements matter; every other member becomes a column, whether named or not
 * @returns the cells by column, in the order of the file
 */
export function jsonCells(
  members: Readonly<Record<string, unknown>>,
  columns: ReadonlySet<string>,
): Map<string, string> {
  const cells = new Map<string, string>();
  const isWanted = (name: string) => [...columns].some((column) => column.startsWith(`${name}.`));
  const put = (name: string, value: unknown): void => {
    if (Array.isArray(value)) {
      cells.set(name, JSON.stringify(value));
      if (!isWanted(name)) return;
      for (const [index, element] of value.entries()) {
        const place = `${name}.${index}`;
        if (columns.has(place) || isWanted(place)) put(place, element);
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) put(`${name}.${key}`, member);
    } else cells.set(name, typeof value === 'string' ? value : scalarText(value));
  };
  for (const [key, member] of Object.entries(members)) put(key, member);
  return cells;
}

/** Numbers are texts already; what is left is true, false and null. */
function scalarText(value: unknown): string {
  return typeof value === 'boolean' ? String(value) : '';
}
