import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isListType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { type Caller, SCOPES } from '../../schema/contract.js';
import { subgraphs } from '../../subgraphs/all.js';
import { type BuiltSubgraph, buildSubgraph } from '../../subgraphs/kit/serve/buildSubgraph.js';
import { type ArgumentLeaf, argumentLeaves } from '../support/argumentLeaves.js';
import { EVERYONE } from '../support/asGateway.js';
import { everything } from '../support/everything.js';
import { settled } from '../support/settled.js';
import { askSubgraph, type GraphQLAnswer, type Untyped } from '../support/startTestSubgraph.js';
import { startTestSubgraphs, type TestSubgraphs } from '../support/startTestSubgraphs.js';
import { SECRETS, tellEverything } from '../support/tellEverything.js';

/** Sees customers, and not who they are. */
const MARKETER: Caller = {
  subject: 'marketer',
  scopes: [SCOPES.readCustomers, SCOPES.writeMarketing, SCOPES.writeFeedback],
};

/** Where whoever asks names a whole identifier, and so knows it: docs/access.md. What it begins with finds nobody. */
const IDENTIFIERS = [
  'Query.customer360 email',
  'Query.customer360 phone',
  'Query.customer360 externalId.id',
  'Query.customers search',
];

/** All is told once for each letter, which what is hidden begins with: a list in the order of any of it is in no other order. */
const LETTERS = ['c', 'a', 'd', 'b'];

let graph: TestSubgraphs;
let built: readonly (BuiltSubgraph & { readonly subgraph: string })[];
let reached: readonly Reached[];
let customerId: string;

/** The secrets that begin with a letter; numbers end with one of their own. */
function secretsOf(letter: string): typeof SECRETS {
  const own = (word: string): string =>
    /^\d/.test(word) ? `${word.slice(0, -1)}${letter.charCodeAt(0) % 10}` : `${letter}${word}`;
  return Object.fromEntries(Object.entries(SECRETS).map(([name, word]) => [name, own(word)])) as typeof SECRETS;
}

/** Tells everything of several customers, lets as many live together, and opens a case with as many messages. */
async function plant(): Promise<void> {
  const household = await graph.write('identity', 'createHousehold(name: "Zimmer") { id }');
  for (const letter of LETTERS) {
    customerId = await tellEverything(graph, secretsOf(letter));
    await graph.write('identity', `createEmployee(input: { name: "Ida Lang", subject: "${letter}zq-subject" }) { id }`);
    const { customer } = await graph.write(
      'identity',
      `identifyCustomer(input: { displayName: "${letter}zq-child", emails: ["${letter}zq-child@example.com"] }) { customer { id } }`,
    );
    await graph.write(
      'identity',
      `updateCustomer(id: "${customer.id}", input: { householdId: "${household.id}" }) { id }`,
    );
  }
  const { id } = await graph.write(
    'service',
    `openCase(input: { customerId: "${customerId}", subject: "Hello", kind: QUESTION, channel: CHAT }) { id }`,
  );
  for (const letter of LETTERS) {
    await graph.write('service', `replyToCase(caseId: "${id}", input: { body: "${letter}zq-word" }) { id }`);
  }
  // What comes to a timeline between two answers would differ in them, too.
  await settled((statement) => graph.sql(statement), Object.keys(graph.urls));
}

beforeAll(async () => {
  graph = await startTestSubgraphs();
  await plant();
  built = await Promise.all(subgraphs.map(async (one) => ({ subgraph: one.name, ...(await buildSubgraph(one)) })));
  reached = built.flatMap(({ subgraph, schema }) => reachedIn(subgraph, schema));
  await Promise.all(reached.map((of) => findHidden(of)));
  for (const one of hidden) {
    const row = one.rows.at(-1) ?? '';
    hiddenIn.set(row, [...(hiddenIn.get(row) ?? []), one]);
  }
}, 120_000);
afterAll(() => graph.stop());

type Field = GraphQLField<unknown, unknown>;

