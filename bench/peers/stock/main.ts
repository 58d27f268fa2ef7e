import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { ReadyMessage } from '../../../schema/contract.js';

// The stock gateway as its documentation starts it: Apollo Server standalone, ApolloGateway with its own executor and its
// own data source, which passes the caller's Authorization on.

interface Caller {
  readonly authorization?: string | undefined;
}

process.env['APOLLO_TELEMETRY_DISABLED'] ??= 'true';

const gateway = new ApolloGateway({
  supergraphSdl: await readFile(process.argv[2] ?? '', 'utf8'),
  buildService: ({ url }) =>
    new RemoteGraphQLDataSource<Caller>({
      ...(url !== undefined && { url }),
      willSendRequest({ request, context }) {
        if (context.authorization) request.http?.headers.set('authorization', context.authorization);
      },
    }),
});
const server = new ApolloServer<Caller>({ gateway, introspection: true });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});

process.on('disconnect', () => process.exit());
const ready: ReadyMessage = { type: 'ready', urls: { gateway: url } };
process.send?.(ready);
