/**
 * What can become of fields that the caller may not see: `error` answers them with null and an error, `silent` with null alone, and
 * `refuse` refuses the whole operation before anything is fetched.
 */
export const DENIED_FIELDS = ['error', 'silent', 'refuse'] as const;
export type DeniedFields = (typeof DENIED_FIELDS)[number];
