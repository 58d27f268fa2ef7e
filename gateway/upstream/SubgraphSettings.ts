/** Certificates for connections to a subgraph, in PEM. */
export interface SubgraphTls {
  /** Who may sign the subgraph's certificate, in the place of those that Node trusts. */
  readonly ca?: string | undefined;
  /** What this gateway shows of itself, and its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** How one subgraph is spoken to. */
export interface SubgraphSettings {
  /** HTTP/2: offered by ALPN over TLS; without TLS spoken with prior knowledge (h2c). */
  readonly http2: boolean;
  readonly tls: SubgraphTls | undefined;
  readonly headers: {
    /** Headers of the client's request that go on, in lower case. */
    readonly forward: readonly string[];
    /** Headers that every request carries. */
    readonly set: Readonly<Record<string, string>>;
  };
  /** What of the subgraph's answers reaches the client over HTTP. */
  readonly returns: {
    /** In lower case. */
    readonly headers: readonly string[];
    /** `set-cookie`. */
    readonly cookies: boolean;
    /** Entries of the response's `extensions`. */
    readonly extensions: readonly string[];
  };
  readonly subscriptions: 'websocket' | 'sse';
  /** WebSockets at most, over which its subscriptions are spread. */
  readonly sockets: number;
}

/** What holds for a subgraph of which nothing is said. */
export const DEFAULT_SUBGRAPH_SETTINGS: SubgraphSettings = {
  http2: false,
  tls: undefined,
  headers: { forward: [], set: {} },
  returns: { headers: [], cookies: false, extensions: [] },
  subscriptions: 'websocket',
  sockets: 1,
};

/** Settings by the subgraph's name in the supergraph. */
export type SubgraphSettingsOf = (name: string) => SubgraphSettings;

/** Everything as it is by default. */
export const NO_SETTINGS: SubgraphSettingsOf = () => DEFAULT_SUBGRAPH_SETTINGS;

/** Whether anything of this subgraph's answers reaches clients beside data and errors. */
export function returnsAnything({ returns }: SubgraphSettings): boolean {
  return returns.cookies || returns.headers.length > 0 || returns.extensions.length > 0;
}
