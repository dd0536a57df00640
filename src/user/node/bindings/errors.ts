// internalBinding('errors') (node_errors.cc): what happens to an error that nobody catches, and to stack traces.

import type { Fn, MakeBinding } from '../runtime.ts';

export const errors: MakeBinding = (node) => ({
  setPrepareStackTraceCallback: () => {},
  setGetSourceMapErrorSource: (callback: Fn) => {
    node.fatal.sourceMapErrorSource = callback;
  },
  setSourceMapsEnabled: (on: boolean) => {
    node.fatal.sourceMaps = on;
  },
  setMaybeCacheGeneratedSourceMap: () => {},
  setEnhanceStackForFatalException: (before: Fn, after: Fn) => {
    node.fatal.beforeInspector = before;
    node.fatal.afterInspector = after;
  },
  noSideEffectsToString: (value: unknown): string => {
    try {
      return String(value);
    } catch {
      return '[object]';
    }
  },
  triggerUncaughtException: (error: unknown, fromPromise: boolean) => node.fatal.trigger(error, fromPromise),
  getErrorSourcePositions: () => undefined,
});
