// The state that output leaves a terminal in beside the text: attributes, modes, scroll region, character sets, title.
// Fed with what falls out of the scrollback, so that what remains can be shown as it would have looked (`prologue`).
//
// Not kept: the text, the cursor, saved cursors, colours of the palette, links.

import { EscapeParser, type SequenceSink } from './escape-parser.ts';

/** Private modes that are on in a fresh terminal: DECARM, DECAWM, DECTCEM. */
const ON_AT_START: ReadonlySet<number> = new Set([7, 8, 25]);
/** Modes that are events: 132 columns clears the screen, 1048 saves the cursor, 2026 holds back one update. */
const TRANSIENT: ReadonlySet<number> = new Set([3, 1048, 2026]);
const ALTERNATE_SCREEN: ReadonlySet<number> = new Set([47, 1047, 1049]);

/** Graphic rendition: which code sets what; a code of the third column takes it back. */
const RENDITIONS: readonly (readonly [slot: string, set: readonly number[], clear: number])[] = [
  ['bold', [1], 22],
  ['faint', [2], 22],
  ['italic', [3], 23],
  ['underline', [4, 21], 24],
  ['blink', [5, 6], 25],
  ['inverse', [7], 27],
  ['hidden', [8], 28],
  ['strike', [9], 29],
  ['foreground', [30, 31, 32, 33, 34, 35, 36, 37, 38, 90, 91, 92, 93, 94, 95, 96, 97], 39],
  ['background', [40, 41, 42, 43, 44, 45, 46, 47, 48, 100, 101, 102, 103, 104, 105, 106, 107], 49],
  ['overline', [53], 55],
  ['underline colour', [58], 59],
];
const SLOT_OF = new Map(RENDITIONS.flatMap(([slot, set]) => set.map((code) => [code, slot] as const)));
/** Colours that take parameters: 5;N or 2;R;G;B. */
const EXTENDED_COLOURS: ReadonlySet<number> = new Set([38, 48, 58]);

export class ScreenState implements SequenceSink {
  private parser = new EscapeParser();
  private privateModes = new Map<number, boolean>();
  private modes = new Set<string>();
  private rendition = new Map<string, string>();
  private scrollRegion = '';
  private cursorStyle = '';
  private keypad = false;
  private charsets = new Map<string, string>();
  private shifted = false;
  private titles = new Map<string, string>();

  clone(): ScreenState {
    const copy = Object.assign(new ScreenState(), this);
    copy.parser = this.parser.clone();
    copy.privateModes = new Map(this.privateModes);
    copy.modes = new Set(this.modes);
    copy.rendition = new Map(this.rendition);
    copy.charsets = new Map(this.charsets);
    copy.titles = new Map(this.titles);
    return copy;
  }

  get atBoundary(): boolean {
    return this.parser.atBoundary;
  }

  feed(bytes: Uint8Array): void {
    this.parser.feed(bytes, this);
  }

  /** What brings a fresh terminal into this state, as a byte string. */
  get prologue(): string {
    const set = ([mode, on]: readonly [number, boolean]): string => `\x1b[?${mode}${on ? 'h' : 'l'}`;
    const all = [...this.privateModes];
    const parts = [
      ...[...this.titles].map(([kind, title]) => `\x1b]${kind};${title}\x1b\\`),
      ...all.filter(([mode]) => ALTERNATE_SCREEN.has(mode)).map(set),
      ...all.filter(([mode]) => !ALTERNATE_SCREEN.has(mode)).map(set),
      ...[...this.modes].map((mode) => `\x1b[${mode}h`),
      this.scrollRegion === '' ? '' : `\x1b[${this.scrollRegion}r`,
      this.cursorStyle === '' ? '' : `\x1b[${this.cursorStyle}q`,
      this.keypad ? '\x1b=' : '',
      ...[...this.charsets].map(([slot, charset]) => `\x1b${slot}${charset}`),
      this.shifted ? '\x0e' : '',
      this.rendition.size === 0 ? '' : `\x1b[${[...this.rendition.values()].join(';')}m`,
    ];
    return parts.join('');
  }

  escape(intermediates: string, final: string): void {
    if (intermediates === '') {
      if (final === 'c') this.reset();
      else if (final === '=') this.keypad = true;
      else if (final === '>') this.keypad = false;
    } else if ('()*+'.includes(intermediates)) {
      // B is ASCII, what every set is at first.
      if (final === 'B') this.charsets.delete(intermediates);
      else this.charsets.set(intermediates, final);
    }
  }

  shift(out: boolean): void {
    this.shifted = out;
  }

  osc(text: string): void {
    const [, kind, title] = /^([012]);(.*)$/s.exec(text) ?? [];
    if (kind === undefined || title === undefined) return;
    if (kind === '0') this.titles.clear();
    this.titles.set(kind, title);
  }

  csi(parameters: string, final: string): void {
    const on = final === 'h';
    if (on || final === 'l') {
      if (parameters.startsWith('?')) this.setPrivateModes(parameters.slice(1), on);
      else this.setModes(parameters, on);
    } else if (final === 'm' && /^[\d;:]*$/.test(parameters)) {
      this.setRendition(parameters);
    } else if (final === 'r' && /^[\d;]*$/.test(parameters)) {
      this.scrollRegion = parameters;
    } else if (final === 'q' && parameters.endsWith(' ')) {
      this.cursorStyle = parameters;
    } else if (final === 'p' && parameters === '!') {
      this.softReset();
    }
  }

  private reset(): void {
    this.softReset();
    this.privateModes.clear();
    this.cursorStyle = '';
    this.titles.clear();
  }

  /** DECSTR */
  private softReset(): void {
    for (const mode of [1, 6, 7, 25]) this.privateModes.delete(mode);
    this.modes.clear();
    this.rendition.clear();
    this.scrollRegion = '';
    this.keypad = false;
    this.charsets.clear();
    this.shifted = false;
  }

  private setPrivateModes(list: string, on: boolean): void {
    for (const item of list.split(';')) {
      const mode = Number(item);
      if (!Number.isInteger(mode) || item === '' || TRANSIENT.has(mode)) continue;
      this.privateModes.delete(mode);
      if (on !== ON_AT_START.has(mode)) this.privateModes.set(mode, on);
    }
  }

  private setModes(list: string, on: boolean): void {
    for (const mode of list.split(';')) {
      if (!/^\d+$/.test(mode)) continue;
      if (on) this.modes.add(mode);
      else this.modes.delete(mode);
    }
  }

  private setRendition(list: string): void {
    const items = list.split(';');
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as string;
      const code = Number.parseInt(item, 10);
      if (item === '' || code === 0) {
        this.rendition.clear();
      } else if (item === '4:0') {
        this.rendition.delete('underline');
      } else if (EXTENDED_COLOURS.has(code) && !item.includes(':')) {
        const length = items[i + 1] === '2' ? 5 : 3;
        this.rendition.set(SLOT_OF.get(code) as string, items.slice(i, i + length).join(';'));
        i += length - 1;
      } else {
        this.setSimpleRendition(code, item);
      }
    }
  }

  private setSimpleRendition(code: number, item: string): void {
    for (const [slot, , clear] of RENDITIONS) if (clear === code) this.rendition.delete(slot);
    const slot = SLOT_OF.get(code);
    if (slot !== undefined) this.rendition.set(slot, item);
  }
}
