// Scripts in a worker of a browser.
//
// Takes what it needs of the worker at once, before a script can change it and before the lockdown removes it.

import type { Position, ScriptEngine } from './engine.ts';

const positionOf = (line: unknown, column: unknown): Position | undefined =>
  typeof line === 'number' && line > 0 ? { line, column: typeof column === 'number' ? column : 1 } : undefined;

export const browserEngine = (scope: DedicatedWorkerGlobalScope): ScriptEngine => {
  // Called by another name, eval is indirect: the code runs in the global scope.
  const { eval: evaluateGlobally } = globalThis as unknown as { eval: (source: string) => unknown };
  const report = scope.reportError.bind(scope);
  const listen = scope.addEventListener.bind(scope);
  const ignore = scope.removeEventListener.bind(scope);
  const { port1, port2 } = new MessageChannel();

  return {
    keep: [],

    evaluate: (source, name) => evaluateGlobally(`${source}\n//# sourceURL=${name}`),

    syntaxPosition(error) {
      // Firefox says it on the error; Chromium only in the event of an error that nobody has caught.
      const { lineNumber, columnNumber } = error as { lineNumber?: unknown; columnNumber?: unknown };
      if (lineNumber !== undefined) return positionOf(lineNumber, columnNumber);
      let position: Position | undefined;
      const listener = (event: ErrorEvent): void => {
        position = positionOf(event.lineno, event.colno);
        event.preventDefault();
      };
      listen('error', listener);
      report(error);
      ignore('error', listener);
      return position;
    },

    onUnhandledRejection(listener) {
      listen('unhandledrejection', (event) => {
        event.preventDefault();
        listener(event.reason);
      });
    },

    onRejection(rejected, handled) {
      listen('unhandledrejection', (event) => {
        event.preventDefault();
        rejected(event.promise, event.reason);
      });
      listen('rejectionhandled', (event) => handled(event.promise));
    },

    turn: () =>
      new Promise((resolve) => {
        port1.onmessage = () => resolve();
        port2.postMessage(0);
      }),
  };
};
