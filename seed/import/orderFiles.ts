import type { FieldSpec, FileSpec } from './mapping.js';

function fieldsOf(file: FileSpec): FieldSpec[] {
  return file.targets.flatMap((target) => [
    ...Object.values(target.fields),
    ...(target.history?.steps ?? []).flatMap((step) => Object.values(step.fields)),
  ]);
}

/** Whether records of a file refer to others of the same file. */
export function refersToItself(name: string, file: FileSpec): boolean {
  return fieldsOf(file).some(({ reference }) => reference === name);
}

/** Whether a file's rows look for customers at identity. */
function linksCustomers(file: FileSpec): boolean {
  return fieldsOf(file).some(({ match, demoLink }) => match !== undefined || demoLink !== undefined);
}

function writesCustomers(file: FileSpec): boolean {
  return file.targets.some(({ entity }) => entity.startsWith('identity.'));
}

/** The other files that must be in before a file: those whose records it refers to, and those whose customers it looks for. */
function needs(files: Readonly<Record<string, FileSpec>>, file: FileSpec): Set<string> {
  const references = fieldsOf(file).flatMap(({ reference }) => reference ?? []);
  const customers = linksCustomers(file)
    ? Object.keys(files).filter((name) => {
        const other = files[name];
        return other !== undefined && writesCustomers(other) && !linksCustomers(other);
      })
    : [];
  return new Set([...references, ...customers].filter((name) => name !== 'this' && files[name] !== file));
}

/**
 * The files of a mapping, each after those that it refers to; else as they stand.
 * @param problem told of files that refer to each other in a circle
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
    for (const other of needs(files, file)) visit(other, [...path, name]);
    ordered.add(name);
  };
  for (const name of Object.keys(files)) visit(name, []);
  return [...ordered];
}
