import { Kind, parse, visit } from 'graphql';

/** The names of fields that some field set of the supergraph selects with arguments. */
export function fieldsRequiredWithArguments(supergraphSdl: string): Set<string> {
  const names = new Set<string>();
  visit(parse(supergraphSdl, { noLocation: true }), {
    Argument({ name, value }) {
      if (name.value !== 'requires' || value.kind !== Kind.STRING) return;
      visit(parse(`{ ${value.value} }`, { noLocation: true }), {
        Field(field) {
          if (field.arguments?.length) names.add(field.name.value);
        },
      });
    },
  });
  return names;
}
