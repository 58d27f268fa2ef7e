import { Extensions } from 'type-graphql';

const MARK = 'takesFormerIds';

/** A root field that is asked about the id of a customer who was merged, and not about who that is by now. */
export function TakesFormerIds(): MethodDecorator {
  return Extensions({ [MARK]: true });
}

/** Whether a field is one. */
export function takesFormerIds({ extensions }: { readonly extensions: Readonly<Record<string, unknown>> }): boolean {
  return extensions[MARK] === true;
}
