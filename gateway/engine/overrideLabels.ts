import { Kind, parse, visit } from 'graphql';

/**
 * Decides which labels of progressive `@override` apply. A label `percent(n)` applies to n of a hundred requests: each request draws
 * one number, so with the same number a higher percentage holds whenever a lower one does. Any other label needs
 * somebody who decides; nobody does here, so its override does not apply.
 */
export interface OverrideLabels {
  /** The labels that apply to one request. */
  draw(): ReadonlyMap<string, boolean>;
}

/** Reads the labels of a supergraph. */
export function overrideLabels(supergraphSdl: string): OverrideLabels {
  const percents = new Map<string, number>();
  if (supergraphSdl.includes('overrideLabel')) {
    visit(parse(supergraphSdl, { noLocation: true }), {
      Directive({ arguments: given }) {
        const label = given?.find(({ name }) => name.value === 'overrideLabel')?.value;
        const percent = label?.kind === Kind.STRING ? /^percent\((\d+(?:\.\d+)?)\)$/.exec(label.value)?.[1] : undefined;
        if (label?.kind === Kind.STRING && percent !== undefined) percents.set(label.value, Number(percent));
      },
    });
  }
  const none: ReadonlyMap<string, boolean> = new Map();
  return {
    draw() {
      if (percents.size === 0) return none;
      const drawn = Math.random() * 100;
      return new Map([...percents].map(([label, percent]) => [label, drawn < percent]));
    },
  };
}
