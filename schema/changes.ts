import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { type DocumentNode, type GraphQLSchema, validate } from 'graphql';
import { coordinatesOf } from './coordinates.js';

/** An operation that somebody asks, and who. */
export interface KnownOperation {
  readonly document: DocumentNode;
  /** For messages: `schema/operations/welcome.graphql`, or `dashboard 2.1 (4,310 times, last on 2026-11-20)`. */
  readonly users: readonly string[];
}

/** How a change meets those who use the schema. */
export type Severity = 'refused' | 'unused' | 'dangerous' | 'safe';

/** One difference between two schemas, judged. */
export interface JudgedChange {
  readonly severity: Severity;
  /** What changed: `Customer.nickname`. */
  readonly at: string;
  /** What happened, as a sentence. */
  readonly message: string;
  /** Why it breaks or could, where the difference says. */
  readonly reason: string | undefined;
  /** Who asks for it; none when nobody is known to. */
  readonly users: readonly string[];
}

/**
 * Compares what clients see before and after a change. A change that breaks is `refused` when a known operation uses what it takes
 * away, else `unused`: allowed, and named.
 *
 * @param operations valid by `before`; those that are not are passed over, for they were broken already
 */
export async function judgeChanges(
  before: GraphQLSchema,
  after: GraphQLSchema,
  operations: readonly KnownOperation[],
): Promise<JudgedChange[]> {
  const known = operations
    .filter(({ document }) => validate(before, document).length === 0)
    .map(({ document, users }) => ({ coordinates: coordinatesOf(before, document), users }));
  const changes = await diff(before, after);
  return changes.map(({ criticality, message, path = '', type }) => {
    const usedBy = known.filter(({ coordinates }) => touches(coordinates, { path, type }));
    const users = [...new Set(usedBy.flatMap((operation) => operation.users))];
    return {
      severity: severityOf(criticality.level, users.length > 0),
      at: path,
      message,
      reason: criticality.reason,
      users,
    };
  });
}

/** Where the two schemas differ in a way that validation notices, whatever the comparison says: who is broken, and how. */
export function brokenOperations(
  before: GraphQLSchema,
  after: GraphQLSchema,
  operations: readonly KnownOperation[],
): { readonly users: readonly string[]; readonly reasons: readonly string[] }[] {
  return operations
    .filter(({ document }) => validate(before, document).length === 0)
    .map(({ document, users }) => ({ users, reasons: validate(after, document).map((error) => error.message) }))
    .filter(({ reasons }) => reasons.length > 0);
}

function severityOf(level: CriticalityLevel, isUsed: boolean): Severity {
  if (level === CriticalityLevel.Breaking) return isUsed ? 'refused' : 'unused';
  return level === CriticalityLevel.Dangerous ? 'dangerous' : 'safe';
}

/**
 * Whether an operation meets a change. What is new and demanded (an argument, a field of an input) is met by everyone who uses what it
 * was added to; a value taken from an enum by everyone who gets values of it; a change of a whole type by everyone who touches the type.
 */
function touches(coordinates: ReadonlySet<string>, { path, type }: Pick<Change, 'path' | 'type'>): boolean {
  if (path === undefined || path === '') return true;
  if (coordinates.has(path)) return true;
  const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')));
  const isAboutParent = /_ADDED$|^ENUM_VALUE|^UNION_MEMBER/.test(String(type));
  return isAboutParent && coordinates.has(parent);
}
