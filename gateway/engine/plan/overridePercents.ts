import { Kind, parse, visit } from 'graphql';

/** The labels `percent(n)` of progressive `@override` in a supergraph, each with its percentage. */
export function overridePercents(supergraphSdl: string): Map<string, number> {
  const percents = new Map<string, number>();
  if (!supergraphSdl.includes('overrideLabel')) return percents;
  visit(parse(supergraphSdl, { noLocation: true }), {
    Directive({ arguments: given }) {
      const label = given?.find(({ name }) => name.value === 'overrideLabel')?.value;
      const percent = label?.kind === Kind.STRING ? /^percent\((\d+(?:\.\d+)?)\)$/.exec(label.value)?.[1] : undefined;
      if (label?.kind === Kind.STRING && percent !== undefined) percents.set(label.value, Number(percent));
    },
  });
  return percents;
}
