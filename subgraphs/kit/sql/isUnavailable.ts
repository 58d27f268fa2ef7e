import { ERROR_CODES } from '../../../schema/contract.js';

/** SQLSTATE of a session that Postgres ended: connection exceptions, shutdowns, crashes, time limits of a whole session. */
const SESSION_ENDED = /^(08...|57P0[1-5])$/;
/** SQLSTATE of a statement that lost to others that want the same rows: it waited too long, for a lock or altogether, or was chosen to give way. */
const CONTENDED = /^(40...|55P03|57014)$/;
/**
 * SQLSTATE that means "not now" rather than "wrong": no resources (53), an operator's doing (57), what is contended, a standby that takes no writes. Nobody can be let in (28) or finds the database (3D) only while connecting, so that is the
 * operator's to mend and not the caller's.
 */
const NOT_NOW = /^(53...|57...|28...|3D...|25006)$/;
/** What Node says of a socket that broke or never came about. */
const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** What pg, pg-pool and TypeORM say; they give such errors no code. */
const NO_CONNECTION_MESSAGE =
  /^(connection terminated|client (has encountered a connection error|was closed) and is not queryable|timeout exceeded when trying to connect|timeout expired|cannot use a pool after calling end)|query runner already released/i;

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What pg says of a statement that got no answer in time. */
const NO_ANSWER = 'Query read timeout';

/** Whether a connection to Postgres broke or could not be made; on a fresh one the same statement may succeed. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isConnectionLost)) return true;
  if ('syscall' in error && error.syscall === 'connect') return true;
  const code = codeOf(error);
  return SESSION_ENDED.test(code) || NO_CONNECTION.has(code) || NO_CONNECTION_MESSAGE.test(error.message);
}

/** Whether a statement failed because others work on the same rows: the database is there, and other rows may be had. */
export function isContended(error: unknown): boolean {
  return error instanceof Error && CONTENDED.test(codeOf(error));
}

/**
 * Whether something failed because what it depends on (the database, another subgraph) is away or busy, and not because of what was asked: the
 * same again may succeed later.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (isConnectionLost(error) || isContended(error)) return true;
  if (NOT_NOW.test(codeOf(error)) || error.message === NO_ANSWER) return true;
  if ('driverError' in error && isUnavailable(error.driverError)) return true;
  return (
    'extensions' in error &&
    (error.extensions as { code?: unknown } | undefined)?.code === ERROR_CODES.SERVICE_UNAVAILABLE
  );
}
