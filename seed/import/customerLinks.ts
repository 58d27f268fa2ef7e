import { createHash } from 'node:crypto';
import { parsePhoneNumberFromString, isSupportedCountry } from 'libphonenumber-js';
import type { Client } from 'pg';
import { validate as isUuid } from 'uuid';
import { phoneCandidates } from '../../subgraphs/identity/phone.js';
import { emailAddress } from '../../subgraphs/kit/graph/parseInput.js';
import type { MatchSpec } from './mapping.js';
import { RowProblem } from './RowProblem.js';
import type { SourceRow } from './SourceRow.js';
import { whyUnstorable } from './whyUnstorable.js';

/** What a customer may be known by. */
type IdentifierKind = 'ID' | 'EMAIL' | 'PHONE' | 'EXTERNAL_ID';

interface Identifier {
  readonly kind: IdentifierKind;
  /** Of an external id; else empty. */
  readonly source: string;
  /** As identity compares it. */
  readonly value: string;
}

/** A way to look a customer up, and what it makes of a cell. */
interface MatchStep {
  readonly column: string;
  /** What the customer is expected to have: `email address`. */
  readonly what: string;
  /** What the cell may mean; a text says why it can mean nothing. */
  readonly read: (text: string, row: SourceRow) => readonly Identifier[] | string;
}

/** A customer as a file knows them. */
interface CustomerRecord {
  readonly source: string;
  readonly key: string;
  /** The id that an import gives them where nobody else has that external id. */
  readonly id: string;
}

/**
 * What takes the id of a customer out of identity: a field that looks one up, one that has one picked for demonstration, or a record of a file of
 * customers, who may have come in by another way before.
 */
export type CustomerLink =
  | { readonly type: 'record'; readonly read: (row: SourceRow) => CustomerRecord | null }
  | { readonly type: 'match'; readonly steps: readonly MatchStep[]; readonly mayBeNone: boolean }
  | { readonly type: 'demo'; readonly seed: (row: SourceRow) => string | RowProblem };

/** The customers of a batch's rows, by field and row: an id, why there is none, or null where there need be none. */
export type FoundCustomers = ReadonlyMap<CustomerLink, ReadonlyMap<SourceRow, string | RowProblem | null>>;

/** No customers: for files that link none. */
export const NOBODY: FoundCustomers = new Map();

/** How many customers with one identifier are counted. */
const COUNTED = 10;

const identifier = (kind: IdentifierKind, value: string, source = ''): Identifier => ({ kind, source, value });
const textOf = ({ kind, source, value }: Identifier) => JSON.stringify([kind, source, value]);

function phones(text: string, country: string | null): string[] {
  if (country === null || !isSupportedCountry(country)) return phoneCandidates(text);
  const number = parsePhoneNumberFromString(text.replace(/^\s*00/, '+'), country);
  return number?.isPossible() ? [number.number] : [];
}

/** One way of `match`, ready to read cells as identity does when it is asked for a customer. */
export function matchStep(spec: MatchSpec): MatchStep {
  if ('id' in spec) {
    const read = (text: string) => (isUuid(text) ? [identifier('ID', text.toLowerCase())] : 'is not a UUID');
    return { column: spec.id, what: 'id', read };
  }
  if ('email' in spec) {
    const read = (text: string) => {
      const { data } = emailAddress.safeParse(text);
      return data === undefined ? 'is not an email address' : [identifier('EMAIL', data)];
    };
    return { column: spec.email, what: 'email address', read };
  }
  if ('phone' in spec) {
    const { country } = spec;
    const read = (text: string, row: SourceRow) => {
      const region = typeof country === 'object' ? row.value(country.column) : (country ?? null);
      const numbers = phones(text, region);
      return numbers.length === 0 ? 'is not a phone number' : numbers.map((number) => identifier('PHONE', number));
    };
    return { column: spec.phone, what: 'phone number', read };
  }
  const { externalId: column, source } = spec;
  const read = (text: string) => whyUnstorable(text) ?? [identifier('EXTERNAL_ID', text.normalize('NFC'), source)];
  return { column, what: `id at ${source}`, read };
}

/** The columns that a way of `match` reads. */
export function matchColumns(spec: MatchSpec): string[] {
  if ('phone' in spec) return [spec.phone, ...(typeof spec.country === 'object' ? [spec.country.column] : [])];
  if ('id' in spec) return [spec.id];
  return 'email' in spec ? [spec.email] : [spec.externalId];
}

