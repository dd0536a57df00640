// internalBinding('task_queue') and ('timers'): ticks, microtasks, rejections, timers, immediates: what the event loop
// (../event-loop.ts) calls, and the memory that it shares with Node's library.

import type { MakeBinding } from '../runtime.ts';

const REJECTED_WITHOUT_HANDLER = 0;
const HANDLER_ADDED = 1;

export const taskQueue: MakeBinding = (node) => ({
  tickInfo: node.loop.tickInfo,
  enqueueMicrotask: (callback: () => void): void => node.host.queueMicrotask(() => node.loop.enter(callback)),
  setTickCallback: (callback: () => void) => {
    node.loop.guest.ticks = callback;
  },
  runMicrotasks: () => node.loop.microtasks(),
  setPromiseRejectCallback: (callback: (type: number, promise: unknown, reason: unknown) => void): void => {
    node.host.engine.onRejection(
      (promise, reason) => node.loop.enter(() => callback(REJECTED_WITHOUT_HANDLER, promise, reason)),
      (promise) => node.loop.enter(() => callback(HANDLER_ADDED, promise, undefined)),
    );
  },
});

export const timers: MakeBinding = (node) => ({
  immediateInfo: node.loop.immediateInfo,
  timeoutInfo: new Int32Array(1),
  setupTimers: (processImmediate: () => void, processTimers: (now: number) => number): void => {
    node.loop.guest.processImmediate = processImmediate;
    node.loop.guest.processTimers = processTimers;
  },
  getLibuvNow: () => node.loop.now,
  scheduleTimer: (ms: number) => node.loop.scheduleTimer(ms),
  toggleTimerRef: (on: boolean) => node.loop.refTimer(on),
  toggleImmediateRef: (on: boolean) => node.loop.refImmediate(on),
});
