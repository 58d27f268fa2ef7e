import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';

/** One `@link` (or `@core`) of a supergraph's schema definition. */
export interface LinkedFeature {
  /** The specification without its version: `https://specs.apollo.dev/join`. */
  readonly identity: string;
  /** `v0.5` */
  readonly version: string;
  /** The name before `__` in the feature's types and directives: its own, or that given by `as`. */
  readonly namespace: string;
}

/**
 * The features that a supergraph links, whatever names it gives them: the specification's address tells what a feature is,
 * never the name of a directive. Follows https://specs.apollo.dev/link/v1.0 and its forerunner `@core`.
 *
 * @returns an empty list for a document that links nothing
 */
export function linkedFeatures(document: DocumentNode): LinkedFeature[] {
  const directives = document.definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  );
  // `@link` links itself, perhaps under another name: the directive that does so is the one to read.
  const linker = directives.find((directive) => /\/(link|core)\/v\d[^/]*$/.test(featureUrl(directive) ?? ''));
  if (!linker) return [];
  return directives
    .filter(({ name }) => name.value === linker.name.value)
    .flatMap((directive) => readFeature(directive));
}

function readFeature(directive: ConstDirectiveNode): LinkedFeature[] {
  const [, identity, version] = /^(.*)\/(v\d[^/]*)\/?$/.exec(featureUrl(directive) ?? '') ?? [];
  if (!identity || !version) return [];
  const namespace = stringArgument(directive, 'as') ?? identity.slice(identity.lastIndexOf('/') + 1);
  return [{ identity, version, namespace }];
}

function featureUrl(directive: ConstDirectiveNode): string | undefined {
  return stringArgument(directive, 'url') ?? stringArgument(directive, 'feature');
}

function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