/** A type that the queries of a subgraph lead to. */
interface Reached {
  readonly subgraph: string;
  readonly type: GraphQLObjectType;
  /** The query that asks this of all its objects that are found without arguments. */
  ask(selection: string): string;
}

/** Each type in the shortest way that needs no arguments, those of the roots first. */
function reachedIn(subgraph: string, schema: GraphQLSchema): Reached[] {
  const query = schema.getQueryType();
  if (!query) throw new Error(`${subgraph} has no query`);
  const ways = new Map<GraphQLObjectType, Reached['ask']>([[query, (selection) => selection]]);
  for (const [type, ask] of ways) {
    for (const field of fieldsOf(type)) {
      const next = getNamedType(field.type);
      if (!isObjectType(next) || ways.has(next) || field.args.some(isRequiredArgument)) continue;
      // Who is asked for by an argument is nobody without it.
      if (field.args.length > 0 && !isList(field)) continue;
      const page = field.args.some(({ name }) => name === 'first') ? '(first: 100)' : '';
      const key = idOf(type);
      ways.set(next, (selection) => ask(`${key} ${field.name}${page} { ${selection} }`));
    }
  }
  return [...ways].map(([type, ask]) => ({ subgraph, type, ask: (selection) => `{ ${ask(selection)} }` }));
}

/** Its fields without federation's own. */
function fieldsOf(type: GraphQLObjectType): Field[] {
  return Object.values(type.getFields()).filter(({ name }) => !name.startsWith('_'));
}

function isList({ type }: Field): boolean {
  return isListType(getNullableType(type)) || getNamedType(type).name.endsWith('Connection');
}

function idOf(type: GraphQLObjectType): string {
  return 'id' in type.getFields() ? 'id' : '';
}

async function answerOf(subgraph: string, query: string, caller: Caller, variables = {}): Promise<GraphQLAnswer> {
  const answer = await askSubgraph(subgraph, graph.urls[subgraph] ?? '', query, variables, caller);
  if (answer.data === undefined) throw new Error(`${query}: ${JSON.stringify(answer.errors)}`);
  return answer;
}

/** A text that the marketer may not see. */
interface Hidden {
  /** The field that is masked, or asks for a scope: `Customer.emails`. */
  readonly field: string;
  /** The scalar that it is in the schema. */
  readonly scalar: string;
  readonly text: string;
  /** The rows in which it was found, the outermost first. */
  readonly rows: readonly string[];
}

const hidden: Hidden[] = [];
/** The same by the innermost of its rows. */
const hiddenIn = new Map<string, Hidden[]>();

/** The scalars that texts are. The others that differ, such as the moment at which a figure was computed, differ by themselves. */
const TEXTS = ['String', 'ID'];

/** Asks for all that a type says of itself, as one who sees all and as the marketer, and notes what differs. */
async function findHidden(of: Reached): Promise<void> {
  const { subgraph, type } = of;
  const query = of.ask(`... ${everything(type, 0)}`);
  const [given, seen] = await Promise.all([EVERYONE, MARKETER].map((who) => answerOf(subgraph, query, who)));
  const root = built.find((one) => one.subgraph === subgraph)?.schema.getQueryType();
  if (root) collectHidden(given?.data, seen?.data, root, []);
}

/** @param within the hidden field that all of it is in */
function collectHidden(given: Untyped, seen: Untyped, type: GraphQLObjectType, above: string[], within?: string): void {
  const rows = typeof given.id === 'string' ? [...above, given.id] : above;
  for (const [name, value] of Object.entries<Untyped>(given)) {
    const other = seen?.[name];
    const declared = type.getFields()[name];
    if (!declared || value === null || JSON.stringify(value) === JSON.stringify(other)) continue;
    const named = getNamedType(declared.type);
    const field = other === null || !isObjectType(named) ? (within ?? `${type.name}.${name}`) : within;
    for (const [index, item] of [value].flat().entries()) {
      if (isObjectType(named)) collectHidden(item, [other].flat()[index], named, rows, field);
      else if (TEXTS.includes(named.name) && item !== null)
        hidden.push({ field: field ?? '', scalar: named.name, text: item, rows });
    }
  }
}

