import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  valueFromASTUntyped,
} from 'graphql';
import type { CostWeights, ListSize } from './costWeights.js';

const COST = 'https://specs.apollo.dev/cost/';

/**
 * Reads what a supergraph says about costs, by the names under which it links the specification.
 *
 * @returns empty maps where it says nothing
 */
export function readCostWeights(supergraphSdl: string): CostWeights {
  const types = new Map<string, number>();
  const fields = new Map<string, number>();
  const inputs = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  const weights: CostWeights = { types, fields, inputs, listSizes };
  if (!supergraphSdl.includes(COST)) return weights;

  const document = parse(supergraphSdl, { noLocation: true });
  const names = directiveNames(document);
  const weigh = (
    into: Map<string, number>,
    name: string,
    directives: readonly ConstDirectiveNode[] | undefined,
  ): void => {
    const weight = read(directives, names.cost)?.['weight'];
    // The federation's weight is an integer, that of the IBM specification a text.
    if (weight !== undefined && Number.isFinite(Number(weight))) into.set(name, Number(weight));
  };
  const field = (type: string, { name, directives, arguments: args }: FieldDefinitionNode): void => {
    const path = `${type}.${name.value}`;
    weigh(fields, path, directives);
    const size = read(directives, names.listSize);
    if (size) listSizes.set(path, listSizeOf(size));
    for (const argument of args ?? []) weigh(inputs, `${path}(${argument.name.value})`, argument.directives);
  };
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name) continue;
    const type = definition.name.value;
    if ('directives' in definition) {
      weigh(types, type, definition.directives as readonly ConstDirectiveNode[] | undefined);
    }
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      for (const one of definition.fields ?? []) field(type, one);
    } else if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      for (const one of definition.fields ?? ([] as readonly InputValueDefinitionNode[])) {
        weigh(fields, `${type}.${one.name.value}`, one.directives);
      }
    }
  }
  return weights;
}

/** `@cost` and `@listSize` as this supergraph calls them. */
function directiveNames(document: DocumentNode): { cost: string; listSize: string } {
  const link = document.definitions
    .flatMap((definition) => (definition.kind === Kind.SCHEMA_DEFINITION ? (definition.directives ?? []) : []))
    .map((directive) => argumentsOf(directive))
    .find(({ url }) => typeof url === 'string' && url.startsWith(COST));
  const namespace = typeof link?.['as'] === 'string' ? link['as'] : 'cost';
  const imported = new Map<unknown, string>();
  for (const entry of Array.isArray(link?.['import']) ? (link['import'] as unknown[]) : []) {
    if (typeof entry === 'string') imported.set(entry, entry);
    else if (isRecord(entry)) imported.set(entry['name'], String(entry['as'] ?? entry['name']));
  }
  return {
    cost: imported.get('@cost')?.slice(1) ?? namespace,
    listSize: imported.get('@listSize')?.slice(1) ?? `${namespace}__listSize`,
  };
}

function read(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): Record<string, unknown> | undefined {
  const found = directives?.find((directive) => directive.name.value === name);
  return found && argumentsOf(found);
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

function listSizeOf(given: Record<string, unknown>): ListSize {
  return {
    assumedSize: typeof given['assumedSize'] === 'number' ? given['assumedSize'] : undefined,
    slicingArguments: strings(given['slicingArguments']),
    sizedFields: strings(given['sizedFields']),
    requireOneSlicingArgument: given['requireOneSlicingArgument'] !== false,
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
