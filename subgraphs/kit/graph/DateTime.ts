import { GraphQLDateTimeISO, GraphQLLocalDate } from 'graphql-scalars';
import { strictScalar } from './strictScalar.js';

/** A moment: RFC 3339 text with an offset in, UTC out. In code a `Date`. A time without a zone is refused. */
export const DateTime = strictScalar({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description:
    'A moment in time, RFC 3339 with an offset: `2026-03-01T09:30:00Z` or `2026-03-01T10:30:00+01:00`. Answers are in UTC.',
});

/** A day of the calendar without a time, in code the text `2026-03-01`. */
export const LocalDate = strictScalar({
  ...GraphQLLocalDate.toConfig(),
  name: 'LocalDate',
  description: 'A day of the calendar without a time or zone, ISO 8601: `2026-03-01`.',
});
