import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { SCOPES } from '../../schema/contract.js';

const ROOTS = ['Query', 'Mutation', 'Subscription'];

/** What sounds as if somebody wrote it, or as if it told who somebody is. */
const PERSONAL =
  /text|verbatim|notes?$|body|message|address|lines|mail|phone|name|reason|resolution|comment|subject|summary|description|interest|need|outcome|title|what|words/i;

/** Masked by their owner: `test/subgraphs/personalData.test.ts` looks at what comes back. */
const MASKED = [
  'Customer.displayName',
  'Customer.emails',
  'Customer.phones',
  'Household.name',
  'Lead.name',
  'Lead.email',
  'Lead.phone',
  'Journey.subject',
  'Touchpoint.summary',
];

/** Types that are reached only through a guarded field. */
const BEHIND_GUARDS = ['Address', 'Preference', 'ActivityDocument'];

/** About things, about our own people, or what everybody must know to help: see `docs/access.md`. */
const OPEN = [
  'Activity.subject',
  'AuditEntry.subject',
  'Campaign.name',
  'Case.subject',
  'Consent.text',
  'Employee.email',
  'Employee.name',
  'Employee.title',
  'Lead.disqualifiedReason',
  'MetricInput.name',
  'NextStep.description',
  'Offer.name',
  'Opportunity.lostReason',
  'Opportunity.name',
  'Product.name',
  'Promise.what',
  'Proposition.name',
  'Segment.description',
  'Segment.name',
  'Survey.title',
  'Team.name',
  'Trait.name',
  'TraitCondition.name',
];

interface Field {
  readonly type: string;
  readonly coordinate: string;
  readonly node: FieldDefinitionNode;
}

let fields: readonly Field[];
beforeAll(() => {
  const { definitions } = parse(readFileSync('schema/supergraph.graphql', 'utf8'));
  fields = definitions
    .filter((definition): definition is ObjectTypeDefinitionNode => definition.kind === Kind.OBJECT_TYPE_DEFINITION)
    .flatMap(({ name, fields: own = [] }) =>
      own.map((node) => ({ type: name.value, coordinate: `${name.value}.${node.name.value}`, node })),
    );
});

const isRoot = ({ type }: Field): boolean => ROOTS.includes(type);

function directive({ node }: Field, name: string): ConstDirectiveNode | undefined {
  return node.directives?.find((candidate) => candidate.name.value === name);
}

function argumentOf(of: ConstDirectiveNode | undefined, name: string): unknown {
  const argument = of?.arguments?.find((candidate) => candidate.name.value === name);
  return argument && valueFromASTUntyped(argument.value);
}

const scopesOf = (field: Field): unknown => argumentOf(directive(field, 'requiresScopes'), 'scopes');

/** The fields of inputs, the values of enums and the arguments of fields that ask for scopes, with these. */
function scopedInputs(sdl: string): [string, unknown][] {
  const found: [string, unknown][] = [];
  visit(parse(sdl), {
    Directive(node, _key, _parent, _path, ancestors) {
      if (node.name.value !== 'argumentScopes') return;
      const names = ancestors.flatMap((one) => ('kind' in one && 'name' in one && one.name ? [one.name.value] : []));
      found.push([names.join('.'), argumentOf(node as ConstDirectiveNode, 'scopes')]);
    },
  });
  return found;
}

function named(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type);
}

