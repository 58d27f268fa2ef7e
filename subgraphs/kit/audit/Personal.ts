import { Extensions } from 'type-graphql';

/** Where in `extensions` it is kept. */
const KEY = 'customer360.personal';

/**
 * On a field that tells who a customer is, and that everybody who may read customers may ask for: without `customer:pii` it comes masked.
 * Given as it is, the audit log notes it. Fields that carry `@requiresScopes` with `customer:pii` are noted without this.
 */
export function Personal() {
  return Extensions({ [KEY]: true });
}

/** Whether a field of the schema is marked so. */
export function isPersonal({ extensions }: { extensions: Readonly<Record<string, unknown>> }): boolean {
  return extensions[KEY] === true;
}
