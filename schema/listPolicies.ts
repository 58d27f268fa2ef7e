import { subgraphs } from '../subgraphs/all.js';
import type { FieldPolicy } from '../subgraphs/kit/guard/fieldPolicies.js';
import { nameOfScoped } from '../subgraphs/kit/guard/scopedArguments.js';
import { buildSubgraph } from '../subgraphs/kit/serve/buildSubgraph.js';
import { describeWhose } from '../subgraphs/kit/ownership/describeWhose.js';

/** A line of the printed table; an empty text where a field's policy says nothing. */
interface PolicyLine {
  readonly subgraph: string;
  /** `Customer.emails` */
  readonly field: string;
  /** All of those joined by `+`, of one of the sets that are divided by `|`. */
  readonly scopes: string;
  /** What in its arguments asks for scopes of its own: `filter.name (customer:pii)`. */
  readonly arguments: string;
  /** `maskEmail` */
  readonly mask: string;
  /** What is noted in the audit log: that it was `read`, or what it `change`s. */
  readonly audit: string;
  /** What becomes of it in a read for a purpose to which the customer withdrew their consent. */
  readonly consent: string;
  /** How the customer is found of whom that is noted, or whose consent counts. */
  readonly whose: string;
}

const COLUMNS = ['field', 'scopes', 'arguments', 'mask', 'audit', 'consent', 'whose'] as const;

/**
 * Prints the policies of all fields of our subgraphs that have any, in the order of the schema.
 *
 * @param subgraph only of this one; of all when left out
 * @param asJson as an array of objects for programs, else as a table for people
 * @throws Error when there is no such subgraph, or one of them cannot be built
 */
export async function listPolicies({
  subgraph,
  asJson,
  print,
}: {
  readonly subgraph: string | undefined;
  readonly asJson: boolean;
  readonly print: (line: string) => void;
}): Promise<void> {
  const chosen = subgraphs.filter(({ name }) => subgraph === undefined || name === subgraph);
  if (chosen.length === 0) {
    const names = subgraphs.map(({ name }) => name).join(', ');
    throw new Error(`there is no subgraph "${subgraph}" among ours: ${names}`);
  }
  const tables: PolicyLine[][] = [];
  for (const definition of chosen) {
    const { policies } = await buildSubgraph(definition);
    tables.push(policies.map((policy) => lineOf(definition.name, policy)).filter((line) => saysAnything(line)));
  }
  if (asJson) print(JSON.stringify(tables.flat(), null, 2));
  else print(tables.map((lines) => tableOf(lines)).join('\n\n'));
}

function lineOf(subgraph: string, policy: FieldPolicy): PolicyLine {
  const { field, scopes, scopedArguments, mask, isPersonal, changes } = policy;
  return {
    subgraph,
    field,
    scopes: written(scopes),
    arguments: scopedArguments.map((one) => `${nameOfScoped(one)} (${written(one.scopes)})`).join(', '),
    mask: mask?.name ?? '',
    audit: isPersonal ? 'read' : changes ? 'change' : '',
    consent: consentOf(policy),
    whose: whoseOf(policy),
  };
}

function written(scopes: FieldPolicy['scopes']): string {
  return scopes.map((all) => all.join('+')).join(' | ');
}

function saysAnything({ scopes, arguments: scoped, mask, audit, consent }: PolicyLine): boolean {
  return [scopes, scoped, mask, audit, consent].some((text) => text !== '');
}

function consentOf({ consent: { isWithheld, isSifted, isReadable } }: FieldPolicy): string {
  if (isReadable) return 'told';
  return [...(isWithheld ? ['withheld'] : []), ...(isSifted ? ['left out'] : [])].join(', ');
}

function whoseOf({ isPersonal, consent: { isWithheld, isSifted }, whose, gives, changes }: FieldPolicy): string {
  if (isPersonal || isWithheld) return describeWhose(whose);
  if (isSifted && gives) return describeWhose(gives);
  if (changes === undefined) return '';
  const answer = gives && describeWhose(gives);
  return [describeWhose(whose), answer && `answer: ${answer}`].filter(Boolean).join('; ');
}

/** The columns are as wide as what stands in them, in the terminal of whoever reads it. */
function tableOf(lines: readonly PolicyLine[]): string {
  const [first] = lines;
  if (first === undefined) return '';
  const widths = COLUMNS.map((column) => Math.max(column.length, ...lines.map((line) => line[column].length)));
  const row = (texts: readonly string[]): string =>
    texts
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  const head = row(COLUMNS.map((column) => column.toUpperCase()));
  return [first.subgraph, head, ...lines.map((line) => row(COLUMNS.map((column) => line[column])))].join('\n');
}
