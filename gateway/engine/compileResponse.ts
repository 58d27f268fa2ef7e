import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type SelectionSetNode,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Guard } from '../access/Guard.js';
import type { Denial } from '../access/denialError.js';
import { clientName } from './ClientNames.js';
import { type FieldScope, collectFields } from './collectFields.js';
import { leafWriter } from './leafWriter.js';
import { isObject } from './mergeData.js';
import type { OperationAccess } from './withoutDenied.js';

/** A value that could not be sent as it came. */
export interface CompletionError {
  readonly message: string;
  readonly path: (string | number)[];
}

/** The state of one completion. */
export interface Completion {
  readonly errors: CompletionError[];
  readonly variables: Readonly<Record<string, unknown>>;
  /** Texts of objects that may be in several places, by the place in the selection that wrote them. */
  readonly written: Map<Write, Map<object, string>>;
  /** What was left out because the caller may not see it: each once, by its path and its name, wherever it stands. */
  readonly denied: Map<string, Denial>;
}

/**
 * Writes a value as JSON. A null that came as one is `'null'`; undefined stands for a null about which an error was added. Errors
 * carry the part of their path that lies below the value; who called adds the rest on its way up.
 */
export type Write = (value: unknown, completion: Completion) => string | undefined;

interface Options extends FieldScope {
  readonly rootType: GraphQLCompositeType;
  readonly selectionSet: SelectionSetNode;
  /** Response paths, joined by dots and without indexes, at which one object may stand in several places. */
  readonly sharedPaths: ReadonlySet<string>;
  /** Answers `__schema` and `__type`. */
  readonly introspect: (key: string, nodes: readonly FieldNode[], variables: Completion['variables']) => string;
  /** Undefined when the caller may see everything that the operation asks for. */
  readonly allowed: OperationAccess | undefined;
}

const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Compiles completion and serialisation into one pass: the writer takes what the subgraphs said, merged, and gives the text of
 * `data`, with every rule of the response kept.
 *
 * @see https://spec.graphql.org/October2021/#sec-Value-Completion
 */
export function compileResponse(options: Options): Write {
  const { schema, sharedPaths, allowed } = options;

  function compileObject(type: GraphQLCompositeType, selectionSets: readonly SelectionSetNode[], path: string): Write {
    const fields = [...collectFields(options, type, selectionSets)].map(([key, nodes]) =>
      compileField(type, key, nodes, path === '' ? key : `${path}.${key}`),
    );
    return (value, completion) => {
      const object = value as Record<string, unknown>;
      const { errors } = completion;
      let text = '{';
      for (const field of fields) {
        const before = errors.length;
        const written = field.write(
          field.guarded && !Object.hasOwn(object, field.key) ? null : object[field.key],
          completion,
        );
        if (errors.length > before) prepend(errors, before, field.name);
        if (written === undefined && !field.nullable) return undefined;
        text += (text.length > 1 ? ',' : '') + field.prefix + (written ?? 'null');
      }
      return text + '}';
    };
  }

  function compileField(parent: GraphQLCompositeType, key: string, nodes: readonly FieldNode[], path: string): Field {
    const name = nodes[0]?.name.value ?? '';
    const shown = clientName(key);
    const field = { key, name: shown, prefix: `${JSON.stringify(shown)}:`, guarded: INHERITED.has(key) };
    if (name === '__typename') return { ...field, nullable: false, write: compileTypename(parent) };
    if (name === '__schema' || name === '__type') {
      return { ...field, nullable: false, write: (_, { variables }) => options.introspect(key, nodes, variables) };
    }
    const definition = 'getFields' in parent ? parent.getFields()[name] : undefined;
    if (!definition) throw new Error(`the schema has no field ${parent.name}.${name}`);
    const nullable = !isNonNullType(definition.type);
    const closing = allowed ? (allowed.closedPaths.get(path) ?? allowed.access.closing(parent, name)) : [];
    if (closing.length > 0) return { ...field, nullable, write: deny(`${parent.name}.${name}`, path, closing) };
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const write = compileValue(definition.type, `${parent.name}.${name}`, selectionSets, path);
    return {
      ...field,
      nullable,
      write: selectionSets.length > 0 && sharedPaths.has(path) ? writtenOnce(write) : write,
    };
  }

  function compileValue(
    type: GraphQLOutputType,
    where: string,
    selectionSets: readonly SelectionSetNode[],
    path: string,
  ): Write {
    if (isNonNullType(type)) return neverNull(compileValue(type.ofType, where, selectionSets, path), where);
    if (isListType(type)) {
      return eachOf(compileValue(type.ofType, where, selectionSets, path), !isNonNullType(type.ofType), where);
    }
    if (isLeafType(type)) {
      const writeLeaf = leafWriter(type);
      return (value, { errors }) => {
        if (value === null || value === undefined) return 'null';
        return writeLeaf(value) ?? fail(errors, `Invalid value found for field ${where}.`);
      };
    }
    return compileComposite(type, where, selectionSets, path);
  }

  function compileComposite(
    type: GraphQLCompositeType,
    where: string,
    selectionSets: readonly SelectionSetNode[],
    path: string,
  ): Write {
    const writers = new Map<unknown, Write>();
    const writerFor = (name: unknown): Write => {
      const actual = actualType(type, name);
      const closing = actual && allowed ? allowed.access.closingObjects(actual) : [];
      const write: Write = actual
        ? closing.length > 0
          ? deny(actual.name, path, closing)
          : compileObject(actual, selectionSets, path)
        : (_, { errors }) => fail(errors, `Invalid __typename found for field ${where}.`);
      // What a subgraph makes up is not remembered.
      if (actual) writers.set(name, write);
      return write;
    };
    return (value, completion) => {
      if (value === null || value === undefined) return 'null';
      if (!isObject(value)) return fail(completion.errors, `Expected an object for field ${where}.`);
      const name = value['__typename'];
      return (writers.get(name) ?? writerFor(name))(value, completion);
    };
  }

  /** The type by which an object is written; null when it calls itself something that clients do not know or that does not fit. */
  function actualType(type: GraphQLCompositeType, name: unknown): GraphQLCompositeType | null {
    if (name === type.name || name === undefined || name === null) return onlyPossible(type);
    const named = typeof name === 'string' ? schema.getType(name) : undefined;
    if (!named || !isCompositeType(named)) return null;
    if (isObjectType(type)) return type;
    if (isObjectType(named) || isInterfaceType(named))
      return schema.isSubType(type, named) ? onlyPossible(named) : null;
    return null;
  }

  function onlyPossible(type: GraphQLCompositeType): GraphQLCompositeType {
    if (!isAbstractType(type)) return type;
    const [first, ...others] = schema.getPossibleTypes(type);
    return first && others.length === 0 ? first : type;
  }

  return compileObject(options.rootType, [options.selectionSet], '');
}

