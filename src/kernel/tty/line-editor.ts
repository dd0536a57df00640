// Line editing in canonical mode: VERASE, VWERASE, VKILL and VREPRINT change the line that is being typed, which is
// the end of the input queue after its last complete line, and show it by echoes.

import { MAX_CANON } from '../../abi/termios.ts';
import { isContinuation, isControl, isWord, TAB } from './ctype.ts';
import type { Echo } from './echo.ts';
import type { InputQueue } from './input-queue.ts';
import type { Modes } from './modes.ts';

interface Line {
  readonly input: InputQueue;
  readonly echo: Echo;
  readonly modes: Modes;
}

/** Whether two positions are the same place of the ring: a line that fills it counts as empty, as on Linux. */
const samePlace = (a: number, b: number): boolean => (a - b) % MAX_CANON === 0;

/** VERASE: the last character, all its bytes with IUTF8. */
export const eraseChar = (line: Line): void => {
  if (line.input.lineIsEmpty) return;
  eraseLast(line, line.modes.echoe);
  finish(line);
};

/** VWERASE: the last word and what follows it. */
export const eraseWord = (line: Line): void => {
  const { input } = line;
  if (input.lineIsEmpty) return;
  let inWord = false;
  while (!samePlace(input.head, input.canonHead)) {
    const start = lastCharStart(line);
    if (start === undefined) break;
    if (isWord(input.at(start))) inWord = true;
    else if (inWord) break;
    eraseLast(line, true);
  }
  finish(line);
};

/** VKILL: the whole line; wiped out on the screen only with ECHOK, ECHOKE and ECHOE together. */
export const killLine = (line: Line): void => {
  const { input, echo, modes } = line;
  if (input.lineIsEmpty) return;
  if (modes.echo && modes.echok && modes.echoke && modes.echoe) {
    while (!samePlace(input.head, input.canonHead) && eraseLast(line, true));
    finish(line);
    return;
  }
  input.head = input.canonHead;
  if (!modes.echo) return;
  echo.finishErasing();
  echo.char(modes.kill);
  if (modes.echok) echo.newline();
};

/** VREPRINT: the line once more, on a new line. */
export const reprint = ({ input, echo }: Line, key: number): void => {
  echo.finishErasing();
  echo.char(key);
  echo.newline();
  for (let at = input.canonHead; !samePlace(at, input.head); at++) echo.char(input.at(at));
};

const continues = ({ modes }: Line, c: number): boolean => modes.iutf8 && isContinuation(c);

/** Where the last character begins; undefined when the line has only continuation bytes. */
const lastCharStart = (line: Line): number | undefined => {
  const { input } = line;
  let at = input.head - 1;
  while (continues(line, input.at(at)) && !samePlace(at, input.canonHead)) at--;
  return continues(line, input.at(at)) ? undefined : at;
};

/** Take the last character off the line; `wipe` says whether the screen can do so too. False when there is none. */
const eraseLast = (line: Line, wipe: boolean): boolean => {
  const { input, echo, modes } = line;
  const start = lastCharStart(line);
  if (start === undefined) return false;
  const first = input.at(start);
  const rest: number[] = [];
  for (let at = start + 1; at < input.head; at++) rest.push(input.at(at));
  input.head = start;
  if (!modes.echo) return true;
  if (modes.echoprt) echo.printErased(first, rest);
  else if (!wipe) echo.char(modes.erase);
  else if (first === TAB) wipeTab(line);
  else if (!isControl(first)) echo.rubOut(1);
  else if (modes.echoctl) echo.rubOut(2);
  return true;
};

/** A tab is as wide as what stands before it, back to the tab before or to the start of the line, leaves it. */
const wipeTab = (line: Line): void => {
  const { input, echo, modes } = line;
  let columns = 0;
  for (let at = input.head; !samePlace(at, input.canonHead); ) {
    const c = input.at(--at);
    if (c === TAB) {
      echo.rubOutTab(columns, true);
      return;
    }
    if (isControl(c)) columns += modes.echoctl ? 2 : 0;
    else if (!continues(line, c)) columns++;
  }
  echo.rubOutTab(columns, false);
};

const finish = ({ input, echo, modes }: Line): void => {
  if (input.lineIsEmpty && modes.echo) echo.finishErasing();
};
