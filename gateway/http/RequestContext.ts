import type { TraceHeaders } from '../../observability/traceHeaders.js';
import type { Caller } from '../../schema/contract.js';
import type { AdmittedOperation } from '../operations/OperationDoor.js';
import type { Lease } from '../supergraph/Generation.js';
import type { CollectedParts } from './CollectedParts.js';
import type { ClientApplication } from './clientApplication.js';

/** What the gateway knows about one request; made fresh for each. */
export interface RequestContext {
  /** Sent by the caller or made here; in the response's header, in every error, in the log, and sent to the subgraphs. */
  readonly requestId: string;
  /** Who is asking. Without a token, nobody; without access control, somebody with every scope. */
  readonly caller: Caller;
  /** The caller's network address: tells callers apart where nobody says who is asking. */
  readonly address: string;
  /** Which application asks. */
  readonly client: ClientApplication;
  /** The client's `authorization`, passed on to the subgraphs as it is: only where the gateway does not check it. */
  readonly authorization: string | undefined;
  /** Of what serves this request, from its beginning to its end. */
  readonly lease: Lease;
  /** What it asks, once that was let in. */
  admitted?: AdmittedOperation | undefined;
  /** Headers of the request that go on to subgraphs for which that is configured. */
  readonly forwarded?: Readonly<Record<string, string>> | undefined;
  /** Gathers what subgraphs give back to the client, where that is configured for any. */
  readonly collected?: CollectedParts | undefined;
  /** Aborts when the caller goes away before it has its answer. */
  readonly signal: AbortSignal;
  /** The trace that requests to subgraphs belong to: the caller's, or that of our own span once there is one. */
  trace?: TraceHeaders | undefined;
}
