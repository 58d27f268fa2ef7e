import { fill } from '../phrases/Phrases.js';
import type { Ware } from './cast.js';
import { RefusedError } from './Gateway.js';
import { act, happens, oneOf, type Scene } from './Scene.js';

/** A story: each step does one thing, and says after how many seconds the next may follow. */
export type Story = AsyncGenerator<number, void, void>;

/** Seconds between two steps. */
function soon({ faker }: Scene): number {
  return faker.number.int({ min: 5, max: 60 });
}

const ORDER = `mutation Order($key: String!, $input: PlaceOrderInput!) {
  placeOrder(idempotencyKey: $key, input: $input) { id number total { amount currency } }
}`;

const MOVE = `mutation Move($key: String!, $id: ID!, $status: OrderStatus!) {
  moveOrder(idempotencyKey: $key, id: $id, status: $status) { id }
}`;

interface PlacedOrder {
  readonly id: string;
  readonly number: string;
  readonly ware: Ware;
}

async function order(scene: Scene): Promise<PlacedOrder> {
  const { actor, cast, faker } = scene;
  const ware = oneOf(scene, cast.wares);
  const quantity = actor.isOrganization ? faker.number.int({ min: 1, max: 8 }) : 1;
  const lines = [{ productId: ware.id, quantity, unitPrice: ware.price }];
  const { placeOrder } = await act<{
    placeOrder: { id: string; number: string; total: { amount: string; currency: string } };
  }>(scene, ORDER, { input: { customerId: actor.id, currency: actor.currency, lines } });
  const { id, number, total } = placeOrder;
  const what = `${quantity} x ${ware.name} (${number})`;
  scene.say(`orders ${what} for ${total.amount} ${total.currency}`);
  return { id, number, ware };
}

async function move(scene: Scene, { id, number }: PlacedOrder, status: 'SHIPPED' | 'DELIVERED'): Promise<void> {
  await act(scene, MOVE, { id, status });
  const shipped = status === 'SHIPPED';
  scene.say(shipped ? `is told that ${number} is on its way` : `has got ${number}`);
}

const ANSWER = `mutation Answer($key: String!, $input: SubmitSurveyResponseInput!) {
  submitSurveyResponse(idempotencyKey: $key, input: $input) { id }
}`;

interface Opinion {
  readonly kind: 'NPS' | 'CSAT' | 'CES';
  readonly experience: string;
  readonly score: number;
  readonly verbatim: string | null;
}

async function answer(scene: Scene, { kind, ...opinion }: Opinion): Promise<void> {
  const { actor, cast } = scene;
  const surveyId = cast.surveys[kind];
  if (surveyId === null) return;
  const { score, verbatim } = opinion;
  await act(scene, ANSWER, {
    input: {
      surveyId,
      customerId: actor.id,
      ...opinion,
      language: verbatim === null ? null : actor.locale,
      respondentGroup: actor.isOrganization ? 'business' : 'private',
      channel: 'EMAIL',
    },
  });
  const words = verbatim === null ? '' : `: "${verbatim}"`;
  scene.say(`answers ${kind} ${score}${words}`);
}

const OPEN = `mutation Open($key: String!, $input: OpenCaseInput!) {
  openCase(idempotencyKey: $key, input: $input) { id number }
}`;

const REPLY = `mutation Reply($key: String!, $id: ID!, $input: ReplyToCaseInput!) {
  replyToCase(idempotencyKey: $key, caseId: $id, input: $input) { id }
}`;

const RESOLVE = `mutation Resolve($key: String!, $id: ID!, $resolution: String!) {
  resolveCase(idempotencyKey: $key, id: $id, resolution: $resolution) { id }
}`;

const GOODWILL = `mutation Goodwill($key: String!, $input: GrantGoodwillInput!) {
  grantGoodwill(idempotencyKey: $key, input: $input) { id }
}`;

interface OpenedCase {
  readonly id: string;
  readonly number: string;
}

interface Matter {
  readonly subject: string;
  readonly kind: 'QUESTION' | 'COMPLAINT';
  readonly body: string;
}

async function open(scene: Scene, { subject, kind, body }: Matter): Promise<OpenedCase> {
  const { actor } = scene;
  const channel = actor.isOrganization ? 'EMAIL' : oneOf(scene, ['EMAIL', 'CHAT', 'SOCIAL']);
  const greeting = `${oneOf(scene, actor.phrases.greetings)} ${body}`;
  const { openCase } = await act<{ openCase: { id: string; number: string } }>(scene, OPEN, {
    input: { customerId: actor.id, subject, kind, channel, body: greeting },
  });
  const complains = kind === 'COMPLAINT';
  scene.say(`${complains ? 'complains' : 'asks'} (${openCase.number}): ${greeting}`);
  return openCase;
}

