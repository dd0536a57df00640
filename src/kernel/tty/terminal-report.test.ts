import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../base/bytes.ts';
import { isTerminalReport } from './terminal-report.ts';

describe('what an emulator answers', () => {
  it.each([
    ['primary device attributes', '\x1b[?1;2c'],
    ['secondary device attributes', '\x1b[>0;276;0c'],
    ['cursor position', '\x1b[12;40R'],
    ['extended cursor position', '\x1b[?12;40R'],
    ['status', '\x1b[0n'],
    ['a mode', '\x1b[?2026;2$y'],
    ['the size in pixels', '\x1b[4;600;800t'],
    ['a colour', '\x1b]11;rgb:0000/0000/0000\x1b\\'],
    ['a colour, ended by BEL', '\x1b]11;rgb:0000/0000/0000\x07'],
    ['a setting', '\x1bP1$r0m\x1b\\'],
    ['two of them', '\x1b[?1;2c\x1b[3;4R'],
  ])('%s', (_, text) => expect(isTerminalReport(bytesOf(text))).toBe(true));
});

describe('what people type', () => {
  it.each([
    ['a letter', 'R'],
    ['escape', '\x1b'],
    ['an arrow', '\x1b[A'],
    ['an arrow with control', '\x1b[1;5C'],
    ['a function key', '\x1b[15~'],
    ['F3', '\x1bOR'],
    ['alt', '\x1bx'],
    ['a click', '\x1b[<0;10;10M'],
    ['a paste', '\x1b[200~R\x1b[201~'],
    ['focus', '\x1b[I'],
    ['text after a report', '\x1b[1;1Rls'],
    ['nothing', ''],
  ])('%s', (_, text) => expect(isTerminalReport(bytesOf(text))).toBe(false));
});
