import { z } from 'zod';

/**
 * The vocabulary that every room shares: error codes, header names, shared enums and the messages between a process and
 * its supervisor. It imports nothing but zod, so anyone may import it.
 */

/**
 * Every value of `extensions.code` that a client can meet. The names that GraphQL servers already use are kept
 * (Apollo Server's `ApolloServerErrorCode`), so a client library that knows them needs no translation.
 */
export const ERROR_CODES = {
  /** An argument is missing, malformed or out of its range; `extensions.argument` names it. Nothing was written. */
  BAD_USER_INPUT: 'BAD_USER_INPUT',
  /** Somebody else changed the row first; `extensions.currentVersion` is the version to read again. Nothing was written. */
  CONFLICT: 'CONFLICT',
  /** A subgraph or its database could not be reached; the same request may succeed later. */
  SERVICE_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  /** A subgraph wants to know who is asking, and was not told. */
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  /** A subgraph knows who is asking, and refuses. */
  FORBIDDEN: 'FORBIDDEN',
  /** Something that we did not foresee. The message is masked; the log has it whole under the request id. */
  INTERNAL_SERVER_ERROR: 'INTERNAL_SERVER_ERROR',
  /** The text is not GraphQL. */
  GRAPHQL_PARSE_FAILED: 'GRAPHQL_PARSE_FAILED',
  /** The operation does not fit the schema. */
  GRAPHQL_VALIDATION_FAILED: 'GRAPHQL_VALIDATION_FAILED',
  /** The HTTP request is not a GraphQL request. */
  BAD_REQUEST: 'BAD_REQUEST',
  /** The document names no such operation, or several and none was chosen. */
  OPERATION_RESOLUTION_FAILURE: 'OPERATION_RESOLUTION_FAILURE',
  /** An automatic persisted query is not known yet: send it with its text. */
  PERSISTED_QUERY_NOT_FOUND: 'PERSISTED_QUERY_NOT_FOUND',
  /** The caller, its connection or the gateway has as many subscriptions as are allowed; `extensions.limit` says how many. */
  TOO_MANY_SUBSCRIPTIONS: 'TOO_MANY_SUBSCRIPTIONS',
  /** The graph changed while the subscription ran, and it does not fit the new one. */
  SUBSCRIPTION_OUTDATED: 'SUBSCRIPTION_OUTDATED',
  /** Automatic persisted queries are off. */
  PERSISTED_QUERY_NOT_SUPPORTED: 'PERSISTED_QUERY_NOT_SUPPORTED',
} as const;

/** Header names, lower case as Node gives them. */
export const HEADERS = {
  /** Follows one request through the gateway, the subgraphs and the logs; made at the edge when the caller sends none. */
  requestId: 'x-request-id',
} as const;

/** What a process tells its supervisor over the IPC channel of `child_process.fork`, once it answers requests. */
export const readyMessage = z.object({
  type: z.literal('ready'),
  /** Name to GraphQL address: `{ sales: "http://127.0.0.1:4003/graphql", … }`, or `{ gateway: … }`. */
  urls: z.record(z.string(), z.url()),
});
export type ReadyMessage = z.infer<typeof readyMessage>;

/** Through which door a customer and we met. One list for all subgraphs: composition demands equal values. */
export type Channel =
  'PHONE' | 'EMAIL' | 'CHAT' | 'SMS' | 'SOCIAL' | 'WEB' | 'APP' | 'FACE_TO_FACE' | 'LETTER' | 'EVENT' | 'REVIEW_SITE';

/** What travels in the `extensions` of a subscribe message from the gateway to a subgraph. */
export const SUBSCRIBE_EXTENSIONS = {
  /** The headers that a request over HTTP would carry, by their names in lower case: callers share one WebSocket. */
  headers: 'headers',
} as const;

/**
 * `@resumable(argument, cursor)` on a subscription's field says how it is taken up again: `argument` takes the cursor of the last
 * event that arrived, `cursor` is the field of the event that holds it, and what comes is everything behind it, in order.
 */
export const RESUMABLE = {
  name: 'resumable',
  /** What a schema links to mean this directive, with its version behind it: `…/v1.0`. */
  specification: 'https://customer360.dev/resumable',
  version: 'v1.0',
} as const;

/**
 * The envelope of every event that crosses subgraphs: CloudEvents 1.0 in its JSON format (cloudevents.io), with only the
 * attributes that we use. `data` is checked by the schema of its type.
 */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  /** A UUID. The same event sent twice has the same id. */
  id: z.uuid(),
  /** Who says it: `/customer360/sales`. */
  source: z.string().min(1),
  /** `customer360.touchpoint.reported.v1`; a change that a consumer could trip over gets a new version. */
  type: z.string().min(1),
  /** What it is about; for events about a customer, the customer's id. Events of one subject arrive in order. */
  subject: z.string().min(1),
  /** When it happened, with an offset. */
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
});
export type CloudEvent = z.infer<typeof cloudEvent>;

/** A type of event: its name with its version, and what its `data` holds. */
export interface EventType<T> {
  readonly type: string;
  readonly data: z.ZodType<T>;
}

/** Something happened between a customer and us that belongs on the timeline; touchpoints writes it there. */
export const touchpointReported = {
  type: 'customer360.touchpoint.reported.v1',
  data: z.strictObject({
    customerId: z.uuid(),
    occurredAt: z.iso.datetime({ offset: true }),
    channel: z.enum([
      'PHONE',
      'EMAIL',
      'CHAT',
      'SMS',
      'SOCIAL',
      'WEB',
      'APP',
      'FACE_TO_FACE',
      'LETTER',
      'EVENT',
      'REVIEW_SITE',
    ]),
    direction: z.enum(['INBOUND', 'OUTBOUND']),
    kind: z.enum([
      'CONTACT',
      'VISIT',
      'ACTIVITY',
      'OPPORTUNITY',
      'ORDER',
      'PAYMENT',
      'CASE',
      'COMPLAINT',
      'PROMISE',
      'CAMPAIGN',
      'CONSENT',
      'SURVEY',
      'REVIEW',
      'NOTE',
    ]),
    department: z.enum(['SALES', 'SERVICE', 'MARKETING', 'FEEDBACK', 'OTHER']),
    /** A sentence that a person reads on the timeline. */
    summary: z.string().min(1).max(500),
    employeeId: z.uuid().nullish(),
    sentiment: z.enum(['POSITIVE', 'NEUTRAL', 'NEGATIVE']).nullish(),
    emotion: z.string().min(1).max(50).nullish(),
    /** The thing that it is about, as `Touchpoint.source`: `Order` and its id. */
    source: z.strictObject({ type: z.string().min(1).max(100), id: z.string().min(1).max(200) }),
    /** What holds a conversation together across systems: an e-mail's thread, a ticket's reference. */
    threadKey: z.string().min(1).max(200).nullish(),
    /** Whether the customer has with it what they wanted: their effort is over, until they come back. */
    concludes: z.boolean().nullish(),
  }),
} as const satisfies EventType<unknown>;
export type TouchpointReported = z.infer<typeof touchpointReported.data>;
