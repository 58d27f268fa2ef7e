import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  Source,
  parse,
  print,
  visit,
} from 'graphql';
import { StartError } from '../errors/StartError.js';
import { errorCode } from '../errors/errorCode.js';
import type { KnownOperation } from './Safelist.js';
import { fragmentsOf } from './safelistKey.js';

/** One file, parsed. */
interface OperationFile {
  readonly path: string;
  readonly text: string;
  readonly operations: readonly OperationDefinitionNode[];
  readonly fragments: readonly FragmentDefinitionNode[];
}

/**
 * Reads the operations that are known beforehand: those in the `.graphql` files of a folder and of those in it. A file holds any number of operations with
 * names, or one without; fragments may be in the same file or in another one of the folder.
 *
 * @returns none where there is no such folder
 * @throws StartError that names the file and the line when a file is not GraphQL, when two operations have one name, or when a fragment
 * is missing
 */
export async function readOperations(folder: string): Promise<KnownOperation[]> {
  const files = await Promise.all((await filesOf(folder)).map((name) => readOperationFile(join(folder, name))));
  refuseDuplicates(files);
  return files.flatMap((file) => file.operations.map((operation) => known(file, operation, files)));
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.graphql')).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new StartError(`the folder of operations ${folder} cannot be read (${String(error)}). See --operations.`);
  }
}

async function readOperationFile(path: string): Promise<OperationFile> {
  const text = await readFile(path, 'utf8');
  const { definitions } = parseFile(path, text);
  const operations = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  const other = definitions.find(({ kind }) => kind !== Kind.OPERATION_DEFINITION && kind !== Kind.FRAGMENT_DEFINITION);
  if (other) throw new StartError(`${placeOf(path, other)} is no operation: this folder holds what clients ask.`);
  const nameless = operations.find(({ name }) => !name);
  if (nameless && operations.length > 1) {
    throw new StartError(`${placeOf(path, nameless)} has an operation without a name beside others. Give it one.`);
  }
  return { path, text, operations, fragments };
}

function parseFile(path: string, text: string): DocumentNode {
  try {
    return parse(new Source(text, path));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new StartError(`${path}:${error.locations?.[0]?.line ?? 1} is not GraphQL: ${error.message}`);
  }
}

function refuseDuplicates(files: readonly OperationFile[]): void {
  const places = new Map<string, string>();
  for (const { path, operations } of files) {
    for (const operation of operations) {
      const name = operation.name?.value;
      if (name === undefined) continue;
      const place = placeOf(path, operation);
      const other = places.get(name);
      if (other) throw new StartError(`${place} and ${other} have an operation "${name}" both. Rename one.`);
      places.set(name, place);
    }
  }
}

function known(
  file: OperationFile,
  operation: OperationDefinitionNode,
  files: readonly OperationFile[],
): KnownOperation {
  const place = placeOf(file.path, operation);
  const fragments = new Map<string, FragmentDefinitionNode>();
  const find = (name: string): FragmentDefinitionNode => {
    const own = file.fragments.filter((fragment) => fragment.name.value === name);
    const all = own.length > 0 ? own : files.flatMap((one) => one.fragments.filter(({ name: n }) => n.value === name));
    if (all.length > 1) throw new StartError(`${place} uses the fragment "${name}", of which there are several.`);
    const [fragment] = all;
    if (!fragment) throw new StartError(`${place} uses the fragment "${name}", which no file of the folder has.`);
    return fragment;
  };
  const collect = (definition: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(definition, {
      FragmentSpread({ name }) {
        if (fragments.has(name.value)) return;
        const fragment = find(name.value);
        fragments.set(name.value, fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  const all: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] };
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [operation, ...fragmentsOf(all, operation)],
  };
  const texts = [print(document), print(withTypenames(document))];
  if (file.operations.length === 1 && fragments.size === file.fragments.length) {
    texts.push(file.text, file.text.trim());
  }
  return { place, document, operation, texts };
}

/** As Apollo Client sends it: with `__typename` wherever something is selected, except at the root. */
function withTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet: {
      leave(set: SelectionSetNode, _key, parent) {
        const isRoot = parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
        const has = set.selections.some((one) => one.kind === Kind.FIELD && one.name.value.startsWith('__'));
        if (isRoot || has) return undefined;
        const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
        return { ...set, selections: [...set.selections, typename] };
      },
    },
  });
}

function placeOf(path: string, { loc }: DefinitionNode): string {
  return `${path}:${loc?.startToken.line ?? 1}`;
}
