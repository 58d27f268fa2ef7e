import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/start/embeddedPostgres.js';
import { openFolder, plainEnvironment, run, type RunningCommand } from './startHarness.js';

/** Subgraphs, each a process of its own, on a Postgres of their own: all of them can be killed, and start again at their addresses. */
export class Deployment {
  readonly #folder = openFolder();
  readonly #processes = new Map<string, RunningCommand>();
  readonly #ports = new Map<string, string>();
  #postgres: EmbeddedPostgres | undefined;
  #postgresPort = 0;

  /** @param eventBusUrl by default their Postgres */
  constructor(private readonly eventBusUrl?: string) {}

  async startPostgres(): Promise<void> {
    const port = this.#postgresPort;
    this.#postgres = await startEmbeddedPostgres({ dataDir: join(this.#folder.path, 'data'), durable: true, port });
    this.#postgresPort = Number(new URL(this.#postgres.url).port);
  }

  async killPostgres(): Promise<void> {
    const file = join(this.#postgres?.dataDir ?? '', 'cluster/postmaster.pid');
    process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL');
    await this.#postgres?.exited;
  }

  get databaseUrl(): string {
    return this.#postgres?.url ?? '';
  }

  /** Starts a subgraph; identity comes first, because the others ask it. */
  async start(name: string): Promise<void> {
    const env = {
      ...plainEnvironment(),
      DATABASE_URL: this.databaseUrl,
      PORT: this.#ports.get(name) ?? '0',
      IDENTITY_URL: this.url('identity'),
      LOG_LEVEL: 'info',
      ...(this.eventBusUrl ? { EVENT_BUS_URL: this.eventBusUrl } : {}),
    };
    const child = run(process.execPath, [join(process.cwd(), `dist/subgraphs/${name}/main.js`)], { env });
    this.#processes.set(name, child);
    const [, url = ''] = await child.prints(/"url":"(http:[^"]+)"/);
    this.#ports.set(name, new URL(url).port);
  }

  /** Kills it, beyond any mercy. */
  async kill(name: string): Promise<void> {
    const child = this.#processes.get(name);
    child?.signal('SIGKILL');
    await child?.ended;
  }

  url(name: string): string {
    return `http://127.0.0.1:${this.#ports.get(name) ?? 1}/graphql`;
  }

  async sql<Row>(statement: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<never>(statement, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    for (const name of this.#processes.keys()) await this.kill(name);
    await this.#postgres?.stop();
    this.#folder.remove();
  }
}
