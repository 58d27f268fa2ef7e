import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { en, Faker } from '@faker-js/faker';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Gateway } from '../../seed/generate/live/Gateway.js';
import { readCast } from '../../seed/generate/live/cast.js';
import { purchaseStory } from '../../seed/generate/live/stories.js';
import { openFolder, plainEnvironment, run, type RunningCommand } from '../support/startHarness.js';
import { startProduct, type RunningProduct } from '../support/startProduct.js';
import type { GraphQLAnswer } from '../support/startTestSubgraph.js';
import { waitUntil } from '../support/waitUntil.js';

const MAIN = join(process.cwd(), 'dist/seed/generate/main.js');
const SUMMARY = /stopped after \d+ s: (\d+) steps in (\d+) stories, 0 refused/;

/** What a purchase leaves on the timeline: placed, shipped, delivered; when it was late, the complaint, its answer and its end. */
const STORY = /^Order Order (Order( SurveyResponse)?|Case CaseMessage Order Case( Goodwill)?( SurveyResponse)?)$/;

/** The product starts twice: on a busy machine that takes longer than the usual minute. */
const PATIENCE = 240_000;

const folder = openFolder();
let product: RunningProduct;
/** What the product said before anything was recorded. */
let atFirst: GraphQLAnswer;
beforeAll(async () => {
  product = await startProduct(folder.path, ['--customers', '0']);
  atFirst = await product.ask(
    '{ customers { totalCount } employees { totalCount } products { totalCount } touchpoints { totalCount } }',
  );
}, PATIENCE);
afterAll(async () => {
  await product.stop();
  folder.remove();
});

function live(...args: string[]): RunningCommand {
  // Where `npm start` keeps its tokens.
  const env = { ...plainEnvironment(), DATA: join(folder.path, 'data') };
  return run(process.execPath, [MAIN, '--live', ...args], { env });
}

async function counts(): Promise<{ orders: number; cases: number; touchpoints: number }> {
  const { data } = await product.ask('{ orders { totalCount } cases { totalCount } touchpoints { totalCount } }');
  return {
    orders: data.orders.totalCount,
    cases: data.cases.totalCount,
    touchpoints: data.touchpoints.totalCount,
  };
}

async function timeline(customerId: string): Promise<string[]> {
  const query = 'query ($id: ID!) { customer360(id: $id) { timeline(first: 100) { nodes { source { type } } } } }';
  const { data } = await product.ask(query, { id: customerId });
  return data.customer360.timeline.nodes.map((node: { source: { type: string } }) => node.source.type).toReversed();
}

it('starts without any customers when none are wanted', () => {
  expect(atFirst.errors).toBeUndefined();
  expect(Object.values(atFirst.data)).toEqual(Array.from({ length: 4 }, () => ({ totalCount: 0 })));
});

describe('a live seed', () => {
  it('shows the gateway its token, and ends when that is refused', async () => {
    const tokens: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.end('{"errors":[{"message":"who is asking?","extensions":{"code":"UNAUTHENTICATED"}}]}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const args = [MAIN, '--live', '--url', `http://127.0.0.1:${port}`];
    const command = run(process.execPath, args, { env: { ...plainEnvironment(), TOKEN: 'abc' } });
    expect(await command.ended).toMatchObject({ code: 1 });
    expect(tokens).toEqual(['Bearer abc']);
    expect(command.errors()).toContain('who is asking?');
    server.close();
  });

  it('says at once that nobody is there yet who could do anything', async () => {
    const command = live('--url', product.url);
    expect(await command.ended).toMatchObject({ code: 1 });
    expect(command.errors()).toMatch(/no customers or no products yet: run npm run seed first/);
  });

  it('plays with the customers that a seed brings in beside the running product', async () => {
    const env = { ...plainEnvironment(), DATA: join(folder.path, 'data') };
    const seed = run(process.execPath, [MAIN, '--customers', '60'], { env });
    expect(await seed.ended).toMatchObject({ code: 0 });
    expect((await counts()).orders).toBeGreaterThan(30);
  });

  it('writes what it says, shows it on timelines, and stops after the time given', async () => {
    const before = await counts();
    const command = live('10', '--for', '4', '--url', product.url);
    expect(await command.ended).toMatchObject({ code: 0 });
    const lines = command.output();
    expect(command.errors()).toBe('');
    const [, steps, stories] = SUMMARY.exec(lines) ?? [];
    expect(Number(steps)).toBeGreaterThan(5);
    const after = await counts();
    expect(after.orders - before.orders).toBe(lines.match(/ orders /g)?.length ?? 0);
    expect(after.cases - before.cases).toBe(lines.match(/ (asks|complains) \(/g)?.length ?? 0);
    expect(after.orders + after.cases - before.orders - before.cases).toBe(Number(stories));
    await waitUntil(async () => (await counts()).touchpoints - before.touchpoints >= Number(stories));
  });

  it('tells stories that hang together: the order, its way, the delivery or the complaint, and what is said of it', async () => {
    const gateway = new Gateway(product.url, product.token('admin'), new AbortController().signal, () => {});
    const cast = await readCast(gateway);
    const faker = new Faker({ locale: [en], seed: 4 });
    const endings = new Set<string>();
    for (const actor of cast.actors.slice(0, 12)) {
      const before = (await timeline(actor.id)).length;
      const said: string[] = [];
      const story = purchaseStory({ gateway, cast, actor, faker, say: (line) => said.push(line) });
      for await (const seconds of story) expect(seconds).toBeGreaterThan(0);
      let happened = '';
      await waitUntil(async () => {
        happened = (await timeline(actor.id)).slice(before).join(' ');
        // What was said last may still be on its way to the timeline.
        const isWhole = said.some((line) => line.startsWith('answers')) === happened.includes('SurveyResponse');
        return isWhole && STORY.test(happened);
      });
      expect(said.length).toBeGreaterThanOrEqual(3);
      endings.add(happened);
    }
    expect(endings.size).toBeGreaterThanOrEqual(3);
  });

  it(
    'outlives a restart of the gateway, and ends with a summary on Ctrl-C',
    async () => {
      const { port } = new URL(product.url);
      const command = live('20', '--url', product.url);
      await command.prints(/ (orders|asks) /);
      await product.stop();
      // Nothing else is printed to stdout until it is there again.
      const before = command.output().length;
      product = await startProduct(folder.path, ['--port', port]);
      await command.prints(new RegExp(`^[^]{${before + 200},}$`));
      command.signal('SIGINT');
      expect(await command.ended).toMatchObject({ code: 0 });
      expect(command.output()).toMatch(/stopped after \d+ s/);
      expect(command.errors()).toMatch(/does not answer.*\n[^]*answers again/);
    },
    PATIENCE,
  );
});
