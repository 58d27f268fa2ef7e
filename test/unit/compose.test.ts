import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { z } from 'zod';
import { subgraphs } from '../../subgraphs/all.js';

const text = readFileSync('docker-compose.yml', 'utf8');
const file: unknown = parse(text, { merge: true });

const { services } = z
  .object({
    services: z.record(
      z.string(),
      z.looseObject({
        command: z.array(z.string()).default([]),
        environment: z.record(z.string(), z.string()).default({}),
        healthcheck: z.object({ test: z.array(z.string()) }).optional(),
        ports: z.array(z.string()).default([]),
        profiles: z.array(z.string()).default([]),
      }),
    ),
  })
  .parse(file);
const ours = Object.entries(services).filter(([name]) => name !== 'postgres');

/** The compose-spec's own JSON schema, as dclint carries it. */
function composeSpec(): object {
  const dclint = createRequire(import.meta.url).resolve('dclint/package.json');
  const schema: object = JSON.parse(readFileSync(join(dclint, '../schemas/compose.schema.json'), 'utf8'));
  // It names draft 7 by an address with https, which Ajv does not know; draft 7 is what Ajv takes without a name.
  return { ...schema, $schema: undefined };
}

/** The source of a file that the image runs: `dist/gateway/main.js` is made from `gateway/main.ts`. */
const sourceOf = (script: string) => script.replace(/^dist\/(.*)\.js$/, '$1.ts');

describe('docker-compose.yml', () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(composeSpec());

  it('is what the compose specification allows', () => {
    validate(file);
    expect(validate.errors).toBeNull();
    expect(validate({ services: { gateway: { imag: 'customer360' } } })).toBe(false);
  });

  it.each(subgraphs.map(({ name, port }) => [name, port] as const))('runs %s on port %d', (name, port) => {
    const service = services[name];
    expect(service?.command).toEqual(['node', 'scripts/startSubgraph.mjs', name]);
    expect(service?.healthcheck?.test.slice(1)).toEqual([
      'node',
      'scripts/checkHealth.mjs',
      `http://127.0.0.1:${port}/health`,
    ]);
    expect(service?.environment).toMatchObject({ HOST: '0.0.0.0', IDENTITY_URL: 'http://identity:4001/graphql' });
    // No port of its own is set, so that it listens on the one that the others know.
    expect(Object.keys(service?.environment ?? {}).filter((variable) => variable.endsWith('PORT'))).toEqual([]);
    expect(services.gateway?.environment[`${name.toUpperCase()}_URL`]).toBe(`http://${name}:${port}/graphql`);
    expect(existsSync(`subgraphs/${name}/main.ts`)).toBe(true);
  });

  it('runs what the npm scripts run', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    // npm's shell gives way to node by `exec`; a container has no shell.
    const known = ['start:subgraph', 'start:gateway', 'seed'].map((name) => scripts[name]?.replace(/^exec /, ''));
    for (const [, { command }] of ours) {
      const script = command.findIndex((part, index) => index > 0 && !part.startsWith('-'));
      expect(known).toContain(command.slice(0, script + 1).join(' '));
    }
  });

  it('publishes the gateway and nothing else, and on loopback unless told otherwise', () => {
    const published = Object.entries(services).filter(([, { ports }]) => ports.length > 0);
    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
      ['gateway', ['${GATEWAY_ADDRESS:-127.0.0.1}:${GATEWAY_PORT:-4000}:4000']],
    ]);
  });

  it('has no password in it, and says what to set where there is none', () => {
    const passwords = Object.values(services).flatMap(({ environment }) =>
      Object.entries(environment).flatMap(([name, value]) => (name.includes('PASSWORD') ? [value] : [])),
    );
    expect(passwords.length).toBeGreaterThan(0);
    for (const password of passwords)
      expect(password).toMatch(/^\$\{POSTGRES_PASSWORD:\?set POSTGRES_PASSWORD to .+\}$/);
    expect(text).not.toMatch(/:\/\/[^@\s]*:[^@\s]*@/);
  });

  it('has one signing key for the gateway and its subgraphs, which must be set, and hands on every kind of key for tokens', () => {
    for (const name of ['gateway', ...subgraphs.map((subgraph) => subgraph.name)]) {
      expect(services[name]?.environment['SIGNING_KEY']).toMatch(/^\$\{SIGNING_KEY:\?set SIGNING_KEY to .+\}$/);
    }
    for (const name of ['JWT_SECRET', 'JWT_PUBLIC_KEY', 'JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE']) {
      expect(services.gateway?.environment[name]).toBe(`\${${name}:-}`);
    }
  });

  it('seeds only when asked to', () => {
    expect(services.seed?.profiles).toEqual(['seed']);
    const others = Object.entries(services).filter(([name]) => name !== 'seed');
    for (const [, { profiles }] of others) expect(profiles).toEqual([]);
  });
});

const dockerfile = readFileSync('Dockerfile', 'utf8').split('\n');
const lastStage = dockerfile.slice(dockerfile.findLastIndex((line) => line.startsWith('FROM ')));

/** What follows an instruction, each time that it occurs. */
const instructions = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

/** The sources of each COPY, with `--from=…` where there is one. */
const copied = (lines: readonly string[]) => instructions(lines, 'COPY').map((words) => words.split(' ').slice(0, -1));

describe('Dockerfile', () => {
  it('copies what is there, and what .dockerignore lets through', () => {
    const allowed = readFileSync('.dockerignore', 'utf8').split('\n');
    const paths = copied(dockerfile).filter(([first]) => !first?.startsWith('--from'));
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths.flat()) {
      expect([path, existsSync(path)]).toEqual([path, true]);
      expect(allowed).toContain(`!${path.split('/')[0]}`);
    }
  });

  it('has every script that a container runs', () => {
    const inImage = copied(lastStage).flat();
    for (const [, { command, healthcheck }] of ours) {
      const main = command.slice(1).find((part) => !part.startsWith('-'));
      for (const script of [main, healthcheck?.test[2]].filter((path) => path !== undefined)) {
        expect(inImage).toContain(script.startsWith('dist/') ? '/app/dist' : script);
        expect([script, existsSync(sourceOf(script))]).toEqual([script, true]);
      }
    }
  });

  it('runs the gateway by the same command, and not as root', () => {
    expect(JSON.parse(instructions(lastStage, 'CMD')[0] ?? '')).toEqual(services.gateway?.command);
    expect(instructions(lastStage, 'USER')).toEqual(['node']);
  });
});
