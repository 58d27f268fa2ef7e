import { z } from 'zod';

const YEARS = 20;

/** A moment of a plan, back or ahead: at most twenty years from now, so that a slip of the year is caught. */
export const plannedMoment = z.date().refine((moment) => {
  return Math.abs(moment.getUTCFullYear() - new Date().getUTCFullYear()) <= YEARS;
}, `must be within ${YEARS} years of now`);
