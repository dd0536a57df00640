// A termios(3) taken apart: the flags that the line discipline asks for with every byte, as booleans, and which bytes
// are special at all, so that ordinary ones pass with one look-up. Computed once a tcsetattr; immutable.

import { CC, IFLAG, LFLAG, OFLAG, type Termios } from '../../abi/termios.ts';
import { CR, NL } from './ctype.ts';

/** The value of a control character that is switched off (_POSIX_VDISABLE). */
export const DISABLED = 0;

export interface Modes {
  readonly istrip: boolean;
  readonly inlcr: boolean;
  readonly igncr: boolean;
  readonly icrnl: boolean;
  /** IUCLC, which takes IEXTEN too. */
  readonly lowercase: boolean;
  readonly ixon: boolean;
  readonly ixany: boolean;
  readonly parmrk: boolean;
  readonly iutf8: boolean;

  readonly opost: boolean;
  readonly olcuc: boolean;
  readonly onlcr: boolean;
  readonly ocrnl: boolean;
  readonly onocr: boolean;
  readonly onlret: boolean;
  /** TAB3 (XTABS): tabs become spaces. */
  readonly expandTabs: boolean;

  readonly isig: boolean;
  readonly icanon: boolean;
  readonly iexten: boolean;
  readonly echo: boolean;
  readonly echoe: boolean;
  readonly echok: boolean;
  readonly echonl: boolean;
  readonly echoctl: boolean;
  readonly echoprt: boolean;
  readonly echoke: boolean;
  readonly noflsh: boolean;
  readonly tostop: boolean;

  readonly intr: number;
  readonly quit: number;
  readonly susp: number;
  readonly start: number;
  readonly stop: number;
  readonly erase: number;
  readonly kill: number;
  readonly werase: number;
  readonly eof: number;
  readonly eol: number;
  readonly eol2: number;
  readonly reprint: number;
  readonly lnext: number;
  readonly vmin: number;
  /** Tenths of a second. */
  readonly vtime: number;

  /** Input needs no processing at all: bytes go to the queue as they come. */
  readonly raw: boolean;
  /** 1 for each input byte that may mean something. */
  readonly special: Uint8Array;
}

const specialBytes = (m: Omit<Modes, 'raw' | 'special'>): Uint8Array => {
  const special = new Uint8Array(256);
  const mark = (...bytes: number[]) => {
    for (const c of bytes) special[c] = 1;
  };
  if (m.igncr || m.icrnl) mark(CR);
  if (m.inlcr) mark(NL);
  if (m.icanon) {
    mark(m.erase, m.kill, m.eof, NL, m.eol);
    if (m.iexten) {
      mark(m.werase, m.lnext, m.eol2);
      if (m.echo) mark(m.reprint);
    }
  }
  if (m.ixon) mark(m.start, m.stop);
  if (m.isig) mark(m.intr, m.quit, m.susp);
  special[DISABLED] = 0;
  return special;
};

export const modesOf = ({ iflag, oflag, lflag, cc }: Termios): Modes => {
  const i = (flag: keyof typeof IFLAG): boolean => (iflag & IFLAG[flag]) !== 0;
  const o = (flag: keyof typeof OFLAG): boolean => (oflag & OFLAG[flag]) !== 0;
  const l = (flag: keyof typeof LFLAG): boolean => (lflag & LFLAG[flag]) !== 0;
  const c = (index: keyof typeof CC): number => cc[CC[index]] ?? DISABLED;
  const modes = {
    istrip: i('ISTRIP'),
    inlcr: i('INLCR'),
    igncr: i('IGNCR'),
    icrnl: i('ICRNL'),
    lowercase: i('IUCLC') && l('IEXTEN'),
    ixon: i('IXON'),
    ixany: i('IXANY'),
    parmrk: i('PARMRK'),
    iutf8: i('IUTF8'),
    opost: o('OPOST'),
    olcuc: o('OLCUC'),
    onlcr: o('ONLCR'),
    ocrnl: o('OCRNL'),
    onocr: o('ONOCR'),
    onlret: o('ONLRET'),
    expandTabs: (oflag & OFLAG.TABDLY) === OFLAG.TAB3,
    isig: l('ISIG'),
    icanon: l('ICANON'),
    iexten: l('IEXTEN'),
    echo: l('ECHO'),
    echoe: l('ECHOE'),
    echok: l('ECHOK'),
    echonl: l('ECHONL'),
    echoctl: l('ECHOCTL'),
    echoprt: l('ECHOPRT'),
    echoke: l('ECHOKE'),
    noflsh: l('NOFLSH'),
    tostop: l('TOSTOP'),
    intr: c('VINTR'),
    quit: c('VQUIT'),
    susp: c('VSUSP'),
    start: c('VSTART'),
    stop: c('VSTOP'),
    erase: c('VERASE'),
    kill: c('VKILL'),
    werase: c('VWERASE'),
    eof: c('VEOF'),
    eol: c('VEOL'),
    eol2: c('VEOL2'),
    reprint: c('VREPRINT'),
    lnext: c('VLNEXT'),
    vmin: c('VMIN'),
    vtime: c('VTIME'),
  };
  const { istrip, lowercase, igncr, icrnl, inlcr, icanon, ixon, isig, echo, parmrk } = modes;
  const cooked = istrip || lowercase || igncr || icrnl || inlcr || icanon || ixon || isig || echo || parmrk;
  return { ...modes, raw: !cooked, special: specialBytes(modes) };
};
