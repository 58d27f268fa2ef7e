import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../errors/errorCode.js';

const NO_WELCOME = `# Ask this graph something: Ctrl-Space lists what there is, Ctrl-Enter sends.

{
  __typename
}
`;

/**
 * The query that a newcomer finds in GraphiQL: `operations/welcome.graphql` beside the supergraph file, so that each
 * supergraph can bring its own. Where there is none, or the supergraph comes from an address, a hint.
 */
export async function readWelcomeQuery(supergraphFile: string): Promise<string> {
  if (/^https?:/.test(supergraphFile)) return NO_WELCOME;
  try {
    return await readFile(join(dirname(supergraphFile), 'operations', 'welcome.graphql'), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return NO_WELCOME;
    throw error;
  }
}
