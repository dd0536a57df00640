// What a script's end by an error says on stderr: FILE:LINE:COLUMN, the error, and the frames in the script.

import type { Position } from './engine.ts';
import { inspect } from './inspect.ts';

/** Frames as V8 writes them, `at f (name:1:2)` or `at name:1:2`, and as SpiderMonkey does, `f@name:1:2`. */
const FRAMES = [
  /^\s*at (?:(?<caller>.*?) \()?(?<file>.+?):(?<line>\d+):(?<column>\d+)\)?$/,
  /^(?<caller>.*?)@(?<file>.+?):(?<line>\d+):(?<column>\d+)$/,
];

interface Frame extends Position {
  readonly caller: string;
}

/** The frames of an error that are in the script. */
const framesOf = (stack: unknown, name: string): Frame[] => {
  if (typeof stack !== 'string') return [];
  const frames: Frame[] = [];
  for (const text of stack.split('\n')) {
    const match = FRAMES.map((pattern) => pattern.exec(text)).find((found) => found?.groups?.['file'] === name);
    const groups = match?.groups;
    if (groups === undefined) continue;
    const caller = groups['caller'] ?? '';
    frames.push({
      caller: caller === 'eval' ? '' : caller,
      line: Number(groups['line']),
      column: Number(groups['column']),
    });
  }
  return frames;
};

const headOf = (error: unknown): string => {
  if (!(error instanceof Error)) return inspect(error);
  try {
    return String(error);
  } catch {
    return 'an error that cannot be shown';
  }
};

/** Has the error been thrown by code of the script, and not by its compilation? */
export const isThrownBy = (error: Error, name: string): boolean => framesOf(error.stack, name).length > 0;

/** A place in the script, given that `shift` characters were put before its first line to run it. */
const unshift = ({ line, column }: Position, shift: number): string =>
  `${line}:${line === 1 ? Math.max(1, column - shift) : column}`;

/** The text, with a newline at its end. `position` is where a syntax error was found. */
export const describeError = (error: unknown, name: string, shift: number, position?: Position): string => {
  const frames = position === undefined && error instanceof Error ? framesOf(error.stack, name) : [];
  const at = position ?? frames[0];
  const head = `${name}${at === undefined ? '' : `:${unshift(at, shift)}`}: uncaught ${headOf(error)}`;
  const trace = frames.map(
    (frame) => `    at ${frame.caller === '' ? '' : `${frame.caller} `}(${name}:${unshift(frame, shift)})`,
  );
  return `${[head, ...trace].join('\n')}\n`;
};
