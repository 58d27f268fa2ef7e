import type { FastifyInstance } from 'fastify';
import type { DevelopmentToken } from '../access/DevelopmentToken.js';
import { isOwnPage } from './isOwnPage.js';

/** Where the console asks for them. */
const TOKENS_PATH = '/development/tokens';

/** Tells pages of ours, at this machine, the tokens of development: JSON as `DevelopmentToken[]`. For anybody else there is nothing. */
export function developmentRoute(app: FastifyInstance, tokens: readonly DevelopmentToken[]): void {
  app.get(TOKENS_PATH, async (request, reply) => {
    if (!isOwnPage(request.headers)) return reply.callNotFound();
    return reply.header('cache-control', 'no-store').send(tokens);
  });
}
