import { z } from 'zod';

/** Clocks of callers may run ahead of ours by this much. */
const TOLERANCE_MS = 5 * 60_000;

const EARLIEST = new Date('1900-01-01T00:00:00Z');

const YEAR_MS = 365.25 * 24 * 3600 * 1000;

/** A moment at which something happened, as a caller gives it: from 1900 on, and at most five minutes ahead of our clock. */
export const pastMoment = z
  .date()
  .min(EARLIEST, 'must not be before 1900')
  .refine((moment) => moment.getTime() <= Date.now() + TOLERANCE_MS, 'must not lie in the future');

/** A moment at which something is due, as a caller gives it: from 1900 on, and at most ten years ahead. */
export const dueMoment = z
  .date()
  .min(EARLIEST, 'must not be before 1900')
  .refine((moment) => moment.getTime() <= Date.now() + 10 * YEAR_MS, 'must not lie more than ten years ahead');