/** What somebody may try who guesses: all of a text, and what it begins with. */
function guessesAt(text: string): string[] {
  return [text, text.slice(0, Math.ceil(text.length / 2))];
}

/** Something of the same form that nobody has. */
function wrong(guess: string): string {
  return guess
    .replaceAll(/[a-y]/gi, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 1))
    .replaceAll(/\d/g, (digit) => String((Number(digit) + 5) % 10));
}

/** What is guessed at for an argument: one text of each hidden field whose values are of the same scalar. */
function guessesFor(place: string, scalar: string): string[] {
  const fields = new Map(hidden.filter((one) => one.scalar === scalar).map(({ field, text }) => [field, text]));
  const guesses = [...fields.values()].flatMap((text) =>
    // Half an identifier is no identifier.
    IDENTIFIERS.includes(place) ? guessesAt(text).slice(1) : guessesAt(text),
  );
  return [...new Set(guesses)];
}

/** As the schema's scalars write them. */
function sample(scalar: string, name: string): string {
  if (scalar === 'ID') return `"${customerId}"`;
  if (scalar === 'Boolean') return 'true';
  if (scalar === 'Int' || scalar === 'Float') return '1';
  if (scalar === 'DateTime') return name === 'to' ? '"2030-01-01T00:00:00Z"' : '"2020-01-01T00:00:00Z"';
  if (scalar === 'LocalDate') return name === 'to' ? '"2030-01-01"' : '"2020-01-01"';
  return '"crm"';
}

/** Somewhere in the arguments of a field. */
interface Place {
  readonly of: Reached;
  readonly field: Field;
  readonly leaf: ArgumentLeaf;
  /** `Query.households filter.name` */
  readonly name: string;
}

/** What a list gave out before, and no text of a caller. */
const CURSORS = ['after', 'before'];

/** Each place at which a text can be said. */
function places(): Place[] {
  return reached.flatMap((of) =>
    fieldsOf(of.type).flatMap((field) =>
      argumentLeaves(field, sample)
        .filter(({ path, type }) => TEXTS.includes(type.name) && !CURSORS.includes(path))
        .map((leaf) => ({
          of,
          field,
          leaf,
          name: `${of.type.name}.${field.name} ${leaf.path}`,
        })),
    ),
  );
}

/** The field with a value at the place, and all that shows what it gives: the rows of a page, their cursors and their number. */
function asked({ field, leaf }: Place, value: string): string {
  const type = getNamedType(field.type);
  const selection = isObjectType(type) ? everything(type, type.name.endsWith('Connection') ? 1 : 0) : '';
  return `${field.name}(${leaf.write(value)}) ${selection}`;
}

/** What a caller is answered to each value at a place. Where one is refused with all others, each is asked alone. */
async function answersTo(place: Place, values: readonly string[], caller: Caller): Promise<string[]> {
  const declared = values.map((_value, index) => `$g${index}: ${place.leaf.type.name}!`);
  const selection = values.map((_value, index) => `g${index}: ${asked(place, `$g${index}`)}`);
  const query = `query (${declared.join(', ')}) ${place.of.ask(selection.join(' '))}`;
  const variables = Object.fromEntries(values.map((value, index) => [`g${index}`, value]));
  const answer = await answerOf(place.of.subgraph, query, caller, variables);
  if (answer.data === null && values.length > 1) {
    return (await Promise.all(values.map((value) => answersTo(place, [value], caller)))).flat();
  }
  return values.map((_value, index) => answerAt(`g${index}`, answer));
}

