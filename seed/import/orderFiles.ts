import type { FileSpec } from './mapping.js';

/** The other files whose records a file refers to. */
function references(file: FileSpec): Set<string> {
  const fields = file.targets.flatMap((target) => [
    ...Object.values(target.fields),
    ...(target.history?.steps ?? []).flatMap((step) => Object.values(step.fields)),
  ]);
  return new Set(
    fields.flatMap(({ reference }) => (reference === undefined || reference === 'this' ? [] : [reference])),
  );
}

/**
 * The files of a mapping, each after those that it refers to; else as they stand.
 * @param problem told of files that refer to each other, or to themselves
 */
export function orderFiles(
  files: Readonly<Record<string, FileSpec>>,
  problem: (place: string, message: string) => void,
): string[] {
  const ordered = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const file = files[name];
    if (ordered.has(name) || file === undefined) return;
    if (path.includes(name)) {
      problem(`files.${name}`, `refers to itself: ${[...path.slice(path.indexOf(name)), name].join(' -> ')}`);
      return;
    }
    for (const other of references(file)) visit(other, [...path, name]);
    ordered.add(name);
  };
  for (const name of Object.keys(files)) visit(name, []);
  return [...ordered];
}
