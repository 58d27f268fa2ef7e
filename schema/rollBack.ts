import { SupergraphHistory } from './SupergraphHistory.js';

/** Where gateways keep the supergraphs that served, unless they are told otherwise. */
export const HISTORY_FOLDER = '.data/supergraphs';

export interface RollBackOptions {
  readonly folder: string;
  /** The beginning of a digest; undefined goes back to the version before the one that serves. */
  readonly to: string | undefined;
  readonly print: (line: string) => void;
}

/**
 * Lets the gateways serve a version that served before, whatever the supergraph file says, until it is released.
 *
 * @throws Error when there is no such version
 */
export async function rollBack({ folder, to, print }: RollBackOptions): Promise<void> {
  const history = new SupergraphHistory(folder);
  const wanted = to ?? (await versionBefore(history));
  const { digest } = await history.read(wanted);
  await history.pin(digest);
  print(
    `${digest} is pinned: gateways that keep their history in ${folder} serve it from now on, whatever the supergraph file says.`,
  );
  print('GET /health/ready says which version serves. Mend the schema, then: npm run schema:rollback -- --release');
}

/** Lets the gateways follow the supergraph file again. */
export async function releasePin({ folder, print }: Omit<RollBackOptions, 'to'>): Promise<void> {
  const history = new SupergraphHistory(folder);
  const pinned = await history.pinned();
  await history.release();
  print(pinned === null ? 'nothing was pinned' : `${pinned} is released: gateways follow the supergraph file again`);
}

/** Lists the versions that served, the latest first. */
export async function listHistory({ folder, print }: Omit<RollBackOptions, 'to'>): Promise<void> {
  const history = new SupergraphHistory(folder);
  const pinned = await history.pinned();
  const entries = await history.list();
  if (entries.length === 0) print(`no version has served yet in ${folder}; gateways keep them there with --history`);
  for (const { digest, at } of entries) print(`${at}  ${digest}${digest === pinned ? '  pinned' : ''}`);
}

/** The version that served before the one that serves first did: going back twice goes back two versions. */
async function versionBefore(history: SupergraphHistory): Promise<string> {
  const digests = (await history.list()).map(({ digest }) => digest);
  const serving = digests[0] ?? '';
  const before = digests[digests.lastIndexOf(serving) + 1];
  if (before === undefined) {
    throw new Error(`${history.folder} knows no version before the one that serves; nothing was changed`);
  }
  return before;
}
