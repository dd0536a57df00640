/**
 * The part of the terminal's test driver that runs in the page, before its scripts: waits for the page to set
 * `window.tabos`, then follows the prompt marks (OSC 133) of the terminal and reads its screen.
 */

// The page declares `window.os` and `window.tabos`.
import type {} from '../../src/page/main.ts';

/** What is used of xterm.js's Terminal. */
interface Term {
  readonly cols: number;
  readonly rows: number;
  readonly buffer: {
    readonly active: {
      readonly viewportY: number;
      readonly baseY: number;
      readonly cursorX: number;
      readonly length: number;
      getLine(
        y: number,
      ):
        | { readonly isWrapped: boolean; translateToString(trimRight: boolean, start?: number, end?: number): string }
        | undefined;
    };
  };
  readonly parser: { registerOscHandler(code: number, handler: (data: string) => boolean): unknown };
  registerMarker(offset: number): { readonly line: number };
  onWriteParsed(listener: () => void): { dispose(): void };
  focus(): void;
}

interface Marks {
  prompts(): number;
  /** When each prompt was complete, in milliseconds since the navigation. */
  promptTimes(): readonly number[];
  /** Resolves with false when the time is over. */
  waitForPrompt(seen: number, ms: number): Promise<boolean>;
  waitForScreen(pattern: RegExp, ms: number): Promise<boolean>;
  screen(): string[];
  /** What stands between the input after prompt `index` (from 0) and the next prompt. */
  textBetweenPrompts(index: number): string;
}

declare global {
  interface Window {
    tabosMarks: Marks;
  }
}

/** Travels to the page as text: everything it uses is inside. */
export function installMarks(): void {
  interface Mark {
    readonly marker: { readonly line: number };
    readonly x: number;
  }
  const starts: Mark[] = [];
  const ends: Mark[] = [];
  const times: number[] = [];
  /** The last command has ended: what comes is a prompt. One that is only drawn again, as after a resize, is none. */
  let ended = false;
  const waiting = new Set<() => void>();
  let handle: Window['tabos'] | undefined;

  const notify = () => {
    for (const look of waiting) look();
  };

  const follow = (term: Term) => {
    term.parser.registerOscHandler(133, (data) => {
      const list = data.startsWith('A') ? starts : data.startsWith('B') ? ends : undefined;
      if (data.startsWith('C') || data.startsWith('D')) ended = true;
      if (!ended) return false;
      if (list === ends) {
        times.push(performance.now());
        ended = false;
      }
      list?.push({ marker: term.registerMarker(0), x: term.buffer.active.cursorX });
      return false;
    });
    term.onWriteParsed(notify);
  };

  Object.defineProperty(window, 'tabos', {
    configurable: true,
    get: () => handle,
    set: (value: Window['tabos']) => {
      handle = value;
      follow(value.term);
    },
  });

  const until = (condition: () => boolean, ms: number) =>
    new Promise<boolean>((resolve) => {
      const finish = (came: boolean) => {
        waiting.delete(look);
        clearTimeout(timer);
        resolve(came);
      };
      const look = () => {
        if (condition()) finish(true);
      };
      const timer = setTimeout(() => finish(false), ms);
      waiting.add(look);
      look();
    });

  const screen = () => {
    if (!handle) return ['(the page has set no window.tabos)'];
    const { rows, buffer } = handle.term;
    const lines = Array.from({ length: rows }, (_, row) => {
      return (
        buffer.active
          .getLine(buffer.active.viewportY + row)
          ?.translateToString(true)
          .trimEnd() ?? ''
      );
    });
    while (lines.at(-1) === '') lines.pop();
    return lines;
  };

  const textBetweenPrompts = (index: number) => {
    const from = ends[index];
    const to = starts[index + 1];
    if (!handle || !from || !to) throw new Error(`there is no prompt ${index + 1} yet`);
    const { active } = handle.term.buffer;
    // The typed command may be wrapped: the output starts on the first line that does not continue it.
    let first = from.marker.line + 1;
    while (active.getLine(first)?.isWrapped) first++;
    const lines: string[] = [];
    for (let y = first; y <= to.marker.line; y++) {
      const line = active.getLine(y);
      const last = y === to.marker.line;
      if (!line || (last && to.x === 0)) break;
      // Spaces at the end of a row that goes on in the next one are text.
      const goesOn = active.getLine(y + 1)?.isWrapped ?? false;
      const text = last ? line.translateToString(false, 0, to.x) : line.translateToString(!goesOn);
      lines.push(line.isWrapped ? `${lines.pop() ?? ''}${text}` : text);
    }
    return lines.map((line) => line.trimEnd()).join('\n');
  };

  window.tabosMarks = {
    prompts: () => ends.length,
    promptTimes: () => times,
    waitForPrompt: (seen, ms) => until(() => ends.length > seen, ms),
    waitForScreen: (pattern, ms) => until(() => pattern.test(screen().join('\n')), ms),
    screen,
    textBetweenPrompts,
  };
}
