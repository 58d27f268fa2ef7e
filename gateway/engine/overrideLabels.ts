/**
 * Decides which labels of progressive `@override` apply. A label `percent(n)` applies to n of a hundred requests: each request draws
 * one number, so with the same number a higher percentage holds whenever a lower one does. Any other label needs
 * somebody who decides; nobody does here, so its override does not apply.
 */
export interface OverrideLabels {
  /** The labels that apply to one request. */
  draw(): ReadonlyMap<string, boolean>;
}

/** @param percents by their labels */
export function overrideLabels(percents: ReadonlyMap<string, number>): OverrideLabels {
  const none: ReadonlyMap<string, boolean> = new Map();
  return {
    draw() {
      if (percents.size === 0) return none;
      const drawn = Math.random() * 100;
      return new Map([...percents].map(([label, percent]) => [label, drawn < percent]));
    },
  };
}
