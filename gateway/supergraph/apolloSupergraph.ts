import { Kind, parse, print, visit } from 'graphql';

const CONTEXT = 'https://specs.apollo.dev/context/';

/**
 * The text of a supergraph as `ApolloGateway` takes it. It refuses `@context`, which its executor cannot do and our engine can;
 * without the purpose in the `@link` it asks no questions. It only loads the text: the engine plans by the true one.
 */
export function apolloSupergraph(sdl: string): string {
  if (!sdl.includes(CONTEXT)) return sdl;
  const document = visit(parse(sdl, { noLocation: true }), {
    Directive(directive) {
      const url = directive.arguments?.find(({ name }) => name.value === 'url')?.value;
      if (url?.kind !== Kind.STRING || !url.value.startsWith(CONTEXT)) return undefined;
      return { ...directive, arguments: directive.arguments?.filter(({ name }) => name.value !== 'for') };
    },
  });
  return print(document);
}
