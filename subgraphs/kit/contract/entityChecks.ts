import { Kind, type SelectionSetNode, parse } from 'graphql';
import { v4 as uuid } from 'uuid';
import { ERROR_CODES } from '../../../schema/contract.js';
import { askSubject, type SubjectAnswer } from './askSubject.js';
import type { ContractSubject } from './ContractSubject.js';
import { type KeyedType, subjectSchema } from './subjectSchema.js';

type Representation = Readonly<Record<string, unknown>>;

/** How many rows are looked at where a type has a list. */
const SAMPLES = 3;
/** How many entities are asked for at once. */
const CROWD = 100;

/** Each entity comes at the place of its key, in whatever order and however often it is asked for. */
export async function keepsPlaces(subject: ContractSubject): Promise<string[]> {
  const wrong: string[] = [];
  for (const type of (await subjectSchema(subject)).keyed) {
    const known = await samplesOf(subject, type);
    const [first = strangerOf(type)] = known;
    const asked = [strangerOf(type), ...known, first, strangerOf(type), ...known.toReversed()];
    const { data, errors } = await entities(subject, type, asked);
    const answered = entitiesOf(data);
    if (answered?.length !== asked.length) {
      wrong.push(
        `${type.name}: ${asked.length} were asked for, ${answered?.length ?? 'no'} places came${because(errors)}`,
      );
      continue;
    }
    asked.forEach((representation, index) => {
      const entity = answered[index];
      const isKnown = known.includes(representation);
      if (entity === null || entity === undefined) {
        if (isKnown) wrong.push(`${type.name}: the one at place ${index} exists, and is null there`);
        return;
      }
      if (type.key.some((field) => !isSame(entity[field], representation[field])))
        wrong.push(`${type.name}: at place ${index} is another one than was asked for`);
    });
  }
  return wrong;
}

/** A key that is none costs the others nothing, and is no failure of the subgraph's. */
export async function bearsMalformedKeys(subject: ContractSubject): Promise<string[]> {
  const wrong: string[] = [];
  for (const type of (await subjectSchema(subject)).keyed) {
    const [field = 'id'] = type.key;
    const [known] = await samplesOf(subject, type);
    const bad = ["'; --", '', 'ü'.repeat(500), 5, null, true, [], {}].map((value) => ({
      ...strangerOf(type),
      [field]: value,
    }));
    const asked = [...bad, { __typename: type.name }, ...(known ? [known] : [])];
    const { data, errors, status } = await entities(subject, type, asked);
    const failure = errors.find(
      ({ extensions }) => !extensions?.code || extensions.code === ERROR_CODES.INTERNAL_SERVER_ERROR,
    );
    if (failure || status >= 500)
      wrong.push(`${type.name}: a malformed key is a failure (${failure?.message ?? status}); answer null for it`);
    if (known && entitiesOf(data)?.at(-1) === null)
      wrong.push(`${type.name}: malformed keys cost the others their places`);
  }
  return wrong;
}

/** A hundred entities cost as many reads as one. Null where nobody can count. */
export async function readsInBatches(subject: ContractSubject): Promise<string[] | null> {
  const { statements } = subject;
  if (!statements) return null;
  const wrong: string[] = [];
  for (const type of (await subjectSchema(subject)).keyed) {
    const known = await samplesOf(subject, type);
    const crowd = [...known, ...Array.from({ length: CROWD - known.length }, () => strangerOf(type))];
    const one = await statements(() => entities(subject, type, crowd.slice(0, 1)));
    const many = await statements(() => entities(subject, type, crowd));
    if (many.length > Math.max(1, one.length))
      wrong.push(
        `${type.name}: one costs ${one.length} reads, ${CROWD} cost ${many.length}; read them in one, by a loader`,
      );
  }
  return wrong;
}

/** What a field says to need by `@requires` comes with the key; whatever it is, the field answers or is null. */
export async function takesWhatItRequires(subject: ContractSubject): Promise<string[]> {
  const wrong: string[] = [];
  for (const type of (await subjectSchema(subject)).keyed) {
    for (const { name, needs, isLeaf } of type.requiring) {
      const brought = valuesFor(parseSelection(needs));
      const field = isLeaf ? name : `${name} { __typename }`;
      const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type.name} { ${field} } } }`;
      const { data, errors } = await askSubject(subject, query, {
        representations: [{ ...strangerOf(type), ...brought }],
      });
      if (entitiesOf(data)?.[0] === null || errors.length > 0)
        wrong.push(
          `${type.name}.${name}: does not answer when ${needs} comes with the key${because(errors)}; answer null for what it does not know`,
        );
    }
  }
  return wrong;
}

function parseSelection(fields: string): SelectionSetNode {
  const [operation] = parse(`{ ${fields} }`).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`@requires(fields: "${fields}") is no selection`);
  return operation.selectionSet;
}

/** A text for each field, since nearly every scalar takes one. */
function valuesFor({ selections }: SelectionSetNode): Record<string, unknown> {
  const fields = selections.filter((selection) => selection.kind === Kind.FIELD);
  return Object.fromEntries(
    fields.map(({ name, selectionSet }) => [name.value, selectionSet ? valuesFor(selectionSet) : 'anything']),
  );
}

async function entities(
  subject: ContractSubject,
  { name, key, leaves }: KeyedType,
  representations: readonly Representation[],
): Promise<SubjectAnswer> {
  const selection = [...new Set(['__typename', ...key, ...leaves])].join(' ');
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${name} { ${selection} } } }`;
  return askSubject(subject, query, { representations });
}

/** Keys of rows that are there, where the type has a list. */
async function samplesOf(subject: ContractSubject, { name, key, list }: KeyedType): Promise<Representation[]> {
  if (list === undefined) return [];
  const { data } = await askSubject(subject, `{ list: ${list}(first: ${SAMPLES}) { nodes { ${key.join(' ')} } } }`);
  const found = data?.['list'];
  const nodes = typeof found === 'object' && found !== null && 'nodes' in found ? found.nodes : [];
  return Array.isArray(nodes) ? nodes.filter(isRecord).map((node) => ({ __typename: name, ...node })) : [];
}

/** A key that nobody has. */
function strangerOf({ name, key }: KeyedType): Representation {
  return { __typename: name, ...Object.fromEntries(key.map((field) => [field, uuid()])) };
}

function entitiesOf(data: SubjectAnswer['data']): (Representation | null)[] | undefined {
  const found = data?.['_entities'];
  return Array.isArray(found) ? found.map((entity: unknown) => (isRecord(entity) ? entity : null)) : undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return String(one).toLowerCase() === String(other).toLowerCase();
}

function isRecord(value: unknown): value is Representation {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function because(errors: SubjectAnswer['errors']): string {
  return errors[0] ? ` (${errors[0].message})` : '';
}
