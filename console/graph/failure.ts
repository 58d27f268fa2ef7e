import { CombinedGraphQLErrors } from '@apollo/client/errors';

/** What could not be had, in words for people, and from whom; null when all is there. What the role may not see is no failure. */
export function failureOf(error: unknown): string | null {
  if (!error) return null;
  if (!CombinedGraphQLErrors.is(error)) return 'The gateway does not answer.';
  const failures = error.errors.filter(({ extensions }) => extensions?.['code'] !== 'FORBIDDEN');
  if (failures.length === 0) return null;
  const services = new Set(failures.map(({ extensions }) => extensions?.['service']).filter((name) => name));
  if (services.size > 0) return `${[...services].map(capitalised).join(', ')} cannot be reached just now.`;
  return failures[0]?.message ?? 'Something went wrong.';
}

function capitalised(name: unknown): string {
  const text = String(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
