import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';

/** Below this many bytes, packing costs more than it saves. */
const THRESHOLD_BYTES = 2_048;

/** JSON and pages; no event streams and no multipart streams, whose parts must not wait for each other. */
const PACKED = /^(?:application\/(?:[\w.-]+\+)?json|text\/(?:html|plain|css|javascript)|image\/svg\+xml)(?:;|$)/;

/** Of brotli's eleven and gzip's nine: most of the gain for a fraction of the time. */
const BROTLI_QUALITY = 4;
const GZIP_LEVEL = 5;

/** Packs answers for clients that say that they unpack (`accept-encoding`): brotli where they know it, else gzip. */
export async function compressAnswers(app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    // What comes packed is refused, see `createApp`.
    globalDecompression: false,
    threshold: THRESHOLD_BYTES,
    encodings: ['br', 'gzip', 'identity'],
    customTypes: PACKED,
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } },
    zlibOptions: { level: GZIP_LEVEL },
  });
}
