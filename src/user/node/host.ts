// What the runtime of node uses of the JavaScript host. Taken before the lockdown removes it from the global object and
// before Node's own library puts its versions of these names there.

import type { ScriptEngine } from '../js/engine.ts';

export interface Host {
  readonly engine: ScriptEngine;
  /** Milliseconds since the process began, with fractions. */
  readonly now: () => number;
  /** Of `now`, since the epoch. */
  readonly timeOrigin: number;
  readonly randomFill: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly URL: typeof URL;
  readonly TextDecoder: typeof TextDecoder;
  readonly structuredClone: typeof structuredClone;
  readonly queueMicrotask: typeof queueMicrotask;
  /** UTF-8, with U+FFFD for what is none; a byte order mark is kept. */
  readonly decodeUtf8: (bytes: Uint8Array) => string;
  readonly encodeUtf8: (text: string) => Uint8Array<ArrayBuffer>;
  readonly encodeInto: (text: string, bytes: Uint8Array) => TextEncoderEncodeIntoResult;
  /** Throws the engine's SyntaxError for what is no script. */
  readonly checkSyntax: (source: string) => void;
  /** Processors. */
  readonly cores: number;
  /** Evaluates in the global scope. */
  readonly evaluate: (source: string) => unknown;
  /** Calls `turn` in a task of its own, soon. */
  readonly nextTask: (turn: () => void) => void;
}

/** Shared memory is not to be decoded in place. */
const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  (bytes.buffer instanceof SharedArrayBuffer ? bytes.slice() : bytes) as Uint8Array<ArrayBuffer>;

export const takeHost = (engine: ScriptEngine): Host => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  const random = crypto;
  const clock = performance;
  const { port1, port2 } = new MessageChannel();
  const origin = clock.now();
  let waiting: (() => void) | undefined;
  port1.onmessage = () => {
    const turn = waiting;
    waiting = undefined;
    turn?.();
  };
  const { Function: Compile } = globalThis;
  const { eval: evaluate } = globalThis as unknown as { eval: (source: string) => unknown };
  return {
    engine,
    now: () => clock.now() - origin,
    timeOrigin: clock.timeOrigin + origin,
    randomFill: (bytes) => void random.getRandomValues(bytes),
    URL,
    TextDecoder,
    structuredClone,
    queueMicrotask: queueMicrotask.bind(globalThis),
    decodeUtf8: (bytes) => decoder.decode(unshared(bytes)),
    encodeUtf8: (text) => encoder.encode(text),
    encodeInto: (text, bytes) => encoder.encodeInto(text, bytes as Uint8Array<ArrayBuffer>),
    evaluate,
    checkSyntax: (source) => void new Compile(source),
    cores: (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1,
    nextTask: (turn) => {
      waiting = turn;
      port2.postMessage(0);
    },
  };
};
