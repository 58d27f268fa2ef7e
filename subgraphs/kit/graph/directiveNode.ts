import { type ConstDirectiveNode, Kind, parse } from 'graphql';

/** A directive from its text: `@listSize(assumedSize: 10)`. */
export function directiveNode(text: string): ConstDirectiveNode {
  const [definition] = parse(`scalar Any ${text}`).definitions;
  const found = definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? definition.directives?.[0] : undefined;
  if (found === undefined) throw new Error(`${text} is not a directive`);
  return found;
}
