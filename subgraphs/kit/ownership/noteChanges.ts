import { defaultFieldResolver, getNamedType, type GraphQLSchema } from 'graphql';
import { validate as isUuid } from 'uuid';
import { CUSTOMER, customersOf } from './customersOf.js';
import { eachField, type Field } from '../graph/eachField.js';

/** A mutation, as it was asked for. */
export interface Change {
  /** `Mutation.updateCustomer` */
  readonly field: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The GraphQL type of its answer. */
  readonly answers: string;
}

/** A request that remembers which mutation it runs. */
export interface NotesChanges {
  change: Change | undefined;
}

/** Changes the resolvers of a schema's mutations so that what they write says by which of them it was written. */
export function noteChanges(schema: GraphQLSchema): void {
  eachField(schema, (field: Field<NotesChanges>, type) => {
    if (type !== schema.getMutationType()) return;
    const resolve = field.resolve ?? defaultFieldResolver;
    const name = `${type.name}.${field.name}`;
    const answers = getNamedType(field.type).name;
    // Mutations of one operation run one after the other.
    field.resolve = (source, args, context, info) => {
      context.change = { field: name, args, answers };
      return resolve(source, args, context, info);
    };
  });
}

/**
 * Whom a write was about: whom the caller named, whose the answer is, and on whose timeline it is told.
 * @param answer of the write
 * @returns each once, in lower case
 */
export function changedCustomers(
  { args, answers }: Change,
  answer: unknown,
  reported: readonly string[],
): readonly string[] {
  const named = answers === CUSTOMER ? customersOf(args, CUSTOMER) : [];
  const found = [...named, ...customersOf(args, ''), ...customersOf(args.input, ''), ...customersOf(answer, answers)];
  return [...new Set([...found, ...reported].filter((id) => isUuid(id)).map((id) => id.toLowerCase()))];
}
