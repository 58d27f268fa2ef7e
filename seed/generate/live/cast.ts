import { COUNTRIES, type Country } from '../countries.js';
import { phrasesByLanguage } from '../phrases/phrasesByLanguage.js';
import type { Phrases } from '../phrases/Phrases.js';
import type { Category } from '../products.js';
import type { Gateway } from './Gateway.js';

/** A customer who may do something. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly isOrganization: boolean;
  readonly currency: string;
  readonly locale: string;
  readonly phrases: Phrases;
  /** How often they are up to something, beside the others. */
  readonly weight: number;
}

/** Something that they may order. */
export interface Ware {
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  /** A decimal number. */
  readonly price: string;
}

/** Who plays, and with what. */
export interface Cast {
  readonly actors: readonly Actor[];
  readonly wares: readonly Ware[];
  /** Ids of the employees of service. */
  readonly agents: readonly string[];
  /** Ids of surveys that take responses, by what they measure; null where there is none. */
  readonly surveys: Readonly<Record<'NPS' | 'CSAT' | 'CES', string | null>>;
}

interface CustomersAnswer {
  readonly customers: {
    readonly nodes: readonly {
      readonly id: string;
      readonly displayName: string;
      readonly kind: string;
      readonly locale: string | null;
      readonly orderCount: { readonly value: number } | null;
    }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const CUSTOMERS = `query Actors($after: String) {
  customers(first: 100, after: $after) {
    nodes { id displayName kind locale orderCount { value } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** How many pages of customers play along. */
const PAGES = 5;

const REST = `query Props {
  products(first: 100, filter: { active: true }) { nodes { id name category unitPrice { amount } } }
  employees(first: 100, filter: { active: true, team: "Service" }) { nodes { id } }
  surveys(first: 100, filter: { active: true }) { nodes { id kind } }
}`;

interface RestAnswer {
  readonly products: { readonly nodes: readonly WareAnswer[] };
  readonly employees: { readonly nodes: readonly { readonly id: string }[] };
  readonly surveys: { readonly nodes: readonly { readonly id: string; readonly kind: string }[] };
}

interface WareAnswer {
  readonly id: string;
  readonly name: string;
  readonly category: string | null;
  readonly unitPrice: { readonly amount: string };
}

/** Nobody is there who could do anything. */
class EmptyCastError extends Error {}

const ELSEWHERE: Pick<Country, 'currency' | 'language'> = { currency: 'EUR', language: 'en' };

async function readActors(gateway: Gateway): Promise<Actor[]> {
  const actors: Actor[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES; page += 1) {
    const { customers }: CustomersAnswer = await gateway.ask<CustomersAnswer>(CUSTOMERS, { after });
    for (const { id, displayName, kind, locale, orderCount } of customers.nodes) {
      const { currency, language } = COUNTRIES.find((country) => country.locale === locale) ?? ELSEWHERE;
      actors.push({
        id,
        name: displayName,
        isOrganization: kind === 'ORGANIZATION',
        currency,
        locale: locale ?? 'en',
        phrases: phrasesByLanguage[language],
        weight: 1 + (orderCount?.value ?? 0),
      });
    }
    if (!customers.pageInfo.hasNextPage) break;
    after = customers.pageInfo.endCursor;
  }
  return actors;
}

const CATEGORIES: readonly string[] = ['Coffee', 'Office', 'Mobility', 'Service'] satisfies readonly Category[];

function isCategory(category: string | null): category is Category {
  return category !== null && CATEGORIES.includes(category);
}

/**
 * Reads through the gateway who may do what: the newest customers, what is for sale, who answers.
 * @throws EmptyCastError when there are no customers or nothing is for sale
 */
export async function readCast(gateway: Gateway): Promise<Cast> {
  const actors = await readActors(gateway);
  const { products, employees, surveys } = await gateway.ask<RestAnswer>(REST);
  if (actors.length === 0 || products.nodes.length === 0) {
    throw new EmptyCastError('there are no customers or no products yet: run npm run seed first');
  }
  const surveyOf = (kind: string) => surveys.nodes.find((survey) => survey.kind === kind)?.id ?? null;
  return {
    actors,
    wares: products.nodes.map(({ id, name, category, unitPrice }) => ({
      id,
      name,
      category: isCategory(category) ? category : 'Service',
      price: unitPrice.amount,
    })),
    agents: employees.nodes.map(({ id }) => id),
    surveys: { NPS: surveyOf('NPS'), CSAT: surveyOf('CSAT'), CES: surveyOf('CES') },
  };
}
