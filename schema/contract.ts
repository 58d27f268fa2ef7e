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
  /** Nobody said who is asking, or the token will not do: expired, of another issuer, not signed by a key that counts. */
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  /** Who is asking lacks a scope; `extensions.requiredScopes` holds the sets of which one would do. */
  FORBIDDEN: 'FORBIDDEN',
  /** The customer withdrew the consent to what the request says it is for (`x-purpose`). */
  CONSENT_WITHDRAWN: 'CONSENT_WITHDRAWN',
  /** Personal data of which the subgraph cannot tell whose it is, so that it could not be noted who was given it. It is the subgraph's fault. */
  OWNER_UNKNOWN: 'OWNER_UNKNOWN',
  /** The operation nests deeper than is allowed; as with all limits, `extensions.limit` is the limit and `extensions.actual` the figure. */
  QUERY_TOO_DEEP: 'QUERY_TOO_DEEP',
  TOO_MANY_ALIASES: 'TOO_MANY_ALIASES',
  TOO_MANY_ROOT_FIELDS: 'TOO_MANY_ROOT_FIELDS',
  TOO_MANY_TOKENS: 'TOO_MANY_TOKENS',
  TOO_MANY_CHARACTERS: 'TOO_MANY_CHARACTERS',
  TOO_MANY_DIRECTIVES: 'TOO_MANY_DIRECTIVES',
  /** The document has too many fields under the same name at the same place. */
  TOO_MANY_FIELD_PAIRS: 'TOO_MANY_FIELD_PAIRS',
  /** What the operation may cost at most, by `@cost` and `@listSize`, is more than is allowed. */
  COST_LIMIT_EXCEEDED: 'COST_LIMIT_EXCEEDED',
  /** Finding out which subgraphs have to be asked for the operation takes more time or memory than is allowed. */
  PLANNING_LIMIT_EXCEEDED: 'PLANNING_LIMIT_EXCEEDED',
  /** The caller asks more often than is allowed; `Retry-After` says when to come again. */
  RATE_LIMITED: 'RATE_LIMITED',
  /** The gateway has more to do than it can; `Retry-After` says when to come again. Nothing was done. */
  OVERLOADED: 'OVERLOADED',
  /** Only operations that are known beforehand are answered here, and this is none of them. */
  OPERATION_NOT_SAFELISTED: 'OPERATION_NOT_SAFELISTED',
  /** The schema is not told here. */
  INTROSPECTION_DISABLED: 'INTROSPECTION_DISABLED',
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
  /** What the caller wants the data for, such as `marketing`: customers who withdrew their consent to it are left out. */
  purpose: 'x-purpose',
  /** The caller as the gateway tells subgraphs of it: `caller` below, as base64url of JSON. */
  caller: 'x-customer360-caller',
  /** That the request is the gateway's: see schema/signature.ts. */
  signature: 'x-customer360-signature',
  /** Which application asks, and which version of it; Apollo's clients send them. */
  clientName: 'apollographql-client-name',
  clientVersion: 'apollographql-client-version',
} as const;

/** The scopes that the product's own subgraphs ask for. Other subgraphs add their own in the same form: `loyalty:write`. */
export const SCOPES = {
  /** To see customers and what departments know of them, personal data masked. */
  readCustomers: 'customer:read',
  /** To see personal data as it is: names, addresses, what people wrote. */
  readPersonalData: 'customer:pii',
  writeSales: 'sales:write',
  writeService: 'service:write',
  writeMarketing: 'marketing:write',
  writeFeedback: 'feedback:write',
  writeTouchpoints: 'touchpoints:write',
  /** To change who a customer is said to be. */
  writeIdentity: 'identity:write',
  /** To manage our own people: who they are, what they may grant, who takes over whose customers; and to read what they say in surveys. */
  manageStaff: 'staff:manage',
  /** To act for another employee than oneself, as an application does that enters what our people do elsewhere. */
  actForStaff: 'staff:act',
  /** To say that a subgraph has erased a customer, where it does not write to the event bus. */
  confirmErasures: 'erasure:confirm',
  /** To merge and erase customers, and to read the audit log. */
  administerIdentity: 'identity:admin',
} as const;

/** Among a caller's scopes, stands for every scope. Only who runs without access control, and the product's own processes, have it. */
export const EVERY_SCOPE = '*';

/** Who is asking, as subgraphs hear of it: the gateway checked the token, and signs this. */
export const caller = z.strictObject({
  /** The token's subject: a person or an application. Never a customer's e-mail address: it goes to logs and to the audit log. */
  subject: z.string().min(1).max(200),
  scopes: z.array(z.string().min(1).max(100)).max(200),
  /** What the data is for, from `x-purpose`; lower case. */
  purpose: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,49}$/)
    .optional(),
  /** The name of the client's operation, for the audit log. */
  operation: z.string().max(200).optional(),
});
export type Caller = z.infer<typeof caller>;