/** What is answered at one alias: data, counts, cursors and errors. */
function answerAt(alias: string, { data, errors = [] }: GraphQLAnswer): string {
  const isOther = (key: string): boolean => /^g\d+$/.test(key) && key !== alias;
  const own = JSON.stringify(data, (key, inner: unknown) => (isOther(key) ? undefined : inner));
  const refusals = errors
    .filter(({ path = [] }) => path.includes(alias))
    .map(({ message, path, extensions }) => ({ message, path, extensions }));
  return `${own} ${JSON.stringify(refusals)}`.replaceAll(`"${alias}"`, '"g"');
}

/** The hidden texts, or parts of them, that a caller can tell from wrong ones at a place. */
async function toldFromWrong(place: Place, caller: Caller): Promise<string[]> {
  const guesses = guessesFor(place.name, place.leaf.type.name);
  if (guesses.length === 0) return [];
  const answers = await answersTo(place, [...guesses, ...guesses.map((guess) => wrong(guess))], caller);
  return guesses.filter((guess, index) => {
    // An answer may repeat what the caller said.
    const [right, other] = [answers[index], answers[guesses.length + index]].map((answer) =>
      [guess, wrong(guess)].reduce((text, said) => text?.replaceAll(JSON.stringify(said).slice(1, -1), '?'), answer),
    );
    return right !== other;
  });
}

/** How a list can be ordered: by itself, and by each value of an argument that says it. */
function ordersOf(field: Field): string[] {
  if (field.args.some(isRequiredArgument)) return [];
  const orders = field.args.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    return isEnumType(named) && /order|sort/i.test(name)
      ? named.getValues().map((value) => `${name}: ${value.name}`)
      : [];
  });
  return ['', ...orders];
}

/** The field in an order, as much of it as goes on one page. */
function ordered(field: Field, order: string): string {
  const page = field.args.some(({ name }) => name === 'first') ? 'first: 100' : '';
  const args = [page, order].filter(Boolean).join(', ');
  const type = getNamedType(field.type);
  const selection = isObjectType(type) ? everything(type, type.name.endsWith('Connection') ? 1 : 0) : '';
  return `${field.name}${args && `(${args})`} ${selection}`;
}

/** The letter of the customer of whom a text was told. */
function letterIn({ text }: Hidden): string | undefined {
  return /\b([a-d])(?:zq-|zuleika|quizzelbaum)/i.exec(text)?.[1]?.toLowerCase();
}

/** Of a list of rows, the fields of which all letters are in it, and those of them in whose order it is. */
function judge(ids: readonly string[]): { judged: string[]; sorted: string[] } {
  const byField = new Map<string, Hidden[]>();
  for (const id of ids) {
    const told = new Map((hiddenIn.get(id) ?? []).filter((one) => letterIn(one)).map((one) => [one.field, one]));
    for (const [field, one] of told) byField.set(field, [...(byField.get(field) ?? []), one]);
  }
  const judged = [...byField].filter(([, found]) => new Set(found.map((one) => letterIn(one))).size === LETTERS.length);
  const sorted = judged.filter(([, found]) => {
    const texts = found.map(({ text }) => text.toLowerCase());
    const inOrder = texts.toSorted();
    return [inOrder, inOrder.toReversed()].some((order) => order.join('\n') === texts.join('\n'));
  });
  return { judged: judged.map(([field]) => field), sorted: sorted.map(([field]) => field) };
}

/** The ids of the rows of each list that an answer gives under a name. */
function listsOf(data: Untyped, name: string): string[][] {
  if (Array.isArray(data)) return data.flatMap((item) => listsOf(item, name));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries<Untyped>(data).flatMap(([key, value]) => {
    const rows = key === name ? (value?.nodes ?? value) : undefined;
    return Array.isArray(rows) ? [rows.map(({ id }) => id)] : listsOf(value, name);
  });
}

/** A list in one of its orders. */
interface OrderedList {
  /** `Query.households orderBy: NAME_ASC` */
  readonly name: string;
  /** The same for the type of its rows: `Household orderBy: NAME_ASC`. */
  readonly order: string;
  readonly rows: string;
  /** The lists of ids that a caller is given. */
  ask(caller: Caller): Promise<string[][]>;
}

