import { StartError } from '../errors/StartError.js';
import type { Subgraph } from './subgraphsOf.js';

/** The environment variable that replaces a subgraph's address: `ORDER_HISTORY_URL` for `order-history`. */
function urlVariable(subgraph: string): string {
  return `${subgraph.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URL`;
}

/**
 * Decides where each subgraph is: the variable of its name where it is set, else what the supergraph says.
 *
 * @param overrides addresses by the name of the variable: `ORDER_HISTORY_URL` for `order-history`
 * @throws StartError that names every subgraph whose address is missing or is not an HTTP address
 */
export function locateSubgraphs(
  subgraphs: readonly Subgraph[],
  overrides: Readonly<Record<string, string>>,
): readonly Subgraph[] {
  const problems: string[] = [];
  const located = subgraphs.map(({ name, url }) => {
    const variable = urlVariable(name);
    const override = overrides[variable];
    const address = override ?? url;
    if (!address) problems.push(`the supergraph gives no address for the subgraph "${name}": set ${variable}`);
    else if (!isHttpAddress(address)) {
      // The value is not repeated: a variable of this name may belong to something else and hold a password.
      problems.push(
        override
          ? `${variable} must be an http or https address without a user name in it`
          : `the address of the subgraph "${name}" must be http or https, without a user name in it: set ${variable}`,
      );
    }
    return { name, url: address };
  });
  if (problems.length > 0) throw new StartError(`${problems.join('; ')}.`);
  return located;
}

function isHttpAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && !username && !password;
}
