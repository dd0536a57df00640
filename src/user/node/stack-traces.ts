// Stack traces as the guest shall see them: without the frames of this runtime, and with the columns of its own text.
//
// V8 gives a trace as call sites to Error.prepareStackTrace, which Node's library defines.

import type { Dict, Fn, NodeRuntime } from './runtime.ts';

interface Site {
  getFunctionName(): string | null;
  getTypeName(): string | null;
  isEval(): boolean;
  isToplevel(): boolean;
  getFileName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  toString(): string;
}

/** Where this code itself is: its frames are nobody's business. */
const own = ((): string | undefined => {
  const frame = new Error().stack?.split('\n').find((line) => /:\d+:\d+\)?$/.test(line));
  return frame === undefined ? undefined : /(?:\(|at |@)([^()\s]+?):\d+:\d+\)?$/.exec(frame)?.[1];
})();

const folderOf = (url: string): string => url.slice(0, url.lastIndexOf('/') + 1);

const isOwnFrame = (file: string | null): boolean => {
  if (file === null || own === undefined) return false;
  return file === own || (own.startsWith('http') && file.startsWith(folderOf(own)));
};

export const installStackTraces = (node: NodeRuntime): void => {
  const holder = Error as unknown as Dict;
  const format = holder['prepareStackTrace'];
  if (typeof format !== 'function') return;
  /** As the engine writes it for code that it has loaded itself. */
  const adjusted = (site: Site): Site => {
    const file = site.getScriptNameOrSourceURL();
    const line = site.getLineNumber();
    const column = site.getColumnNumber();
    if (file === null || line === null || column === null) return site;
    const shift = line === 1 ? node.fatal.shiftOf(file) : 0;
    const place = `${file}:${line}:${column > shift ? column - shift : column}`;
    const top = site.isEval() && site.getFunctionName() === 'eval';
    if (!top && shift === 0) return site;
    const text = top
      ? site.isToplevel()
        ? place
        : `${site.getTypeName()}.<anonymous> (${place})`
      : site.toString().replace(`${file}:1:${column}`, place);
    return { ...site, toString: () => text };
  };
  Object.defineProperty(Error, 'prepareStackTrace', {
    configurable: true,
    enumerable: false,
    writable: true,
    value: function prepareStackTrace(error: unknown, trace: readonly Site[]) {
      const kept: Site[] = [];
      // Frames without a file (`eval`, a generator's `next`) belong to what called them.
      let loose: Site[] = [];
      for (const site of trace) {
        const file = site.getFileName();
        if (isOwnFrame(file)) {
          loose = [];
          // The loop and what called it are below the guest.
          if (isBoundary(site)) break;
          continue;
        }
        if (file === null) {
          loose.push(site);
          continue;
        }
        kept.push(...loose, adjusted(site));
        loose = [];
      }
      kept.push(...loose);
      return (format as Fn)(error, kept);
    },
  });
};

const isBoundary = (site: Site): boolean => /(?:^|\.|\s)enter \(/.test(site.toString());
