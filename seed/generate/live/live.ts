import { setTimeout as delay } from 'node:timers/promises';
import { en, Faker } from '@faker-js/faker';
import { readCast, type Cast } from './cast.js';
import { Gateway, RefusedError } from './Gateway.js';
import { anyStory, type Story } from './stories.js';

/** What {@link live} takes. */
export interface LiveOptions {
  /** Steps a second. */
  readonly rate: number;
  /** How long; undefined: until SIGINT or SIGTERM. */
  readonly seconds: number | undefined;
  /** The gateway's GraphQL. */
  readonly url: string;
  readonly token: string | undefined;
}

/** How many steps may be on their way at once; while the gateway is slower than the rate, no more are begun. */
const MOST_AT_ONCE = 8;

/** A story that goes on from a moment on (milliseconds of the process' clock). */
interface Waiting {
  readonly story: Story;
  readonly dueAt: number;
}

function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

/** What customers do, step by step. */
class Stage {
  steps = 0;
  stories = 0;
  refused = 0;
  readonly #waiting: Waiting[] = [];
  readonly #faker = new Faker({ locale: [en] });

  constructor(
    readonly gateway: Gateway,
    readonly cast: Cast,
  ) {}

  /** Takes one step: of the story that has waited longest, or of a new one. */
  async step(): Promise<void> {
    const story = this.#dueStory() ?? this.#newStory();
    try {
      const { done, value } = await story.next();
      this.steps += 1;
      if (!done) this.#waiting.push({ story, dueAt: performance.now() + value * 1000 });
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code === 'UNAUTHENTICATED') throw error;
      this.refused += 1;
      say(`refused (${error.code}): ${error.message}`);
    }
  }

  #dueStory(): Story | undefined {
    const now = performance.now();
    const [first] = this.#waiting.filter(({ dueAt }) => dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
    if (first === undefined) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(first), 1);
    return first.story;
  }

  #newStory(): Story {
    const { gateway, cast } = this;
    const actor = this.#faker.helpers.weightedArrayElement(
      cast.actors.map((value) => ({ value, weight: value.weight })),
    );
    this.stories += 1;
    return anyStory({ gateway, cast, actor, faker: this.#faker, say: (line) => say(`${actor.name} ${line}`) });
  }
}

/** Takes a step `rate` times a second until `stop`; resolves when none is on its way any more. */
async function play(stage: Stage, rate: number, stop: AbortController): Promise<void> {
  const { signal } = stop;
  const onTheWay = new Set<Promise<void>>();
  let next = performance.now();
  let failure: unknown;
  const take = async (): Promise<void> => {
    try {
      await stage.step();
    } catch (error) {
      if (signal.aborted) return;
      failure = error;
      stop.abort();
    }
  };
  while (!signal.aborted) {
    const step: Promise<void> = take().finally(() => onTheWay.delete(step));
    onTheWay.add(step);
    // Time in which no step could be taken is not made up for.
    next = Math.max(next + 1000 / rate, performance.now() - 1000);
    if (onTheWay.size >= MOST_AT_ONCE) await Promise.race(onTheWay);
    const wait = next - performance.now();
    if (wait > 0) await delay(wait, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(onTheWay);
  if (failure !== undefined) throw failure;
}

/**
 * Lets customers go on living through the gateway's mutations: stories of a few minutes, so many steps a second. It prints a line
 * for each thing that happens, outlives restarts of the gateway, and ends with a summary.
 * @throws EmptyCastError, RefusedError (UNAUTHENTICATED, or nothing at all may be read)
 */
export async function live({ rate, seconds, url, token }: LiveOptions): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1000);
  const started = performance.now();
  const gateway = new Gateway(url, token, stop.signal, (line) => console.error(`seed: ${line}`));
  let stage: Stage | undefined;
  try {
    stage = new Stage(gateway, await readCast(gateway));
    say(`${stage.cast.actors.length} customers play along, ${rate} steps a second; Ctrl-C stops`);
    await play(stage, rate, stop);
  } catch (error) {
    if (!stop.signal.aborted || error instanceof RefusedError) throw error;
  } finally {
    clearTimeout(timer);
  }
  const { steps = 0, stories = 0, refused = 0 } = stage ?? {};
  const took = ((performance.now() - started) / 1000).toFixed(0);
  say(`stopped after ${took} s: ${steps} steps in ${stories} stories, ${refused} refused`);
}
