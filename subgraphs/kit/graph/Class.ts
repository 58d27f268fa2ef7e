/** A class as a value: an entity, a resolver, a GraphQL type. */
export type Class<T = object> = new (...args: never[]) => T;