/** Whom an identifier was recorded for, by who that is by now. */
type Recorded = ReadonlyMap<string, string>;

/**
 * The customers that have each of these identifiers, in one statement. At most {@link COUNTED} for each. Where several who were merged have the same, it is
 * the survivor's own, if they have it.
 */
async function lookUp(client: Client, given: readonly Identifier[]): Promise<ReadonlyMap<string, Recorded>> {
  const found = new Map<string, Map<string, string>>();
  if (given.length === 0) return found;
  const { rows } = await client.query<Identifier & { current: string; recorded: string }>(
    `SELECT DISTINCT ON (g.kind, g.source, g.value, c.current) g.kind, g.source, g.value, c.current, c.recorded
     FROM unnest($1::text[], $2::text[], $3::text[]) AS g (kind, source, value)
     CROSS JOIN LATERAL (
       (SELECT coalesce(a.canonical_id, i.recorded_for) AS current, i.recorded_for AS recorded FROM identity.customer_identifier AS i
        LEFT JOIN identity.customer_alias AS a ON a.customer_id = i.recorded_for
        WHERE g.kind IN ('EMAIL', 'PHONE') AND i.type = g.kind AND i.value = g.value LIMIT ${COUNTED})
       UNION ALL
       SELECT coalesce(a.canonical_id, e.recorded_for), e.recorded_for FROM identity.external_id AS e
       LEFT JOIN identity.customer_alias AS a ON a.customer_id = e.recorded_for
       WHERE g.kind = 'EXTERNAL_ID' AND e.source = g.source AND e.id = g.value
       UNION ALL
       SELECT coalesce(a.canonical_id, c.id), c.id FROM identity.customer AS c
       LEFT JOIN identity.customer_alias AS a ON a.customer_id = c.id
       WHERE g.kind = 'ID' AND c.id = CASE g.kind WHEN 'ID' THEN g.value::uuid END
     ) AS c ORDER BY g.kind, g.source, g.value, c.current, c.recorded <> c.current, c.recorded`,
    [given.map(({ kind }) => kind), given.map(({ source }) => source), given.map(({ value }) => value)],
  );
  for (const row of rows) {
    const text = textOf(row);
    found.set(text, (found.get(text) ?? new Map<string, string>()).set(row.current, row.recorded));
  }
  return found;
}

type ReadSteps = readonly {
  readonly step: MatchStep;
  readonly text: string;
  readonly read: readonly Identifier[] | string;
}[];

function readSteps(steps: readonly MatchStep[], row: SourceRow): ReadSteps {
  return steps.flatMap((step) => {
    const text = row.value(step.column);
    return text === null ? [] : [{ step, text, read: step.read(text, row) }];
  });
}

/** The one customer that the first way gives that gives one; else what each way came to. */
function choose(
  steps: readonly MatchStep[],
  read: ReadSteps,
  row: SourceRow,
  customers: ReadonlyMap<string, Recorded>,
): string | RowProblem {
  const reasons: { column: string; reason: string }[] = [];
  for (const { step, read: identifiers } of read) {
    const { column, what } = step;
    if (typeof identifiers === 'string') {
      reasons.push({ column, reason: identifiers });
      continue;
    }
    const ids = new Map(identifiers.flatMap((one) => [...(customers.get(textOf(one)) ?? [])]));
    const [only] = ids.values();
    if (ids.size === 1 && only !== undefined) return only;
    const reason = ids.size === 0 ? `is the ${what} of no customer` : `is the ${what} of ${ids.size} customers`;
    reasons.push({ column, reason });
  }
  const [first, ...more] = reasons;
  if (first === undefined) {
    return row.problem(steps[0]?.column ?? '', 'is missing, and the customer is looked up by it');
  }
  const others = more.map(({ column, reason }) => `; ${column} ${reason}`).join('');
  return row.problem(first.column, `${first.reason}${others}`);
}

/** The points of all customers on a circle; a row goes to the first customer from its own point on. */
const CREATE_CIRCLE = `
  CREATE TEMPORARY TABLE import_circle AS
    SELECT md5(id::text)::uuid AS point, id FROM identity.customer WHERE erased_at IS NULL;
  CREATE INDEX ON import_circle (point, id);
  ANALYZE import_circle`;

