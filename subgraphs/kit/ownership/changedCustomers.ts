import { validate as isUuid } from 'uuid';
import { idsAt, ownersIn, type Path, type Whose } from './whose.js';

/** A mutation, as it was asked for. */
export interface Change {
  /** `Mutation.updateCustomer` */
  readonly field: string;
  /** Which of its arguments name customers. */
  readonly names: readonly Path[];
  /** Whether it is about who they are by now, and not about those ids as they are. */
  readonly takesCurrentIds: boolean;
  /** Whose its answer is. */
  readonly answers: Whose;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * Whom a write was about: whom the caller named, whose the answer is, and on whose timeline it is told.
 * @param answer of the write
 * @returns each once, in lower case
 */
export function changedCustomers(
  { args, names, answers }: Change,
  answer: unknown,
  reported: readonly string[],
): readonly string[] {
  const found = [...idsAt(args, names), ...(ownersIn(answer, answers) ?? []), ...reported];
  return [...new Set(found.filter((id) => isUuid(id)).map((id) => id.toLowerCase()))];
}