function orderedLists(): OrderedList[] {
  return reached.flatMap((of) =>
    fieldsOf(of.type)
      .filter((field) => isList(field))
      .flatMap((field) =>
        ordersOf(field).map((order) => {
          const rows = getNamedType(field.type).name.replace(/Connection$/, '');
          return {
            name: `${of.type.name}.${field.name} ${order}`,
            order: `${rows} ${order}`,
            rows,
            ask: async (caller) =>
              listsOf((await answerOf(of.subgraph, of.ask(ordered(field, order)), caller)).data, field.name),
          };
        }),
      ),
  );
}

/** What a caller can find out by guessing, by where it is guessed. */
async function findGuessable(where: readonly Place[], caller: Caller): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const place of where) {
    const told = await toldFromWrong(place, caller);
    if (told.length > 0) found[place.name] = told;
  }
  return found;
}

/** The hidden fields in whose order a caller is given lists; and the orders of which that could be told. */
async function findSorted(
  lists: readonly OrderedList[],
  caller: Caller,
): Promise<{ sorted: string[]; judged: Set<string> }> {
  const sorted = new Set<string>();
  const judged = new Set<string>();
  for (const list of lists) {
    for (const verdict of (await list.ask(caller)).map((ids) => judge(ids))) {
      if (verdict.judged.some((field) => field.startsWith(`${list.rows}.`))) judged.add(list.order);
      for (const field of verdict.sorted) sorted.add(`${list.name} by ${field}`);
    }
  }
  return { sorted: [...sorted], judged };
}

describe('what is hidden without customer:pii', () => {
  test('is all that is masked or asks for it, and was told here', () => {
    const names = new Set(reached.flatMap(({ type }) => fieldsOf(type).map(({ name }) => `${type.name}.${name}`)));
    const closed = built
      .flatMap(({ policies }) => policies)
      .filter(({ isPersonal, field }) => isPersonal && names.has(field));
    const found = new Set(hidden.map(({ field }) => field));
    expect(closed.map(({ field }) => field).filter((field) => !found.has(field))).toEqual([]);
  });

  test('is found by no filter, no search and no other argument', async () => {
    expect(await findGuessable(places(), MARKETER)).toEqual({});
  }, 120_000);

  test('is not what a list is in the order of', async () => {
    const lists = orderedLists();
    const { sorted, judged } = await findSorted(lists, MARKETER);
    expect(sorted).toEqual([]);
    // Of a list of too few rows nobody can tell: tell more of them in this test.
    const hiding = new Set(hidden.map(({ field }) => field.split('.')[0]));
    const open = new Set(
      lists.filter(({ rows, order }) => hiding.has(rows) && order.includes(':')).map(({ order }) => order),
    );
    const refused = ['Customer orderBy: DISPLAY_NAME_ASC', 'Household orderBy: NAME_ASC'];
    expect([...open].filter((order) => !judged.has(order)).sort()).toEqual(refused);
  }, 120_000);

  test('is found in these ways by who may see it, so this test finds what it looks for', async () => {
    const names = ['Query.households filter.name', 'Query.customers search', 'Query.touchpoints filter.text'];
    const guessable = await findGuessable(
      places().filter(({ name }) => names.includes(name)),
      EVERYONE,
    );
    expect(Object.keys(guessable).sort()).toEqual(names.sort());
    const { sorted } = await findSorted(
      orderedLists().filter(({ name }) => name.includes('NAME_ASC')),
      EVERYONE,
    );
    expect(sorted).toEqual(
      expect.arrayContaining([
        'Query.customers orderBy: DISPLAY_NAME_ASC by Customer.displayName',
        'Query.households orderBy: NAME_ASC by Household.name',
        'Household.members orderBy: DISPLAY_NAME_ASC by Customer.displayName',
      ]),
    );
  }, 120_000);
});