async function reply(scene: Scene, { id, number }: OpenedCase, body: string, agent: string): Promise<void> {
  await act(scene, REPLY, {
    id,
    input: { body, employeeId: agent },
  });
  scene.say(`is answered (${number}): ${body}`);
}

async function resolve(scene: Scene, { id, number }: OpenedCase, resolution: string): Promise<void> {
  await act(scene, RESOLVE, { id, resolution });
  scene.say(`sees ${number} settled: ${resolution}`);
}

/** A voucher for the trouble, within what the agent may grant. */
async function makeGood(scene: Scene, { id: caseId, number }: OpenedCase, employeeId: string): Promise<void> {
  const { actor } = scene;
  const amount = { amount: '10.00', currency: actor.currency };
  const input = { customerId: actor.id, caseId, amount, reason: 'For the trouble.', employeeId };
  try {
    await act(scene, GOODWILL, { input });
  } catch (error) {
    // They have been given as much as the agent may give.
    if (error instanceof RefusedError && error.code === 'BAD_USER_INPUT') return;
    throw error;
  }
  scene.say(`gets a voucher of 10.00 ${actor.currency} for ${number}`);
}

/** Ordered, on its way, delivered, and what they say about it. */
async function* contentPurchase(scene: Scene, placed: PlacedOrder): Story {
  const { phrases } = scene.actor;
  await move(scene, placed, 'DELIVERED');
  if (happens(scene, 0.4)) return;
  yield soon(scene);
  const praise = oneOf(scene, happens(scene, 0.4) ? phrases.praiseOf[placed.ware.category] : phrases.praise);
  const verbatim = happens(scene, 0.7) ? praise : null;
  const about = { verbatim };
  if (happens(scene, 0.5))
    await answer(scene, { kind: 'NPS', experience: 'delivery', score: oneOf(scene, [9, 10]), ...about });
  else await answer(scene, { kind: 'CSAT', experience: 'product', score: oneOf(scene, [4, 5]), ...about });
}

/** It does not come: the complaint, our answer, the delivery, the voucher, and what they remember. */
async function* latePurchase(scene: Scene, placed: PlacedOrder): Story {
  const { actor, cast } = scene;
  const { phrases } = actor;
  const agent = oneOf(scene, cast.agents);
  const body = fill(`${oneOf(scene, phrases.late)} ${oneOf(scene, phrases.lateWish)}`, placed.ware.name, placed.number);
  const opened = await open(scene, { subject: `Late delivery of ${placed.number}`, kind: 'COMPLAINT', body });
  yield soon(scene);
  await reply(scene, opened, oneOf(scene, phrases.lateAnswers), agent);
  yield soon(scene);
  await move(scene, placed, 'DELIVERED');
  await resolve(scene, opened, 'Delivered by express.');
  const forgives = happens(scene, 0.5);
  if (forgives) {
    yield soon(scene);
    await makeGood(scene, opened, agent);
  }
  yield soon(scene);
  await answer(scene, {
    kind: 'NPS',
    experience: 'delivery',
    score: oneOf(scene, forgives ? [7, 8] : [2, 3, 5, 6]),
    verbatim: oneOf(scene, forgives ? phrases.lukewarm : phrases.bitter),
  });
}

/** Somebody orders. */
export async function* purchaseStory(scene: Scene): Story {
  const placed = await order(scene);
  yield soon(scene);
  await move(scene, placed, 'SHIPPED');
  yield soon(scene);
  const late = scene.cast.agents.length > 0 && happens(scene, 0.25);
  yield* late ? latePurchase(scene, placed) : contentPurchase(scene, placed);
}

/** Somebody wants to know something. */
async function* questionStory(scene: Scene): Story {
  const { phrases } = scene.actor;
  const { category } = oneOf(scene, scene.cast.wares);
  const { subject, ask, answer: told } = oneOf(scene, phrases.questions[category]);
  const opened = await open(scene, { subject, kind: 'QUESTION', body: ask });
  if (scene.cast.agents.length === 0) return;
  yield soon(scene);
  await reply(scene, opened, told, oneOf(scene, scene.cast.agents));
  yield soon(scene);
  await resolve(scene, opened, 'Answered.');
  if (happens(scene, 0.5)) return;
  yield soon(scene);
  await answer(scene, {
    kind: 'CES',
    experience: 'support',
    score: oneOf(scene, [5, 6, 7]),
    verbatim: oneOf(scene, phrases.easy),
  });
}

/** One of the stories that customers live through. */
export function anyStory(scene: Scene): Story {
  return happens(scene, 0.7) ? purchaseStory(scene) : questionStory(scene);
}
