// Random scenarios for the terminal, the same for the same seed: any flags, any control characters, and input that is
// rich in what is special.

import { CC, defaultTermios, IFLAG, LFLAG, OFLAG, TCFLOW, TCFLUSH, TCSA } from '../../../abi/termios.ts';
import type { RecordedTermios, Scenario, Step } from './scenario.ts';

type Random = () => number;

/** mulberry32: small, and good enough to pick test input. */
const generator = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

const below = (random: Random, n: number): number => Math.floor(random() * n);
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T;

const IFLAGS = ['ISTRIP', 'INLCR', 'IGNCR', 'ICRNL', 'IUCLC', 'IXON', 'IXANY', 'IMAXBEL', 'IUTF8', 'PARMRK'] as const;
const OFLAGS = ['OPOST', 'OLCUC', 'ONLCR', 'OCRNL', 'ONOCR', 'ONLRET', 'TAB3'] as const;
const LFLAGS = [
  'ISIG',
  'ICANON',
  'ECHO',
  'ECHOE',
  'ECHOK',
  'ECHONL',
  'NOFLSH',
  'ECHOCTL',
  'ECHOPRT',
  'ECHOKE',
  'IEXTEN',
] as const;

const ORDINARY = ['a', 'b', 'Z', '0', '_', ' ', '.', ';', '|', 'é', '字', '🙂', '\t', '\t', 'foo bar', 'x-y'];
const CONTROL = '\x00\x01\x03\x04\x04\x06\x08\x0d\x0a\x0a\x0d\x0f\x11\x12\x13\x15\x16\x17\x17\x1a\x1b\x1c\x7f\x7f\x7f';
const EIGHT_BIT = '\x80\xa0\xb5\xc1\xd7\xdf\xe4\xf7\xff';

/** As a byte string. */
const utf8 = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

const piece = (random: Random): string => {
  const kind = random();
  if (kind < 0.55) return utf8(pick(random, ORDINARY));
  if (kind < 0.93) return CONTROL.charAt(below(random, CONTROL.length));
  return EIGHT_BIT.charAt(below(random, EIGHT_BIT.length));
};

const pieces = (random: Random, most: number): string => {
  let text = '';
  for (let n = 1 + below(random, most); n > 0; n--) text += piece(random);
  return text;
};

/** Some flags of the usual ones the other way round, or all of them at random. */
const flags = <F extends string>(
  random: Random,
  base: number,
  names: readonly F[],
  bits: Record<F, number>,
): number => {
  const chance = pick(random, [0, 0.05, 0.15, 0.5]);
  let value = base;
  for (const name of names) if (random() < chance) value ^= bits[name];
  return value;
};

const CONTROL_VALUES = [0, 0, 4, 8, 10, 13, 21, 59, 97, 124, 127, 0xe9, 0xff];
/** For those that must not occur again and again in `bulk`. */
const RARE_VALUES = [0, 4, 8, 21, 59, 97, 127, 0xff];
const RARE: readonly number[] = [CC.VINTR, CC.VQUIT, CC.VSUSP, CC.VREPRINT];

const randomTermios = (random: Random): RecordedTermios => {
  const { iflag, oflag, lflag, cc } = defaultTermios();
  const chance = pick(random, [0, 0, 0.1, 0.3]);
  const chars = [...cc].map((c, i) =>
    random() < chance ? pick(random, RARE.includes(i) ? RARE_VALUES : CONTROL_VALUES) : c,
  );
  chars[CC.VTIME] = 0;
  chars[CC.VMIN] = pick(random, [1, 1, 1, 0, 5]);
  // Linux confuses VWERASE with a VKILL of the same value when IEXTEN is off.
  chars[CC.VWERASE] = pick(random, [23, 23, 0, 119]);
  if (random() < 0.2) return { iflag: flags(random, 0, IFLAGS, IFLAG), oflag, lflag: 0, cc: chars };
  return {
    iflag: flags(random, iflag, IFLAGS, IFLAG),
    oflag: flags(random, oflag, OFLAGS, OFLAG),
    lflag: flags(random, lflag, LFLAGS, LFLAG),
    cc: chars,
  };
};

/**
 * Much at once, without signals: how much of an echo they discard depends on how it was cut into batches. And not too
 * much of it: Linux garbles its echo when one batch has more than 4096 bytes of it, as when a long line is killed.
 */
const bulk = (random: Random): string => {
  const unit = utf8(pick(random, ['q', '字', 'é', 'x\ty', 'qb\n', 'line of text\r', '\x01', '\0']));
  return unit.repeat(1 + below(random, 300 / unit.length));
};

/**
 * No TCOOFF and TCOON: after the latter Linux holds back what was typed meanwhile until something else is shown, ours
 * shows it at once.
 */
const FLOWS = [TCFLOW.IOFF, TCFLOW.ION];

const randomStep = (random: Random): Step => {
  const kind = random();
  if (kind < 0.01) return { type: bulk(random) };
  if (kind < 0.02) return { print: bulk(random) };
  if (kind < 0.5) return { type: pieces(random, pick(random, [1, 3, 12])) };
  if (kind < 0.65) return { print: pieces(random, 10) };
  if (kind < 0.85) return { read: pick(random, [1, 3, 8, 100, 4096]) };
  if (kind < 0.96) return { termios: randomTermios(random), when: pick(random, Object.values(TCSA)) };
  if (kind < 0.98) return { flush: pick(random, Object.values(TCFLUSH)) };
  return { flow: pick(random, FLOWS) };
};

/** Scenario `seed` of the endless list. */
export const randomScenario = (seed: number): Scenario => {
  const random = generator(seed);
  const termios = randomTermios(random);
  const steps = Array.from({ length: 4 + below(random, 20) }, () => randomStep(random));
  return { termios, steps };
};
