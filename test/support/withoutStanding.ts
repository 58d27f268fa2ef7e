/**
 * A query plan without the look at whether a row stands for its customer: a comparison a row, which goes on to its subplan only for rows of customers who
 * were merged.
 */
export function withoutStanding(plan: string): string {
  const kept: string[] = [];
  let inside: number | undefined;
  for (const line of plan.split('\n')) {
    const indent = line.search(/\S/);
    if (inside !== undefined && indent > inside) continue;
    inside = /^\s*SubPlan /.test(line) ? indent : undefined;
    if (inside === undefined && !/^\s*Filter: .*recorded_for/.test(line)) kept.push(line);
  }
  return kept.join('\n');
}
