import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { FairShares, type Weight } from './FairShares.js';

/** How often the limit is set anew, in milliseconds. */
const WINDOW_MS = 25;
/** The loop is behind when it rested less than this part of a window ... */
const BEHIND_UTILIZATION = 0.95;
/** ... and its turns took longer than this on average, in milliseconds: a request takes several turns, and waits for each. */
const LONG_TURN_MS = 5;
/** Windows in a row after which being behind is no passing burst. */
const PERSISTENT = 4;
/** Windows in a row without a refusal after which an overload is over. */
const CALM = 40;
/** So many may always come at once, unless there is an overload. */
const BURST = 128;
/** So many under way, or in one turn, are let in even then. */
const SMALLEST = 8;
/** What callers who ask for more than their fair share may fill of the limit: always, and while there is an overload. The rest is for the others. */
const PART_OF_HEAVY = 0.75;
const PART_OF_HEAVY_IN_OVERLOAD = 0.5;
/** Those who ask for less than it find a place beyond the limit too, while so many of theirs are under way: a part of the limit, or so many at least. */
const PART_OF_LIGHT = 0.25;
/** That is also what is let in of theirs in one turn: when a turn was long, all that they asked meanwhile comes in the next. */
const PLACES_OF_LIGHT = 32;
/** How far the limit falls in one window at most. */
const STEEPEST_FALL = 0.7;
/** The loop has room to spare when it is used less than this; then the limit rises by `FAST_RISE` in one window. */
const ROOM_TO_SPARE = 0.8;
const FAST_RISE = 1.25;

/**
 * How many requests may be under way. As long as the event loop keeps up, that is twice of what there is: requests that wait for a slow
 * subgraph cost nothing but memory. When the loop is behind for longer than a burst takes, letting more in would only make all of
 * them wait: the limit falls until the turns of the loop are short again, and stays where they just are, until there was nothing to refuse
 * for a second.
 *
 * Who asks for more than a fair share is turned away first, and who asks for less finds a place beyond the limit, so that one caller
 * who floods the gateway costs itself and not its neighbours.
 */
export class LoadLimit {
  #limit = BURST;
  #underWay = 0;
  #refused = 0;
  #overloaded = false;
  /** Windows in a row in which the loop was behind, and in which nothing was refused. */
  #behind = 0;
  #calm = 0;
  /** The last turn in which a request came, how many were let in in it, the light ones among them, and when its first one came. */
  #turn = 0;
  #begunInTurn = 0;
  #lightInTurn = 0;
  #turnBegan = 0;
  readonly #shares = new FairShares();
  /** Of those under way, what light callers asked for. */
  #lightUnderWay = 0;
  #last: EventLoopUtilization = performance.eventLoopUtilization();
  #turns = turnsSoFar();
  readonly #timer: NodeJS.Timeout | undefined;

  /**
   * @param most the limit when everything is well
   * @param adapts whether the limit ever falls below that
   */
  constructor(
    private readonly most: number,
    adapts: boolean,
  ) {
    this.#limit = adapts ? Math.min(BURST, most) : most;
    if (adapts) this.#timer = setInterval(() => this.#adjust(), WINDOW_MS).unref();
  }

  /** How many are under way. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Asked once for each request, as soon as it comes: whether one more of this caller would be too many; then it is counted as refused. */
  refuses(caller: string): boolean {
    return this.#refuses(this.#shares.ask(caller));
  }

  /** Takes a request in. @returns undefined when it is one too many; else what is to be called once, when it is answered */
  begin(caller: string): (() => void) | undefined {
    const weight = this.#shares.weightOf(caller);
    if (this.#refuses(weight)) return undefined;
    const endShare = this.#shares.begin(caller);
    this.#underWay += 1;
    this.#begunInTurn += 1;
    const light = weight === 'light' ? 1 : 0;
    this.#lightInTurn += light;
    this.#lightUnderWay += light;
    return () => {
      this.#underWay -= 1;
      this.#lightUnderWay -= light;
      endShare();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #refuses(weight: Weight): boolean {
    const refuses = !this.#isPlaceFor(weight) || (this.#overloaded && this.#turnIsLong(weight));
    if (refuses) this.#refused += 1;
    return refuses;
  }

  #isPlaceFor(weight: Weight): boolean {
    const limit = this.#limit;
    if (weight === 'heavy') {
      return this.#underWay < Math.ceil(limit * (this.#overloaded ? PART_OF_HEAVY_IN_OVERLOAD : PART_OF_HEAVY));
    }
    if (this.#underWay < limit) return true;
    // What the others were let in for before the limit fell is no reason to turn these away.
    return weight === 'light' && this.#lightUnderWay < Math.max(PLACES_OF_LIGHT, limit * PART_OF_LIGHT);
  }

  /**
   * Whether this turn of the loop has had its share of requests. Those that wait for nobody are answered in the turn in which they
   * came: they are never many under way, and those behind them wait where nobody counts them. What the others had in this turn leaves
   * light callers theirs.
   */
  #turnIsLong(weight: Weight): boolean {
    const turn = turnsSoFar();
    if (turn === this.#turn) {
      const isFull = weight === 'light' ? this.#lightInTurn >= PLACES_OF_LIGHT : this.#begunInTurn >= SMALLEST;
      return isFull && performance.now() - this.#turnBegan > LONG_TURN_MS;
    }
    this.#turn = turn;
    this.#begunInTurn = 0;
    this.#lightInTurn = 0;
    this.#turnBegan = performance.now();
    return false;
  }

  #adjust(): void {
    const now = performance.eventLoopUtilization();
    const { active, utilization } = performance.eventLoopUtilization(now, this.#last);
    const turns = turnsSoFar();
    const turnMs = active / Math.max(1, turns - this.#turns);
    this.#last = now;
    this.#turns = turns;

    const behind = utilization >= BEHIND_UTILIZATION && turnMs > LONG_TURN_MS;
    this.#behind = behind ? this.#behind + 1 : 0;
    this.#calm = behind || this.#refused > 0 ? 0 : this.#calm + 1;
    this.#refused = 0;
    if (this.#behind >= PERSISTENT) this.#overloaded = true;
    else if (this.#calm >= CALM) this.#overloaded = false;
    this.#limit = Math.min(this.most, this.#nextLimit(behind, turnMs, utilization));
  }

  #nextLimit(behind: boolean, turnMs: number, utilization: number): number {
    if (!this.#overloaded) return behind ? this.#limit : Math.max(BURST, 2 * this.#underWay);
    if (!behind) return utilization < ROOM_TO_SPARE ? Math.ceil(this.#limit * FAST_RISE) : this.#limit + 1;
    const fall = Math.max(STEEPEST_FALL, LONG_TURN_MS / turnMs);
    return Math.max(SMALLEST, Math.floor(Math.min(this.#limit, this.#underWay) * fall));
  }
}

/** Turns of the event loop since the start of the process. */
function turnsSoFar(): number {
  return performance.nodeTiming.uvMetricsInfo.loopCount;
}
