import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { parse } from 'yaml';
import { z } from 'zod';
import { HEADERS } from '../../schema/contract.js';
import { StartError } from '../errors/StartError.js';
import { DEFAULT_SUBGRAPH_SETTINGS, type SubgraphSettings, type SubgraphTls } from './SubgraphSettings.js';

/** Belong to one connection or one message, or say who asks: never another's to give. */
const OURS: ReadonlySet<string> = new Set(
  [
    ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
    ['host', 'content-length', 'content-type', 'content-encoding', 'accept', 'accept-encoding'],
    ['traceparent', 'tracestate', HEADERS.requestId, HEADERS.caller, HEADERS.signature],
  ].flat(),
);
const OURS_IN_ANSWERS = /^(set-cookie|date|vary|access-control-.*|sec-.*|proxy-.*)$/;

const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is not the name of a header')
  .transform((name) => name.toLowerCase())
  .refine((name) => !OURS.has(name), 'is a header that the gateway makes itself');
const answerHeader = headerName.refine(
  (name) => !OURS_IN_ANSWERS.test(name),
  'is a header that the gateway makes itself (for set-cookie there is `cookies: on`)',
);
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'is not the value of a header');
const onOrOff = z.union([z.boolean(), z.enum(['on', 'off']).transform((word) => word === 'on')], {
  error: 'must be on or off',
});

/** Each part stands for itself: one that a subgraph has takes the place of the same part of `*`. */
const settings = z.strictObject({
  http2: onOrOff.optional(),
  tls: z
    .strictObject({ ca: z.string().optional(), cert: z.string().optional(), key: z.string().optional() })
    .optional(),
  headers: z
    .strictObject({ forward: z.array(headerName).default([]), set: z.record(headerName, headerValue).default({}) })
    .optional(),
  responseHeaders: z.strictObject({ forward: z.array(answerHeader) }).optional(),
  cookies: onOrOff.optional(),
  extensions: z.strictObject({ forward: z.array(z.string().min(1)) }).optional(),
  subscriptions: z.enum(['websocket', 'sse'], { error: 'must be websocket or sse' }).optional(),
  sockets: z.int('must be a whole number').min(1).max(64).optional(),
});
type Given = z.infer<typeof settings>;

/**
 * Reads how subgraphs are spoken to: a YAML or JSON file of settings by the subgraph's name, or `*` for all others.
 *
 * @returns by name
 * @throws StartError that names every problem at once
 */
export async function readSubgraphSettings(file: string): Promise<ReadonlyMap<string, SubgraphSettings>> {
  const problems: string[] = [];
  const parsed = z.record(z.string(), settings).safeParse(await readYaml(file));
  for (const { path, message } of parsed.error?.issues ?? [])
    problems.push(`${path.join('.') || 'the file'} ${message}`);
  const read = new Map<string, SubgraphSettings>();
  const forAll = parsed.data?.['*'];
  for (const [name, given] of Object.entries(parsed.data ?? {})) {
    const whole: Given = { ...forAll, ...given };
    read.set(name, toSettings(whole, await readTls(whole.tls, dirname(file), name, problems)));
  }
  if (problems.length > 0) {
    throw new StartError(
      `--subgraph-settings ${file}: ${[...new Set(problems)].join('; ')}. See docs/federation.md.`,
      2,
    );
  }
  return read;
}

async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8')) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`--subgraph-settings ${file} cannot be read: ${reason}`, 2);
  }
}

async function readTls(
  paths: Given['tls'],
  folder: string,
  name: string,
  problems: string[],
): Promise<SubgraphTls | undefined> {
  if (!paths) return undefined;
  if ((paths.cert === undefined) !== (paths.key === undefined)) problems.push(`${name}.tls needs both cert and key`);
  const tls: Record<string, string> = {};
  for (const [part, path] of Object.entries(paths)) {
    try {
      tls[part] = await readFile(resolve(folder, path), 'utf8');
    } catch {
      problems.push(`${name}.tls.${part}: ${path} cannot be read`);
    }
  }
  try {
    createSecureContext(tls);
  } catch {
    // What is wrong with a key is not repeated.
    problems.push(`${name}.tls is not a certificate and its key in PEM`);
  }
  return tls;
}

function toSettings(given: Given, tls: SubgraphTls | undefined): SubgraphSettings {
  return {
    http2: given.http2 ?? DEFAULT_SUBGRAPH_SETTINGS.http2,
    tls,
    headers: given.headers ?? DEFAULT_SUBGRAPH_SETTINGS.headers,
    returns: {
      headers: given.responseHeaders?.forward ?? [],
      cookies: given.cookies ?? false,
      extensions: given.extensions?.forward ?? [],
    },
    subscriptions: given.subscriptions ?? DEFAULT_SUBGRAPH_SETTINGS.subscriptions,
    sockets: given.sockets ?? DEFAULT_SUBGRAPH_SETTINGS.sockets,
  };
}
