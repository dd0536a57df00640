// What a page that comes later is shown: where the replay starts, and in what state.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteString, bytesOf, fromText, toText } from '../../base/bytes.ts';
import { ScreenState } from './screen-state.ts';
import { Scrollback } from './scrollback.ts';

const shown = (scrollback: Scrollback): string => {
  const { prologue, from } = scrollback.replay();
  return toText(byteString(prologue) + byteString(scrollback.slice(from, scrollback.end)));
};

const scrollbackOf = (text: string, limit: number): Scrollback => {
  const scrollback = new Scrollback(limit);
  scrollback.append(bytesOf(fromText(text)));
  return scrollback;
};

describe('the ring', () => {
  it('keeps the last bytes, whatever the pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 40 }), (pieces) => {
        const scrollback = new Scrollback(64);
        const all: number[] = [];
        for (const piece of pieces) {
          scrollback.append(piece);
          all.push(...piece);
        }
        expect(scrollback.end).toBe(all.length);
        expect(scrollback.end - scrollback.start).toBeLessThanOrEqual(64);
        expect(scrollback.end - scrollback.start).toBeGreaterThanOrEqual(Math.min(all.length, 32));
        expect(Array.from(scrollback.slice(scrollback.start, scrollback.end))).toEqual(all.slice(scrollback.start));
      }),
    );
  });

  it('grows up to its limit', () => {
    const scrollback = new Scrollback(128 * 1024);
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    for (let at = 0; at < bytes.length; at += 7000) scrollback.append(bytes.subarray(at, at + 7000));
    expect(scrollback.start).toBe(300_000 - 128 * 1024);
    expect(scrollback.slice(scrollback.start, scrollback.end)).toEqual(bytes.subarray(scrollback.start));
  });
});