/** Looks up the customers of the rows of one file, a statement a batch for those that match, and one for each field that is demo-linked or a record. */
export class CustomerFinder {
  #hasCircle = false;

  /** @param client of identity's database; unused when there are no links */
  constructor(
    private readonly client: () => Client,
    private readonly links: readonly CustomerLink[],
  ) {}

  async find(rows: readonly SourceRow[]): Promise<FoundCustomers> {
    if (this.links.length === 0) return NOBODY;
    const read = this.links.flatMap((link) =>
      link.type === 'match' ? [{ link, rows: rows.map((row) => ({ row, read: readSteps(link.steps, row) })) }] : [],
    );
    const identifiers = read.flatMap((one) => one.rows.flatMap((row) => row.read.map((step) => step.read)));
    const wanted = new Map(
      identifiers.flatMap((some) => (typeof some === 'string' ? [] : some.map((one) => [textOf(one), one] as const))),
    );
    const customers = await lookUp(this.client(), [...wanted.values()]);
    const found = new Map<CustomerLink, Map<SourceRow, string | RowProblem | null>>();
    for (const { link, rows: readRows } of read) {
      const chosen = readRows.map((one) => {
        const choice = choose(link.steps, one.read, one.row, customers);
        return [one.row, link.mayBeNone && typeof choice !== 'string' ? null : choice] as const;
      });
      found.set(link, new Map(chosen));
    }
    for (const link of this.links) {
      if (link.type === 'demo') found.set(link, await this.#pick(link.seed, rows));
      else if (link.type === 'record') found.set(link, await this.#recorded(link.read, rows));
    }
    return found;
  }

  async close(): Promise<void> {
    if (this.#hasCircle) await this.client().query('DROP TABLE IF EXISTS pg_temp.import_circle');
  }

  /**
   * The customers that records of a file are, where those are others than the import makes of them: whom the source knows by this key, by whatever way they
   * came in. Who was imported, and is one with that customer by now, stays who they were.
   */
  async #recorded(
    read: (row: SourceRow) => CustomerRecord | null,
    rows: readonly SourceRow[],
  ): Promise<Map<SourceRow, string>> {
    const records = rows.map(read);
    const found = await this.client().query<{ made: string; id: string }>(
      `SELECT g.id AS made, CASE WHEN coalesce(a.canonical_id, c.id) = e.customer_id THEN c.id ELSE e.recorded_for END AS id
       FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::uuid[]) AS u (source, key, id)) AS g
       JOIN identity.external_id AS e ON e.source = g.source AND e.id = g.key AND e.recorded_for <> g.id
       LEFT JOIN identity.customer AS c ON c.id = g.id LEFT JOIN identity.customer_alias AS a ON a.customer_id = g.id`,
      [
        records.map((record) => record?.source),
        records.map((record) => record?.key),
        records.map((record) => record?.id),
      ],
    );
    const ids = new Map(found.rows.map(({ made, id }) => [made, id]));
    return new Map(
      rows.flatMap((row, index) => {
        const id = ids.get(records[index]?.id ?? '');
        return id === undefined ? [] : [[row, id] as const];
      }),
    );
  }

  async #pick(
    seed: (row: SourceRow) => string | RowProblem,
    rows: readonly SourceRow[],
  ): Promise<Map<SourceRow, string | RowProblem>> {
    if (!this.#hasCircle) await this.client().query(CREATE_CIRCLE);
    this.#hasCircle = true;
    const seeds = rows.map(seed);
    const points = seeds.map((text) =>
      createHash('md5')
        .update(typeof text === 'string' ? text : '')
        .digest('hex'),
    );
    const picked = await this.client().query<{ id: string | null }>(
      `SELECT coalesce(
         (SELECT c.id FROM pg_temp.import_circle AS c WHERE c.point >= g.point ORDER BY c.point, c.id LIMIT 1),
         (SELECT c.id FROM pg_temp.import_circle AS c ORDER BY c.point, c.id LIMIT 1)) AS id
       FROM unnest($1::uuid[]) WITH ORDINALITY AS g (point, ordinal) ORDER BY g.ordinal`,
      [points],
    );
    const chosen = rows.map((row, index) => {
      const text = seeds[index];
      if (text instanceof RowProblem) return [row, text] as const;
      return [row, picked.rows[index]?.id ?? row.problem('', 'cannot be demo-linked: there is no customer')] as const;
    });
    return new Map(chosen);
  }
}
