import { settled } from './settled.js';
import type { Untyped } from './startTestSubgraph.js';
import type { TestSubgraphs } from './startTestSubgraphs.js';

/** What the customer and we told each other: a word for each field that holds it. */
export const SECRETS = {
  firstName: 'zuleika',
  lastName: 'quizzelbaum',
  emailName: 'zq-private',
  phone: '6601234567',
  street: 'zq-street',
  city: 'zq-city',
  preference: 'zq-likes',
  crmEmail: 'zq-crm',
  leadName: 'zq-lead',
  leadEmail: 'zq-leadmail',
  leadPhone: '6647654321',
  interest: 'zq-interest',
  need: 'zq-need',
  notes: 'zq-notes',
  outcome: 'zq-outcome',
  document: 'zq-document',
  handover: 'zq-handover',
  question: 'zq-question',
  reply: 'zq-reply',
  escalation: 'zq-escalation',
  resolution: 'zq-resolution',
  reopening: 'zq-reopening',
  goodwill: 'zq-goodwill',
  withdrawal: 'zq-withdrawal',
  verbatim: 'zq-verbatim',
  loop: 'zq-loop',
  reviewTitle: 'zq-reviewtitle',
  reviewText: 'zq-reviewtext',
  comparison: 'zq-comparison',
  referral: 'zq-referral',
  employee: 'zq-employee',
};

const capital = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;

/**
 * Lets a customer and us tell each other all that is personal, in every department.
 *
 * @param graph all subgraphs
 * @param s a word for each field, as `SECRETS`; of each call others, for addresses and phone numbers are one customer's
 * @returns the customer's id
 */
export async function tellEverything(
  graph: TestSubgraphs,
  s: Readonly<Record<keyof typeof SECRETS, string>> = SECRETS,
): Promise<string> {
  const write = (subgraph: string, call: string): Promise<Untyped> => graph.write(subgraph, call);
  const employee = `"${(await write('identity', 'createEmployee(input: { name: "Eva Lang" }) { id }')).id}"`;
  const other = `"${(await write('identity', 'createEmployee(input: { name: "Otto Lang" }) { id }')).id}"`;
  await settled((statement) => graph.sql(statement), Object.keys(graph.urls));
  const { customer } = await write(
    'identity',
    `identifyCustomer(input: { displayName: "${capital(s.firstName)} ${capital(s.lastName)}", emails: ["${s.emailName}@example.com"],
      phones: ["+43${s.phone}"], externalIds: [{ source: "crm", id: "${s.crmEmail}@example.com" }] }) { customer { id } }`,
  );
  const customerId: string = customer.id;
  const who = `"${customerId}"`;
  const household = await write('identity', `createHousehold(name: "Household ${s.lastName}") { id }`);
  await write('identity', `updateCustomer(id: ${who}, input: { householdId: "${household.id}" }) { id }`);
  await write(
    'identity',
    `setAddress(customerId: ${who}, input: { label: "home", lines: ["${s.street} 1"], city: "${s.city}", country: "AT" }) { id }`,
  );
  await write(
    'identity',
    `setPreference(customerId: ${who}, input: { label: "hair", note: "${s.preference}" }) { id }`,
  );

  const lead = await write(
    'sales',
    `captureLead(input: { name: "${s.leadName}", email: "${s.leadEmail}@example.com", phone: "+43${s.leadPhone}", source: WEB,
      interest: "${s.interest}", customerId: ${who}, ownerId: ${employee} }) { id }`,
  );
  await write('sales', `qualifyLead(id: "${lead.id}", input: { status: WORKING, need: "${s.need}" }) { id }`);
  await write('sales', `assignAccount(customerId: ${who}, ownerId: ${employee}) { version }`);
  await write(
    'sales',
    `logActivity(input: { kind: CALL, customerId: ${who}, employeeId: ${employee}, subject: "A call", notes: "${s.notes}",
      outcome: "${s.outcome}", documents: [{ name: "${s.document}", url: "https://example.com/${s.document}" }] }) { id }`,
  );
  await write(
    'marketing',
    `withdrawConsent(input: { customerId: ${who}, purpose: RESEARCH, source: "call", note: "${s.withdrawal}" }) { id }`,
  );
  await write('sales', `reassignPortfolio(from: ${employee}, to: ${other}, note: "${s.handover}") { id }`);

  const { id: caseId } = await write(
    'service',
    `openCase(input: { customerId: ${who}, subject: "A question", kind: PROBLEM, channel: EMAIL, body: "${s.question}" }) { id }`,
  );
  await write(
    'service',
    `replyToCase(caseId: "${caseId}", input: { body: "${s.reply}", employeeId: ${employee} }) { id }`,
  );
  await write('service', `escalateCase(id: "${caseId}", input: { reason: "${s.escalation}" }) { id }`);
  await write('service', `resolveCase(id: "${caseId}", resolution: "solved") { id }`);
  await write('service', `reopenCase(id: "${caseId}", reason: "${s.reopening}") { id }`);
  await write('service', `resolveCase(id: "${caseId}", resolution: "${s.resolution}") { id }`);
  await write(
    'service',
    `setGoodwillAuthority(input: { employeeId: ${employee}, limit: { amount: "100", currency: "EUR" } }) { id }`,
  );
  await write(
    'service',
    `grantGoodwill(input: { customerId: ${who}, amount: { amount: "5", currency: "EUR" }, reason: "${s.goodwill}", employeeId: ${employee} }) { id }`,
  );

  const survey = await write('feedback', 'createSurvey(input: { title: "Us", kind: NPS, question: "Well?" }) { id }');
  const response = await write(
    'feedback',
    `submitSurveyResponse(input: { surveyId: "${survey.id}", customerId: ${who}, score: 2, verbatim: "${s.verbatim}", experience: "delivery" }) { id }`,
  );
  await write(
    'feedback',
    `closeLoop(responseId: "${response.id}", input: { employeeId: ${employee}, outcome: RECOVERED, note: "${s.loop}" }) { id }`,
  );
  await write(
    'feedback',
    `recordReview(input: { customerId: ${who}, site: "X", rating: 2, title: "${s.reviewTitle}", text: "${s.reviewText}", estimatedReach: 1 }) { id }`,
  );
  await write(
    'feedback',
    `recordCompetitorRating(input: { customerId: ${who}, competitor: "Y", experience: "price", rating: 3, verbatim: "${s.comparison}" }) { id }`,
  );
  const friend = await write(
    'identity',
    'identifyCustomer(input: { displayName: "B C", emails: ["b@example.com"] }) { customer { id } }',
  );
  await write(
    'feedback',
    `recordReferral(input: { customerId: ${who}, referredCustomerId: "${friend.customer.id}", note: "${s.referral}" }) { id }`,
  );
  await write(
    'feedback',
    `recordEmployeeSurvey(input: { employeeId: ${employee}, kind: ENPS, score: 5, period: "2026", verbatim: "${s.employee}" }) { id }`,
  );
  return customerId;
}
