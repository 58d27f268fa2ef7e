import { EventEmitter } from 'node:events';
import { IncomingMessage, OutgoingMessage } from 'node:http';
import { Server, Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { ChildProcess } from 'node:child_process';
import { Client, Connection, Pool } from 'pg';
import { WebSocket, WebSocketServer } from 'ws';

/** What breaks by itself, and ends the process when nobody hears of it. Messages of HTTP do so only for those who listen. */
const BREAKABLE = [
  Socket,
  Server,
  Readable,
  Writable,
  Client,
  Connection,
  Pool,
  WebSocket,
  WebSocketServer,
  ChildProcess,
];
const UNBREAKABLE = [IncomingMessage, OutgoingMessage];

/** Which emitters are there, and which of them would end the process. */
export interface EmitterWatch {
  /** How many of each class were seen, at whatever moment. */
  readonly seen: ReadonlyMap<string, number>;
  /** Each that was without a listener to `error` at some moment, by its class and where it was made. */
  readonly deaf: ReadonlySet<string>;
  stop(): void;
}

/** The hook that every emitter calls when it is made, streams and sockets too. */
const maker = EventEmitter as unknown as { init: (this: EventEmitter, options?: object) => void };

/** Shorter than any statement or request takes. */
const LOOK_MS = 1;

/** Watches all emitters that are made from now on. */
export function watchEmitters(): EmitterWatch {
  /** Those that are there, with where they were made. */
  const made = new Map<WeakRef<EventEmitter>, string>();
  const seen = new Map<string, number>();
  const deaf = new Set<string>();
  const counted = new WeakSet<EventEmitter>();
  const { init } = maker;
  maker.init = function (options) {
    init.call(this, options);
    if (UNBREAKABLE.some((kind) => this instanceof kind) || !BREAKABLE.some((kind) => this instanceof kind)) return;
    const lines = new Error('made').stack?.split('\n').slice(2) ?? [];
    const ours = lines.filter((line) => !line.includes('node:')).slice(0, 4);
    made.set(new WeakRef(this), ours.join('\n'));
  };
  let isOver = false;
  const look = (): void => {
    if (isOver) return;
    for (const [reference, where] of made) {
      const emitter = reference.deref();
      if (emitter === undefined || isGone(emitter)) made.delete(reference);
      else if (isAtWork(emitter)) {
        const { name } = emitter.constructor;
        if (!counted.has(emitter)) seen.set(name, (seen.get(name) ?? 0) + 1);
        counted.add(emitter);
        if (emitter.listenerCount('error') === 0) deaf.add(`${name} made\n${where}`);
      }
    }
    setTimeout(look, LOOK_MS);
  };
  setTimeout(look, LOOK_MS);
  return {
    seen,
    deaf,
    stop() {
      isOver = true;
      maker.init = init;
    },
  };
}

/** Whether it is over and cannot say `error` any more. */
function isGone(emitter: EventEmitter): boolean {
  if (emitter instanceof Readable || emitter instanceof Writable) return emitter.destroyed;
  return emitter instanceof WebSocket && emitter.readyState === WebSocket.CLOSED;
}

/** Whether it has begun what may fail. */
function isAtWork(emitter: EventEmitter): boolean {
  if (emitter instanceof Socket) return emitter.connecting || emitter.readyState !== 'closed';
  // What fails while it connects is told to whoever connects it.
  if (emitter instanceof Client) return '_connected' in emitter && emitter._connected === true;
  return !(emitter instanceof Server) || emitter.listening;
}
