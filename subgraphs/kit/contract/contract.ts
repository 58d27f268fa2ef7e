import { type Caller, ERROR_CODES, HEADERS } from '../../../schema/contract.js';
import { send, signedFor } from './askSubject.js';
import type { ContractSubject } from './ContractSubject.js';
import { honoursErasures, honoursMerges } from './customerChecks.js';
import { bearsMalformedKeys, keepsPlaces, readsInBatches, takesWhatItRequires } from './entityChecks.js';
import { refusesOtherSubscriptions, refusesUnsigned, refusesUnsignedSockets } from './signatureChecks.js';
import { declaresItsTables } from './declaresItsTables.js';
import { subjectSchema } from './subjectSchema.js';

/**
 * Looks at one thing that every subgraph owes.
 *
 * @returns what is wrong, each with what to do; nothing when all is well; null when it cannot be looked at from here
 */
export type ContractCheck = (subject: ContractSubject) => Promise<readonly string[] | null>;

/**
 * What every subgraph owes to the gateway and to the other teams, as sentences with a check each. Run them in the subgraph's own tests, or
 * against a running subgraph of any language by `npm run contract`.
 */
export const CONTRACT: Readonly<Record<string, ContractCheck>> = {
  'says its schema, and that it is of federation 2': saysItsSchema,
  'answers each entity at the place of its key, in any order, also twice': keepsPlaces,
  'answers null for a key that is malformed': bearsMalformedKeys,
  'reads a hundred entities with as many statements as one': readsInBatches,
  'takes what its fields require from other subgraphs': takesWhatItRequires,
  'lets nobody change anything who lacks a scope': guardsMutations,
  'answers nobody what asks for a scope that they lack, whoever signed it': enforcesScopes,
  'says that it is healthy, without a signature': saysItsHealth,
  'refuses what its gateway did not sign': refusesUnsigned,
  'refuses a WebSocket that its gateway did not sign': refusesUnsignedSockets,
  'refuses a subscription that its gateway did not sign as it is': refusesOtherSubscriptions,
  'has one customer of two who are merged, and two again when that is taken back': honoursMerges,
  'forgets what was said of a customer who is erased': honoursErasures,
  'declares of each table and column whose it is': declaresItsTables,
};

const NOBODY: Caller = { subject: 'nobody', scopes: [] };

async function saysItsSchema(subject: ContractSubject): Promise<string[]> {
  const { sdl } = await subjectSchema(subject);
  return /https:\/\/specs\.apollo\.dev\/federation\/v2\.\d+/.test(sdl)
    ? []
    : [
        'its SDL links no federation 2; add `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: […])`',
      ];
}

async function guardsMutations(subject: ContractSubject): Promise<string[]> {
  const { mutations } = await subjectSchema(subject);
  return mutations
    .filter(({ isGuarded }) => !isGuarded)
    .map(
      ({ name }) =>
        `Mutation.${name} may be called by everyone; give it @requiresScopes(scopes: [["${subject.name}:write"]])`,
    );
}

/** The gateway asks for nothing that its caller may not see; its stolen key, or a fault of it, would. */
async function enforcesScopes(subject: ContractSubject): Promise<string[]> {
  const { scopedQueries } = await subjectSchema(subject);
  const wrong: string[] = [];
  for (const { name, isLeaf } of scopedQueries) {
    const body = JSON.stringify({ query: `{ ${name} ${isLeaf ? '' : '{ __typename }'} }` });
    const { data, errors } = await send(subject.url, body, signedFor(subject, body, { caller: NOBODY }));
    const isRefused = errors.some(({ extensions }) => extensions?.code === ERROR_CODES.FORBIDDEN);
    if (isRefused && (data?.[name] ?? null) === null) continue;
    wrong.push(
      `Query.${name} is answered to a caller without a scope; refuse it with the code FORBIDDEN, by the scopes in ${HEADERS.caller}`,
    );
  }
  return wrong;
}

async function saysItsHealth({ url }: ContractSubject): Promise<string[]> {
  const { status } = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(5_000) });
  return status === 200 ? [] : [`GET /health is answered with ${status}; answer 200 as long as it can do its work`];
}
