import { Kind, parse, print, visit } from 'graphql';

/** What our engine does and Apollo's executor does not. */
const OURS = [
  'https://specs.apollo.dev/context/',
  'https://specs.apollo.dev/authenticated/',
  'https://specs.apollo.dev/requiresScopes/',
];

/**
 * The text of a supergraph as `ApolloGateway` takes it. It refuses `@context`, `@authenticated` and `@requiresScopes`, which its executor cannot do and our
 * engine can; without the purpose in the `@link` it asks no questions. It only loads the text: the engine plans by the true one, and enforces it.
 */
export function apolloSupergraph(sdl: string): string {
  if (!OURS.some((feature) => sdl.includes(feature))) return sdl;
  const document = visit(parse(sdl, { noLocation: true }), {
    Directive(directive) {
      const url = directive.arguments?.find(({ name }) => name.value === 'url')?.value;
      if (url?.kind !== Kind.STRING || !OURS.some((feature) => url.value.startsWith(feature))) return undefined;
      return { ...directive, arguments: directive.arguments?.filter(({ name }) => name.value !== 'for') };
    },
  });
  return print(document);
}