/** Whether a caller has a scope. */
export function hasScope({ scopes }: Pick<Caller, 'scopes'>, scope: string): boolean {
  return scopes.includes(scope) || scopes.includes(EVERY_SCOPE);
}

/** Whether a caller has all scopes of one of these sets; where there is none, everybody has. */
export function meetsScopes(who: Pick<Caller, 'scopes'>, sets: readonly (readonly string[])[]): boolean {
  return sets.length === 0 || sets.some((all) => all.every((scope) => hasScope(who, scope)));
}

/** Sets of scopes as a message says them: `the scope "sales:write", or the scopes "customer:pii" and "service:write"`. */
export function spokenScopes(sets: readonly (readonly string[])[]): string {
  return sets
    .map((set) => `the ${set.length === 1 ? 'scope' : 'scopes'} ${set.map((scope) => `"${scope}"`).join(' and ')}`)
    .join(', or ');
}

/** What a process tells its supervisor over the IPC channel of `child_process.fork`, once it answers requests. */
export const readyMessage = z.object({
  type: z.literal('ready'),
  /** Name to GraphQL address: `{ sales: "http://127.0.0.1:4003/graphql", … }`, or `{ gateway: … }`. */
  urls: z.record(z.string(), z.url()),
});
export type ReadyMessage = z.infer<typeof readyMessage>;

/**
 * Set to `ipc`, a process opens no port of its own: once it could answer, it sends its supervisor a {@link listenMessage}, and listens on the
 * server that comes back with the same message.
 */
export const LISTENER_VARIABLE = 'LISTENER';

/** Over the IPC channel of `child_process.fork`: "give me the server to listen on", and "here it is". */
export const listenMessage = z.object({ type: z.literal('listen') });
export type ListenMessage = z.infer<typeof listenMessage>;

/** Through which door a customer and we met. One list for all subgraphs: composition demands equal values. */
export type Channel =
  | 'PHONE'
  | 'EMAIL'
  | 'CHAT'
  | 'SMS'
  | 'SOCIAL'
  | 'WEB'
  | 'APP'
  | 'FACE_TO_FACE'
  | 'LETTER'
  | 'EVENT'
  | 'REVIEW_SITE';

