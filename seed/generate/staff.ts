import { EmployeeSurvey } from '../../subgraphs/feedback/entities/EmployeeSurvey.js';
import { Employee } from '../../subgraphs/identity/entities/Employee.js';
import { Handover } from '../../subgraphs/sales/entities/Handover.js';
import { GoodwillAuthority } from '../../subgraphs/service/entities/GoodwillAuthority.js';
import type { RowCollector } from './RowCollector.js';
import { daysAfter, daysBetween, type World } from './World.js';

/** Who works here. The last has left. */
const EMPLOYEES = [
  ['Anna Berger', 'Sales', 'Account manager'],
  ['Tom Whitfield', 'Sales', 'Account manager'],
  ['Claire Dubois', 'Sales', 'Account manager'],
  ['Miguel Santos', 'Sales', 'Account manager'],
  ['Priya Nair', 'Service', 'Service agent'],
  ['Jonas Lindner', 'Service', 'Service agent'],
  ['Hannah Cole', 'Service', 'Service agent'],
  ['Luc Moreau', 'Service', 'Team lead'],
  ['Ingrid Solberg', 'Marketing', 'Campaign manager'],
  ['Robert Klein', 'Sales', 'Account manager'],
] as const;

/** The numbers of those who look after accounts. */
export const ACCOUNT_MANAGERS = [0, 1, 2, 3] as const;
/** The numbers of those who take care of cases. */
export const SERVICE_AGENTS = [4, 5, 6, 7] as const;
/** Who left, and who took over from them. */
const LEFT = 9;
const SUCCESSOR = 0;

/** As whom some of them sign in: the subjects of the tokens that `npm start` makes. */
const SUBJECTS: Readonly<Record<number, string>> = {
  0: 'development-account-manager',
  6: 'development-service-agent',
  8: 'development-marketer',
};

/** What an agent may grant to a customer in thirty days, in each currency. */
export const GOODWILL_LIMIT = 250;

const ENGAGED = [
  'Good team, and customers who say thank you.',
  'I would like more say in what we promise.',
  'Too many late parcels that we have to explain.',
  'The new tools help: I see what the others told the customer.',
  null,
  null,
] as const;

/** The id of an employee. */
export function employeeId(world: World, number: number): string {
  return world.id('employee', number);
}

/** The hand-over of the accounts of the one who left. */
export function handoverOf(world: World): { id: string; at: Date } {
  return { id: world.id('handover', 0), at: daysAfter(world.daysAgo(330), 0.4) };
}

/** Who looked after an account at a moment: until the hand-over, the successor's were the other's. */
export function managerAt(world: World, manager: number, at: Date): string {
  return employeeId(world, manager === SUCCESSOR && at < handoverOf(world).at ? LEFT : manager);
}

/** Whether this account was handed over. */
export function wasHandedOver(world: World, manager: number, since: Date): boolean {
  return manager === SUCCESSOR && since < handoverOf(world).at;
}

/** Adds the employees, what they may grant, what they say of their work, and the hand-over. */
export function addStaff(world: World, rows: RowCollector): void {
  const begin = world.daysAgo(1_600);
  EMPLOYEES.forEach(([name, team, title], number) => {
    const email = `${name.toLowerCase().replace(' ', '.')}@customer360.example`;
    const id = employeeId(world, number);
    const subject = SUBJECTS[number] ?? null;
    const active = number !== LEFT;
    rows.add(Employee, { id, name, email, team, title, subject, active, createdAt: begin, updatedAt: begin });
    addEmployeeSurveys(world, rows, number);
  });
  for (const agent of SERVICE_AGENTS) {
    for (const limitCurrency of ['EUR', 'USD', 'GBP']) {
      rows.add(GoodwillAuthority, {
        id: world.id('authority', agent, limitCurrency),
        employeeId: employeeId(world, agent),
        limitValue: `${GOODWILL_LIMIT}.00`,
        limitCurrency,
        version: 1,
        setAt: begin,
      });
    }
  }
  rows.add(Handover, {
    ...handoverOf(world),
    fromId: employeeId(world, LEFT),
    toId: employeeId(world, SUCCESSOR),
    note: 'Robert leaves at the end of the month. He has told all of them; two want to be called soon.',
  });
}

/** In how many of the last quarters everybody was asked; the one who left, in none of the last four. */
const QUARTERS = { asked: 6, sinceLeft: 4 };

/**
 * One answer of each kind for each of the quarters in which somebody was asked. What they say belongs to the place of the quarter, counted
 * back from now; only its name and the time of the answer are the calendar's.
 */
function addEmployeeSurveys(world: World, rows: RowCollector, number: number): void {
  const { present } = world;
  const quarterNow = present.getUTCFullYear() * 4 + Math.floor(present.getUTCMonth() / 3);
  for (let back = QUARTERS.asked; back > (number === LEFT ? QUARTERS.sinceLeft : 0); back -= 1) {
    const quarter = quarterNow - back;
    const [year, ofYear] = [Math.floor(quarter / 4), quarter % 4];
    const begin = new Date(Date.UTC(year, ofYear * 3));
    const period = `${year}-Q${ofYear + 1}`;
    const mood = world.share('mood', number, back);
    const answeredAt = world.daysAgo(daysBetween(daysAfter(begin, 20 + Math.round(mood * 40)), present));
    const answer = { employeeId: employeeId(world, number), period, answeredAt, createdAt: answeredAt };
    const verbatim = ENGAGED[Math.floor(mood * ENGAGED.length)] ?? null;
    rows.add(EmployeeSurvey, {
      id: world.id('engagement', number, back),
      kind: 'ENGAGEMENT',
      score: 3 + Math.round(mood * 2),
      verbatim,
      ...answer,
    });
    rows.add(EmployeeSurvey, {
      id: world.id('enps', number, back),
      kind: 'ENPS',
      score: 5 + Math.round(mood * 5),
      verbatim: null,
      ...answer,
    });
  }
}