describe('the schema', () => {
  it('has no root field that anybody may ask', () => {
    expect(fields.filter(isRoot).filter((field) => scopesOf(field) === undefined)).toEqual([]);
  });

  it('lets nobody write who may only read', () => {
    const mutations = fields.filter(({ type }) => type === 'Mutation');
    expect(mutations.length).toBeGreaterThan(50);
    const reads: readonly string[] = [SCOPES.readCustomers, SCOPES.readPersonalData];
    const open = mutations.filter((field) =>
      (scopesOf(field) as string[][]).some((set) => set.every((scope) => reads.includes(scope))),
    );
    expect(open.map(({ coordinate }) => coordinate)).toEqual([]);
  });

  it('asks for no scope that is not in the vocabulary', () => {
    const asked = new Set(fields.flatMap((field) => ((scopesOf(field) ?? []) as string[][]).flat()));
    const known: readonly string[] = Object.values(SCOPES);
    expect([...asked].filter((scope) => !known.includes(scope))).toEqual([]);
  });

  it('guards the fields that docs/access.md says, and no others', () => {
    const documented = readFileSync('docs/access.md', 'utf8')
      .split('## Not fetched')[1]
      ?.split('\n## ')[0]
      ?.matchAll(/^\| `(\w+\.\w+)` +\| `([\w:]+)` /gm);
    const guarded = fields.filter((field) => !isRoot(field) && scopesOf(field) !== undefined);
    const inSchema = guarded.map((field) => [field.coordinate, scopesOf(field)]);
    const inDocs = [...(documented ?? [])].map(([, coordinate, scope]) => [coordinate, [[scope]]]);
    expect(inDocs).toEqual(inSchema.sort(([a], [b]) => String(a).localeCompare(String(b))));
  });

  it('lets the arguments ask for scopes that docs/access.md says, and no others', () => {
    const documented = readFileSync('docs/access.md', 'utf8').matchAll(
      /^\| `(\w+)(?:\.(\w+))?` \([^|]*\) +\| (?:`(\w+)`|any) +\| `([\w:]+)` /gm,
    );
    const inDocs = [...documented].map(([, type, field, value, scope]) => [`${type}.${field ?? value}`, [[scope]]]);
    const asked = readdirSync('schema/subgraphs').flatMap((file) =>
      scopedInputs(readFileSync(`schema/subgraphs/${file}`, 'utf8')),
    );
    expect(inDocs).toEqual(asked.sort(([a], [b]) => a.localeCompare(b)));
  });

  it('lets a guarded field be null, so that who may not see it loses nothing else', () => {
    const fragile = fields
      .filter((field) => !isRoot(field) && scopesOf(field) !== undefined)
      .filter(({ node }) => node.type.kind === Kind.NON_NULL_TYPE);
    expect(fragile.map(({ coordinate }) => coordinate)).toEqual([]);
  });

  it('has no text that sounds personal and is neither guarded, nor masked, nor open on purpose', () => {
    const suspicious = fields.filter(
      (field) =>
        named(field.node.type) === 'String' &&
        PERSONAL.test(field.node.name.value) &&
        scopesOf(field) === undefined &&
        !isRoot(field) &&
        !BEHIND_GUARDS.includes(field.type),
    );
    const decided = new Set([...MASKED, ...OPEN]);
    expect(suspicious.map(({ coordinate }) => coordinate).filter((name) => !decided.has(name))).toEqual([]);
    expect([...decided].filter((name) => !suspicious.some(({ coordinate }) => coordinate === name))).toEqual([]);
  });

  it('reaches what is behind guards through guarded fields only', () => {
    const ways = fields.filter(({ node }) => BEHIND_GUARDS.includes(named(node.type)));
    expect(ways.map(({ coordinate }) => coordinate)).toEqual([
      'Activity.documents',
      'Customer.addresses',
      'Customer.preferences',
    ]);
    expect(ways.filter((field) => scopesOf(field) === undefined)).toEqual([]);
  });

  it('says of each list of objects how long it may be', () => {
    const objects = new Set(fields.map(({ type }) => type));
    const isList = (type: TypeNode): boolean =>
      type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));
    const unsized = fields
      .filter(({ type }) => !type.endsWith('Connection'))
      .filter(
        ({ node }) => (isList(node.type) && objects.has(named(node.type))) || named(node.type).endsWith('Connection'),
      )
      .filter((field) => directive(field, 'listSize') === undefined);
    expect(unsized.map(({ coordinate }) => coordinate)).toEqual([]);
    const orders = fields.find(({ coordinate }) => coordinate === 'Customer.orders');
    expect(orders && argumentOf(directive(orders, 'listSize'), 'slicingArguments')).toEqual(['first']);
    const timeline = fields.find(({ coordinate }) => coordinate === 'Customer.timeline');
    expect(timeline && argumentOf(directive(timeline, 'listSize'), 'slicingArguments')).toEqual(['first', 'last']);
  });
});
