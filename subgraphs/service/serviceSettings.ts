import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Settings } from '../kit/serve/Settings.js';
import type { BusinessCalendar } from './businessTime.js';

/** What can be set about service. */
export interface ServiceSettings {
  /** The hours in which the clocks of the service level agreement run. */
  readonly calendar: BusinessCalendar;
  /** How long after its resolution a case can be reopened. */
  readonly reopenDays: number;
  /** A case whose agreement breaks within so many hours, by the wall clock, is due soon. */
  readonly dueSoonHours: number;
}

/** As RFC 5545 writes them. */
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

function list(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function isZone(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isDay(value: string): boolean {
  try {
    return Temporal.PlainDate.from(value).toString() === value;
  } catch {
    return false;
  }
}

const hours = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be like 09:00-17:00')
  .transform((value) => {
    const [opensAt = 0, closesAt = 0] = value.split('-').map((time) => {
      const [hour, minute] = time.split(':').map(Number);
      return (hour ?? 0) * 60 + (minute ?? 0);
    });
    return { opensAt, closesAt };
  })
  .refine(({ opensAt, closesAt }) => opensAt < closesAt, 'must end after they begin');

const variables = z.object({
  SERVICE_BUSINESS_DAYS: z
    .string()
    .default('MO,TU,WE,TH,FR')
    .transform(list)
    .refine(
      (days) => days.length > 0 && days.every((day) => WEEKDAYS.includes(day)),
      `must name at least one of ${WEEKDAYS.join(',')}`,
    ),
  SERVICE_BUSINESS_HOURS: hours.prefault('09:00-17:00'),
  SERVICE_TIME_ZONE: z.string().default('UTC').refine(isZone, 'must be an IANA time zone, like Europe/Vienna'),
  SERVICE_HOLIDAYS: z
    .string()
    .default('')
    .transform(list)
    .refine((days) => days.every(isDay), 'must be days like 2026-12-25,2026-12-26'),
  SERVICE_REOPEN_DAYS: z.coerce.number('must be a whole number').int().min(0).max(3650).default(30),
  SERVICE_DUE_SOON_HOURS: z.coerce.number('must be a whole number').int().min(1).max(720).default(4),
});

/** Service's settings. The calendar applies to cases that are opened, and to clocks that start again, from then on. */
export const serviceSettings: Settings<ServiceSettings> = {
  help: `Service, its business hours (the clocks of its agreements run in them) and its limits:
  SERVICE_BUSINESS_DAYS  days of the week                       (MO,TU,WE,TH,FR)
  SERVICE_BUSINESS_HOURS from-to by the wall clock; around the clock is 00:00-24:00 (09:00-17:00)
  SERVICE_TIME_ZONE      IANA time zone of those                (UTC)
  SERVICE_HOLIDAYS       days off, as 2026-12-25,2026-12-26     (none)
  SERVICE_REOPEN_DAYS    how long a case can be reopened        (30)
  SERVICE_DUE_SOON_HOURS what is due within these is due soon   (4)`,
  read(environment) {
    const read = variables.safeParse(environment);
    if (!read.success) {
      throw new Error(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
    }
    const { data } = read;
    return Object.freeze({
      calendar: Object.freeze({
        days: new Set(data.SERVICE_BUSINESS_DAYS.map((day) => WEEKDAYS.indexOf(day) + 1)),
        ...data.SERVICE_BUSINESS_HOURS,
        timeZone: data.SERVICE_TIME_ZONE,
        holidays: new Set(data.SERVICE_HOLIDAYS),
      }),
      reopenDays: data.SERVICE_REOPEN_DAYS,
      dueSoonHours: data.SERVICE_DUE_SOON_HOURS,
    });
  },
};
