import { z } from 'zod';

/** How far a caller's clock may be ahead of ours. */
const SKEW_MS = 5 * 60_000;

const YEARS = 10;

/**
 * A moment at which something happened, as a caller tells it: not in the future and at most ten years back, so that
 * a slip of the year or an epoch of zero is caught. Up to five minutes ahead of our clock is taken as now.
 */
export const pastMoment = z
  .date()
  .refine((moment) => moment.getTime() <= Date.now() + SKEW_MS, 'must not lie in the future')
  .refine(
    (moment) => moment.getTime() >= new Date().setFullYear(new Date().getFullYear() - YEARS),
    `must not lie more than ${YEARS} years back`,
  )
  .transform((moment) => new Date(Math.min(moment.getTime(), Date.now())));