interface Field {
  /** In the data. */
  readonly key: string;
  /** In the answer. */
  readonly name: string;
  readonly prefix: string;
  /** Whether every object has something of this name. */
  readonly guarded: boolean;
  readonly nullable: boolean;
  readonly write: Write;
}

function compileTypename(type: GraphQLCompositeType): Write {
  if (isObjectType(type)) {
    const text = JSON.stringify(type.name);
    return () => text;
  }
  return (_, { errors }) => fail(errors, `The type of an object of the abstract type ${type.name} is not known.`);
}

/** Writes the null for what the caller may not see; where there cannot be one, it goes up. */
function deny(what: string, path: string, guards: readonly Guard[]): Write {
  const denial: Denial = { what, path: path.split('.').map(clientName), guards };
  const key = `${path} ${what}`;
  return (_, { denied }) => {
    denied.set(key, denial);
    return undefined;
  };
}

function neverNull(write: Write, where: string): Write {
  return (value, completion) => {
    const text = write(value, completion);
    return text === 'null' ? fail(completion.errors, `Cannot return null for non-nullable field ${where}.`) : text;
  };
}

function eachOf(write: Write, nullable: boolean, where: string): Write {
  return (value, completion) => {
    const { errors } = completion;
    if (value === null || value === undefined) return 'null';
    if (!Array.isArray(value)) return fail(errors, `Expected a list for field ${where}.`);
    let text = '[';
    for (let index = 0; index < value.length; index++) {
      const before = errors.length;
      const written = write(value[index], completion);
      if (errors.length > before) prepend(errors, before, index);
      if (written === undefined && !nullable) return undefined;
      text += (index > 0 ? ',' : '') + (written ?? 'null');
    }
    return text + ']';
  };
}

/** Writes an object that stands in several places once; one with errors is written anew, because each place has its own path. */
function writtenOnce(write: Write): Write {
  return (value, completion) => {
    if (typeof value !== 'object' || value === null) return write(value, completion);
    let texts = completion.written.get(write);
    if (!texts) completion.written.set(write, (texts = new Map()));
    const known = texts.get(value);
    if (known !== undefined) return inOnePiece(known);
    const before = completion.errors.length;
    const text = write(value, completion);
    if (text !== undefined && completion.errors.length === before) texts.set(value, text);
    return text;
  };
}

/** Reading a character makes V8 put the pieces of a text together, here once instead of in each place where it stands. */
function inOnePiece(text: string): string {
  return text.charCodeAt(0) > 0 ? text : '';
}

function fail(errors: CompletionError[], message: string): undefined {
  errors.push({ message, path: [] });
  return undefined;
}

function prepend(errors: readonly CompletionError[], from: number, key: string | number): void {
  for (let index = from; index < errors.length; index++) errors[index]?.path.unshift(key);
}