/** What travels in the `extensions` of a subscribe message from the gateway to a subgraph. */
export const SUBSCRIBE_EXTENSIONS = {
  /** The headers that a request over HTTP would carry, by their names in lower case: callers share one WebSocket. */
  headers: 'headers',
  /** The variables as the JSON text that the signature is over; it must say the same as the message's `variables`. */
  variables: 'variables',
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

/**
 * Personal data was given to somebody, or somebody changed it; identity keeps the audit log of it. An event carries many entries, so that
 * reads are not slowed by it.
 */
export const personalDataAccessed = {
  type: 'customer360.personal-data.accessed.v1',
  data: z.strictObject({
    entries: z
      .array(
        z.strictObject({
          /** Of whom: all those of whom one request got the same fields. */
          customerIds: z.array(z.uuid()).min(1).max(500),
          at: z.iso.datetime({ offset: true }),
          action: z.enum(['READ', 'CHANGE']),
          /** The caller's subject. */
          subject: z.string().min(1).max(200),
          /** The name of the client's operation; for a change, the mutation's field where the operation has no name. */
          operation: z.string().max(200).nullish(),
          purpose: z.string().max(50).nullish(),
          /** The subgraph that gave or changed it. */
          service: z.string().min(1).max(100),
          /** `Customer.emails`, `CaseMessage.text`; for a change, `Mutation.updateCustomer`. */
          fields: z.array(z.string().min(1).max(200)).min(1).max(200),
          requestId: z.string().min(1).max(200),
        }),
      )
      .min(1)
      .max(1_000),
  }),
} as const satisfies EventType<unknown>;
export type PersonalDataAccessed = z.infer<typeof personalDataAccessed.data>;

/**
 * A customer was erased: every subgraph deletes or blanks what is personal of them, and writes down nothing more. It comes from identity, whose
 * `Customer` with this id stays as an empty record.
 */
export const customerErased = {
  type: 'customer360.customer.erased.v2',
  data: z.strictObject({
    customerId: z.uuid(),
    /** All who are one with the customer, the customer included: they are erased, and nobody else, whatever else is known of who is whom. */
    customerIds: z.array(z.uuid()).min(1),
    erasedAt: z.iso.datetime({ offset: true }),
  }),
} as const satisfies EventType<unknown>;

export type CustomerErased = z.infer<typeof customerErased.data>;

/**
 * A subgraph has done its part of an erasure: what was personal of the customer is gone from its tables, and from what it had published. It is told anew, with all
 * that was done, when something more was found later: a write that ran at the same moment. Identity's `erasure` shows it.
 */
export const erasureApplied = {
  type: 'customer360.erasure.applied.v1',
  data: z.strictObject({
    /** Its name in the supergraph. */
    subgraph: z.string().min(1).max(100),
    /** As `customerErased` said it. */
    customerId: z.uuid(),
    erasedAt: z.iso.datetime({ offset: true }),
    /** How many rows were deleted or overwritten, by what held them: a table, `event_log`. */
    rows: z.record(z.string().min(1).max(100), z.number().int().positive()),
    /** Of the subgraph, over the rest: see schema/signature.ts. Null where nothing is signed (`SIGNING_KEY=off`). */
    signature: z.string().min(1).max(200).nullable(),
  }),
} as const satisfies EventType<unknown>;
export type ErasureApplied = z.infer<typeof erasureApplied.data>;

/**
 * Who is whom, as a state and not as a step: whatever comes late, twice or in another order, for each customer that with the highest `position` holds.
 * It names everybody who is merged with those whom the event is about.
 */
const whoIsWhom = {
  /** Rises with each merge and unmerge. */
  position: z.number().int().nonnegative(),
  /** Into whom each was merged: null for who stands for themselves. */
  customers: z.array(z.strictObject({ customerId: z.uuid(), parentId: z.uuid().nullable() })).min(1),
};

/**
 * A customer was merged into another, who has all that was theirs from now on. Both ids stay good: the old one stands for the other. `intoId` is merged into nobody.
 */
export const customerMerged = {
  type: 'customer360.customer.merged.v2',
  data: z.strictObject({
    customerId: z.uuid(),
    intoId: z.uuid(),
    mergedAt: z.iso.datetime({ offset: true }),
    ...whoIsWhom,
  }),
} as const satisfies EventType<unknown>;

/** A merge was taken back: `customerId` has again what was recorded for them, and stands for themselves. What was recorded for `fromId` stays there. */
export const customerUnmerged = {
  type: 'customer360.customer.unmerged.v2',
  data: z.strictObject({
    customerId: z.uuid(),
    fromId: z.uuid(),
    unmergedAt: z.iso.datetime({ offset: true }),
    ...whoIsWhom,
  }),
} as const satisfies EventType<unknown>;

/**
 * A subgraph has brought its rows in line with merges and unmerges, and what it derives from them too; identity's `mergeStatus` tells it. Every subgraph
 * sends one without positions at its start and every hour: so it is known that it takes part, whatever becomes of it later.
 */
export const mergesApplied = {
  type: 'customer360.merges.applied.v1',
  data: z.strictObject({
    /** Its name in the supergraph. */
    subgraph: z.string().min(1).max(100),
    /** The `position` of each of those merges and unmerges. */
    positions: z.array(z.number().int().nonnegative()).max(1_000),
  }),
} as const satisfies EventType<unknown>;
export type MergesApplied = z.infer<typeof mergesApplied.data>;
/** How many employees one event tells of at most. */
export const MOST_EMPLOYEES_IN_EVENT = 1_000;

/**
 * What is known of employees, as a state: of each, what comes with the highest `version` holds. Identity tells of those who changed in the transaction of
 * the change, and of everybody once a day, so that the log always holds all.
 */
export const employeeChanged = {
  type: 'customer360.employee.changed.v1',
  data: z.strictObject({
    employees: z
      .array(
        z.strictObject({
          id: z.uuid(),
          name: z.string(),
          team: z.string().nullable(),
          /** Whether they still work with us: who does not can be given nothing. */
          active: z.boolean(),
          /** As whom they sign in, the subject of their tokens; null for who does not. */
          subject: z.string().nullable(),
          version: z.number().int().positive(),
        }),
      )
      .min(1)
      .max(MOST_EMPLOYEES_IN_EVENT),
  }),
} as const satisfies EventType<unknown>;
export type EmployeeChanged = z.infer<typeof employeeChanged.data>;

/** How often one version of a client asked one operation on one day: a line of a usage file, which gateways write. */
export const operationUsage = z.strictObject({
  /** SHA-256 of `document`, in hexadecimal. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  operationName: z.string().nullable(),
  /** The operation with all values that were written into it taken out: it holds no personal data. */
  document: z.string(),
  client: z.strictObject({ name: z.string(), version: z.string() }),
  count: z.number().int().positive(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
});
export type OperationUsage = z.infer<typeof operationUsage>;
