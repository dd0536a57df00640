// The line discipline's behaviour, one a row: the same rows are run on ours (line-discipline.test.ts) and on Linux's
// (fuzz.mjs).

import { fromText } from '../../../base/bytes.ts';
import { type ControlChars, type Flag, termiosWith } from './rig.ts';
import type { Outcome, Scenario } from './scenario.ts';

export interface Case {
  /** Changes of the usual attributes. */
  readonly flags?: readonly Flag[];
  readonly cc?: ControlChars;
  /** Typed key by key. */
  readonly type: string;
  readonly screen: string;
  /** What reads give afterwards, until one would wait. */
  readonly reads?: readonly string[];
  readonly signals?: readonly string[];
}

export const CASES: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  lines: {
    'a line is read when it is complete': { type: 'ab', screen: 'ab' },
    'CR ends it with ICRNL': { type: 'ab\r', screen: 'ab\r\n', reads: ['ab\n'] },
    'NL ends it': { type: 'ab\n', screen: 'ab\r\n', reads: ['ab\n'] },
    'each read gives one line': { type: 'a\rb\r', screen: 'a\r\nb\r\n', reads: ['a\n', 'b\n'] },
    'an empty line': { type: '\r', screen: '\r\n', reads: ['\n'] },
    'UTF-8 is kept': { type: 'жé字🙂\r', screen: 'жé字🙂\r\n', reads: ['жé字🙂\n'] },
    'VEOL ends a line and is read': { cc: { VEOL: 59 }, type: 'a;b\r', screen: 'a;b\r\n', reads: ['a;', 'b\n'] },
    'VEOL2 ends a line with IEXTEN': { cc: { VEOL2: 59 }, type: 'a;', screen: 'a;', reads: ['a;'] },
    'VEOL2 is nothing without': {
      flags: ['-IEXTEN'],
      cc: { VEOL2: 59 },
      type: 'a;\r',
      screen: 'a;\r\n',
      reads: ['a;\n'],
    },
    'VEOF gives what there is': { type: 'ab\x04', screen: 'ab', reads: ['ab'] },
    'VEOF on an empty line is the end of file': { type: '\x04', screen: '', reads: [''] },
    'VEOF twice after text': { type: 'ab\x04\x04', screen: 'ab', reads: ['ab', ''] },
    'VEOF, then a line': { type: '\x04a\r', screen: 'a\r\n', reads: ['', 'a\n'] },
    'VEOF switched off': { cc: { VEOF: 0 }, type: 'a\x04\r', screen: 'a^D\r\n', reads: ['a\x04\n'] },
    'NUL is an ordinary byte': { type: 'a\0b\r', screen: 'a^@b\r\n', reads: ['a\0b\n'] },
  },

  'input mapping': {
    IGNCR: { flags: ['IGNCR'], type: 'a\rb\n', screen: 'ab\r\n', reads: ['ab\n'] },
    'no ICRNL': { flags: ['-ICRNL'], type: 'a\rb\n', screen: 'a^Mb\r\n', reads: ['a\rb\n'] },
    INLCR: { flags: ['INLCR', '-ICRNL'], type: 'a\nb', screen: 'a^Mb' },
    'INLCR and ICRNL': { flags: ['INLCR'], type: 'a\nb\r', screen: 'a^Mb\r\n', reads: ['a\rb\n'] },
    IUCLC: { flags: ['IUCLC'], type: 'aBC\r', screen: 'abc\r\n', reads: ['abc\n'] },
    'IUCLC needs IEXTEN': { flags: ['IUCLC', '-IEXTEN'], type: 'aB\r', screen: 'aB\r\n', reads: ['aB\n'] },
    'PARMRK alone changes no ASCII': { flags: ['PARMRK'], type: 'ab\r', screen: 'ab\r\n', reads: ['ab\n'] },
  },

  echo: {
    'no ECHO': { flags: ['-ECHO'], type: 'a\x7fb\r', screen: '', reads: ['b\n'] },
    'ECHONL without ECHO': { flags: ['-ECHO', 'ECHONL'], type: 'ab\r', screen: '\r\n', reads: ['ab\n'] },
    'control characters as ^X': { type: 'a\x01\x1b\r', screen: 'a^A^[\r\n', reads: ['a\x01\x1b\n'] },
    'DEL as ^?': { cc: { VERASE: 8 }, type: '\x7f\r', screen: '^?\r\n', reads: ['\x7f\n'] },
    'a tab as itself': { type: 'a\tb', screen: 'a\tb' },
    'no ECHOCTL': { flags: ['-ECHOCTL'], type: 'a\x01b', screen: 'a\x01b' },
    'through OPOST': { flags: ['TAB3'], type: 'abc\td', screen: 'abc     d' },
    'without OPOST': { flags: ['-OPOST'], type: 'ab\r', screen: 'ab\n', reads: ['ab\n'] },
  },

  VERASE: {
    'one character': { type: 'ab\x7f\r', screen: 'ab\b \b\r\n', reads: ['a\n'] },
    'nothing on an empty line': { type: '\x7f\x7f\r', screen: '\r\n', reads: ['\n'] },
    'not across lines': { type: 'a\r\x7f', screen: 'a\r\n', reads: ['a\n'] },
    'all bytes of a character': { type: 'a字\x7f\r', screen: 'a字\b \b\r\n', reads: ['a\n'] },
    'single bytes without IUTF8': { flags: ['-IUTF8'], type: 'é\x7f\x7f\r', screen: 'é\b \b\b \b\r\n', reads: ['\n'] },
    'both columns of ^X': { type: 'a\x01\x7f\r', screen: 'a^A\b \b\b \b\r\n', reads: ['a\n'] },
    'no column of a control character without ECHOCTL': {
      flags: ['-ECHOCTL'],
      type: 'a\x01\x7f\r',
      screen: 'a\x01\r\n',
      reads: ['a\n'],
    },
    'a tab from the start': { type: '\t\x7f', screen: '\t\b\b\b\b\b\b\b\b' },
    'a tab after text': { type: 'abc\t\x7f', screen: 'abc\t\b\b\b\b\b' },
    'a tab after a tab': { type: 'a\tbc\t\x7f', screen: 'a\tbc\t\b\b\b\b\b\b' },
    'a tab after ^X': { type: 'a\x01\t\x7f', screen: 'a^A\t\b\b\b\b\b' },
    'a tab after wide characters counts each as one': { type: '字字\t\x7f', screen: '字字\t\b\b\b\b\b\b' },
    'without ECHOE it is echoed': { flags: ['-ECHOE'], type: 'ab\x7f\r', screen: 'ab^?\r\n', reads: ['a\n'] },
    'ECHOPRT as on paper': { flags: ['ECHOPRT'], type: 'abc\x7f\x7fd\r', screen: 'abc\\cb/d\r\n', reads: ['ad\n'] },
    'ECHOPRT closes at the start of the line': { flags: ['ECHOPRT'], type: 'a\x7f', screen: 'a\\a/' },
    'ECHOPRT with UTF-8': { flags: ['ECHOPRT'], type: 'aé\x7fb', screen: 'aé\\é/b' },
  },

  VWERASE: {
    'a word': { type: 'foo bar\x17', screen: `foo bar${'\b \b'.repeat(3)}` },
    'a word and the blanks after it': {
      type: 'foo bar  \x17\r',
      screen: `foo bar  ${'\b \b'.repeat(5)}\r\n`,
      reads: ['foo \n'],
    },
    'punctuation goes with what follows': {
      type: 'a.b--\x17\r',
      screen: `a.b--${'\b \b'.repeat(3)}\r\n`,
      reads: ['a.\n'],
    },
    'an underscore is of the word': { type: 'x a_1\x17\r', screen: `x a_1${'\b \b'.repeat(3)}\r\n`, reads: ['x \n'] },
    'needs IEXTEN': { flags: ['-IEXTEN'], type: 'a\x17\r', screen: 'a^W\r\n', reads: ['a\x17\n'] },
  },

  VKILL: {
    'wipes the line': { type: 'abc\x15d\r', screen: `abc${'\b \b'.repeat(3)}d\r\n`, reads: ['d\n'] },
    'without ECHOKE a new line': { flags: ['-ECHOKE'], type: 'abc\x15d\r', screen: 'abc^U\r\nd\r\n', reads: ['d\n'] },
    'without ECHOK and ECHOKE': { flags: ['-ECHOKE', '-ECHOK'], type: 'ab\x15', screen: 'ab^U' },
    'nothing on an empty line': { flags: ['-ECHOKE'], type: '\x15', screen: '' },
    'tabs and ^X at their widths': { type: 'a\t\x01\x15', screen: 'a\t^A\b \b\b \b\b\b\b\b\b\b\b\b \b' },
    'with ECHOPRT': { flags: ['ECHOPRT'], type: 'ab\x15', screen: 'ab\\ba/' },
  },

  'VLNEXT and VREPRINT': {
    'the next key is itself': { type: '\x16\x03\r', screen: '^\b^C\r\n', reads: ['\x03\n'] },
    'also VERASE': { type: 'a\x16\x7f\r', screen: 'a^\b^?\r\n', reads: ['a\x7f\n'] },
    'also NL, which ends no line': { type: 'a\x16\nb\r', screen: 'a^\b^Jb\r\n', reads: ['a\nb\n'] },
    'CR is not mapped': { type: '\x16\r\r', screen: '^\b^M\r\n', reads: ['\r\n'] },
    'no caret without ECHOCTL': { flags: ['-ECHOCTL'], type: '\x16a', screen: 'a' },
    'needs IEXTEN': { flags: ['-IEXTEN'], type: '\x16\r', screen: '^V\r\n', reads: ['\x16\n'] },
    'VREPRINT shows the line again': { type: 'ab\x12c', screen: 'ab^R\r\nabc' },
    'VREPRINT without ECHO is a byte': { flags: ['-ECHO'], type: 'a\x12\r', screen: '', reads: ['a\x12\n'] },
    'VDISCARD is a byte': { type: 'a\x0fb\r', screen: 'a^Ob\r\n', reads: ['a\x0fb\n'] },
  },

  signals: {
    VINTR: { type: '\x03', screen: '^C', signals: ['SIGINT'] },
    VQUIT: { type: '\x1c', screen: '^\\', signals: ['SIGQUIT'] },
    VSUSP: { type: '\x1a', screen: '^Z', signals: ['SIGTSTP'] },
    'the line is dropped': { type: 'ab\x03c\r', screen: 'ab^Cc\r\n', reads: ['c\n'], signals: ['SIGINT'] },
    'also complete lines': { type: 'ab\rc\x03', screen: 'ab\r\nc^C', signals: ['SIGINT'] },
    'NOFLSH keeps them': {
      flags: ['NOFLSH'],
      type: 'ab\x03c\r',
      screen: 'ab^Cc\r\n',
      reads: ['abc\n'],
      signals: ['SIGINT'],
    },
    'without ISIG they are bytes': { flags: ['-ISIG'], type: '\x03\r', screen: '^C\r\n', reads: ['\x03\n'] },
    'without ECHO': { flags: ['-ECHO'], type: '\x03', screen: '', signals: ['SIGINT'] },
    'switched off': { cc: { VINTR: 0 }, type: '\x03\0\r', screen: '^C^@\r\n', reads: ['\x03\0\n'] },
    'another key': { cc: { VINTR: 97 }, type: 'a', screen: 'a', signals: ['SIGINT'] },
  },

  'flow control': {
    'VSTOP holds the echo': { type: 'a\x13bc', screen: 'a' },
    'VSTART lets it out': { type: 'a\x13bc\x11', screen: 'abc' },
    'neither is read': { type: '\x13\x11a\r', screen: 'a\r\n', reads: ['a\n'] },
    'IXANY: any key': { flags: ['IXANY'], type: 'a\x13bc', screen: 'abc' },
    'a signal restarts': { type: 'a\x13\x03', screen: 'a^C', signals: ['SIGINT'] },
    'without IXON they are bytes': { flags: ['-IXON'], type: '\x13\x11\r', screen: '^S^Q\r\n', reads: ['\x13\x11\n'] },
  },
};

/** What to do, and how to tell what came of it from the outcomes. */
export const scenarioOf = ({ flags, cc, type, reads = [] }: Case): Scenario => {
  const termios = termiosWith(flags, cc);
  return {
    termios: { ...termios, cc: [...termios.cc] },
    steps: [
      ...Array.from(fromText(type), (key) => ({ type: key })),
      ...Array.from({ length: reads.length + 1 }, () => ({ read: 4096 })),
    ],
  };
};

/** What is to come of it, in the same form as `observed` gives. */
export const expected = ({ screen, reads = [], signals = [] }: Case): unknown => ({
  screen: fromText(screen),
  reads: [...reads.map(fromText), 'EAGAIN'],
  signals,
});

export const observed = ({ type }: Case, outcomes: readonly Outcome[]): unknown => {
  const keys = fromText(type).length;
  return {
    screen: outcomes.map(([, screen]) => screen).join(''),
    reads: outcomes.slice(keys).map(([result]) => result),
    signals: outcomes.flatMap(([, , signals]) => signals),
  };
};
