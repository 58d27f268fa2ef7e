import { readFile } from 'node:fs/promises';
import { type DocumentNode, parse } from 'graphql';
import { digestOf } from '../../schema/SupergraphHistory.js';
import { StartError } from '../errors/StartError.js';
import { errorCode } from '../errors/errorCode.js';
import { linkedFeatures } from './linkedFeatures.js';
import { refuseUnsupported } from './refuseUnsupported.js';
import { type Subgraph, subgraphsOf } from './subgraphsOf.js';

/** A supergraph that was read from its file and looks servable. */
export interface Supergraph {
  /** The file's text. */
  readonly sdl: string;
  /** Of the file's text: SHA-256 in hexadecimal, as `sha256sum` prints it. */
  readonly digest: string;
  readonly subgraphs: readonly Subgraph[];
}

const JOIN = 'https://specs.apollo.dev/join';

/**
 * Reads the text of any Federation 2 supergraph. It asks no subgraph anything, so it works with all of them down. Whether the text
 * is valid in every detail is decided when it is served.
 *
 * @param file where the text is from, for the error
 * @throws StartError when the text is not GraphQL, is not a supergraph, or is one that we refuse to serve
 */
export function readSupergraph(file: string, sdl: string): Supergraph {
  const document = parseSupergraph(file, sdl);
  const features = linkedFeatures(document);
  const join = features.find(({ identity }) => identity === JOIN);
  const subgraphs = join ? subgraphsOf(document, join.namespace) : [];
  if (subgraphs.length === 0) {
    throw new StartError(
      `${file} is GraphQL but not a supergraph. Compose your subgraphs first: \`npm run schema\` for ours, ` +
        '`rover supergraph compose` for others.',
    );
  }
  refuseUnsupported(file, features);
  return { sdl, digest: digestOf(sdl), subgraphs };
}

/** @throws StartError when the file cannot be read */
export async function readSupergraphFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = errorCode(error) === 'ENOENT';
    const reason = missing
      ? 'does not exist'
      : `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    throw new StartError(`the supergraph file ${file} ${reason}. Give its path with --supergraph.`);
  }
}

function parseSupergraph(file: string, sdl: string): DocumentNode {
  try {
    return parse(sdl, { noLocation: true });
  } catch (error) {
    throw new StartError(
      `${file} is not a supergraph: ${error instanceof Error ? error.message : String(error)} Compose it again.`,
    );
  }
}