describe('a replay', () => {
  it('is everything while nothing was lost', () => {
    expect(shown(scrollbackOf('a\r\nb\x1b[31', 64))).toBe('a\r\nb\x1b[31');
  });

  it('starts with a line', () => {
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}\r\n`).join('');
    const replay = shown(scrollbackOf(lines, 64));
    expect(replay.startsWith('line ')).toBe(true);
    expect(lines.endsWith(replay)).toBe(true);
  });

  it('without a line starts with a whole character', () => {
    const replay = shown(scrollbackOf('字'.repeat(50), 64));
    expect(replay).toBe('字'.repeat(21));
  });

  it('does not start within a control sequence', () => {
    const text = `${'x'.repeat(60)}\x1b[38;5;196mred\x1b[0m${'y'.repeat(52)}`;
    expect(shown(scrollbackOf(text, 64))).toBe(`\x1b[38;5;196mred\x1b[0m${'y'.repeat(52)}`.slice(-70));
  });

  it('does not start within a string', () => {
    const text = `${'x'.repeat(10)}\x1b]0;a long title that is cut\x07${'y'.repeat(50)}`;
    expect(shown(scrollbackOf(text, 64))).toBe(`\x1b]0;a long title that is cut\x1b\\${'y'.repeat(50)}`);
  });

  it('of nothing but a string that never ends is empty', () => {
    const { from } = scrollbackOf(`\x1bPq${'#'.repeat(1000)}`, 64).replay();
    expect(from).toBe(1003);
  });

  it('has the attributes and modes of what was lost', () => {
    const text = `\x1b[1;32m\x1b[?2004h\x1b[?25l${'x'.repeat(100)}\n${'y'.repeat(20)}`;
    expect(shown(scrollbackOf(text, 64))).toBe(`\x1b[?2004h\x1b[?25l\x1b[1;32m${'y'.repeat(20)}`);
  });
});

describe('the state of the screen', () => {
  const prologueAfter = (text: string): string => {
    const state = new ScreenState();
    state.feed(bytesOf(fromText(text)));
    return toText(state.prologue);
  };

  it.each([
    ['plain text', 'hello\r\n\x07', ''],
    ['attributes', '\x1b[1;4;31m', '\x1b[1;4;31m'],
    ['attributes taken back', '\x1b[1;4;31m\x1b[22;39m', '\x1b[4m'],
    ['attributes reset', '\x1b[1;31m\x1b[m', ''],
    ['attributes reset and set', '\x1b[1;31m\x1b[0;7m', '\x1b[7m'],
    ['bold and faint end together', '\x1b[1;2m\x1b[22m', ''],
    ['a colour replaces another', '\x1b[31m\x1b[92m', '\x1b[92m'],
    ['colours of the palette', '\x1b[38;5;200;48;5;17m', '\x1b[38;5;200;48;5;17m'],
    ['true colours', '\x1b[38;2;1;2;3;1m', '\x1b[38;2;1;2;3;1m'],
    ['true colours with colons', '\x1b[38:2::1:2:3m', '\x1b[38:2::1:2:3m'],
    ['kinds of underline', '\x1b[4:3m', '\x1b[4:3m'],
    ['no underline', '\x1b[4:3m\x1b[4:0m', ''],
    ['modifyOtherKeys is no attribute', '\x1b[>4;2m', ''],
    ['the cursor hidden', '\x1b[?25l', '\x1b[?25l'],
    ['and shown', '\x1b[?25l\x1b[?25h', ''],
    ['several modes at once', '\x1b[?1000;1006h', '\x1b[?1000h\x1b[?1006h'],
    ['the alternate screen comes first', '\x1b[?1h\x1b[?1049h', '\x1b[?1049h\x1b[?1h'],
    ['left again', '\x1b[?1049h\x1b[?1049l', ''],
    ['synchronized updates are not kept', '\x1b[?2026h', ''],
    ['insert mode', '\x1b[4h', '\x1b[4h'],
    ['insert mode left', '\x1b[4h\x1b[4l', ''],
    ['the scroll region', '\x1b[2;20r', '\x1b[2;20r'],
    ['the scroll region reset', '\x1b[2;20r\x1b[r', ''],
    ['restoring modes is no scroll region', '\x1b[?1049r', ''],
    ['the shape of the cursor', '\x1b[6 q', '\x1b[6 q'],
    ['the keypad', '\x1b=', '\x1b='],
    ['the keypad left', '\x1b=\x1b>', ''],
    ['line drawing', '\x1b(0', '\x1b(0'],
    ['line drawing left', '\x1b(0\x1b(B', ''],
    ['shift out', '\x1b)0\x0e', '\x1b)0\x0e'],
    ['titles', '\x1b]2;one\x07\x1b]2;two\x1b\\', '\x1b]2;two\x1b\\'],
    ['a title in UTF-8', '\x1b]0;жé\x07', '\x1b]0;жé\x1b\\'],
    ['colours of the palette are not kept', '\x1b]4;1;rgb:00/00/00\x07', ''],
    ['a reset', '\x1b[1m\x1b[?1049h\x1b]0;t\x07\x1b(0\x1bc', ''],
    ['a soft reset keeps the screen', '\x1b[1m\x1b[?1049h\x1b[?6h\x1b[!p', '\x1b[?1049h'],
    ['a sequence aborted by CAN', '\x1b[1\x18m', ''],
    ['a sequence aborted by another', '\x1b[1\x1b[4m', '\x1b[4m'],
    ['controls within a sequence', '\x1b[1\r\nm', '\x1b[1m'],
    ['a device control string', '\x1bP1;2q\x1b[1m\x1b\\', '\x1b[1m'],
  ])('%s', (_, text, expected) => {
    expect(prologueAfter(text)).toBe(expected);
  });

  it('is the same for any pieces', () => {
    const text = '\x1b[1;31m字\x1b]0;жé\x1b\\\x1b[?25l\x1b(0\x0eabc\x1bP+q\x1b\\\x1b[38;5;9m';
    const bytes = bytesOf(fromText(text));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const state = new ScreenState();
      state.feed(bytes.subarray(0, cut));
      const copy = state.clone();
      copy.feed(bytes.subarray(cut));
      expect(toText(copy.prologue)).toBe(prologueAfter(text));
    }
  });

  it('knows where the output can be cut', () => {
    const state = new ScreenState();
    const cuts = [...bytesOf(fromText('a字\x1b[1mb\x1b]0;t\x1b\\'))].map((byte) => {
      state.feed(Uint8Array.of(byte));
      return state.atBoundary ? '|' : '.';
    });
    // a, three bytes of a character, ESC [ 1 m, b, ESC ] 0 ; t ESC \
    expect(cuts.join('')).toBe('|..|...||......|');
  });
});
