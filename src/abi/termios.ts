// Terminals: termios(3) flags, control characters and requests in the numbers of Linux (asm-generic/termbits.h).

export const IFLAG = {
  IGNBRK: 0o1,
  BRKINT: 0o2,
  IGNPAR: 0o4,
  PARMRK: 0o10,
  INPCK: 0o20,
  ISTRIP: 0o40,
  INLCR: 0o100,
  IGNCR: 0o200,
  ICRNL: 0o400,
  IUCLC: 0o1000,
  IXON: 0o2000,
  IXANY: 0o4000,
  IXOFF: 0o10000,
  IMAXBEL: 0o20000,
  IUTF8: 0o40000,
} as const;

export const OFLAG = {
  OPOST: 0o1,
  OLCUC: 0o2,
  ONLCR: 0o4,
  OCRNL: 0o10,
  ONOCR: 0o20,
  ONLRET: 0o40,
  OFILL: 0o100,
  OFDEL: 0o200,
  TABDLY: 0o14000,
  TAB3: 0o14000,
} as const;

export const CFLAG = {
  CS8: 0o60,
  CSTOPB: 0o100,
  CREAD: 0o200,
  PARENB: 0o400,
  HUPCL: 0o2000,
  CLOCAL: 0o4000,
  B38400: 0o17,
} as const;

export const LFLAG = {
  ISIG: 0o1,
  ICANON: 0o2,
  XCASE: 0o4,
  ECHO: 0o10,
  ECHOE: 0o20,
  ECHOK: 0o40,
  ECHONL: 0o100,
  NOFLSH: 0o200,
  TOSTOP: 0o400,
  ECHOCTL: 0o1000,
  ECHOPRT: 0o2000,
  ECHOKE: 0o4000,
  FLUSHO: 0o10000,
  PENDIN: 0o40000,
  IEXTEN: 0o100000,
  EXTPROC: 0o200000,
} as const;

/** Indices into `cc`. */
export const CC = {
  VINTR: 0,
  VQUIT: 1,
  VERASE: 2,
  VKILL: 3,
  VEOF: 4,
  VTIME: 5,
  VMIN: 6,
  VSWTC: 7,
  VSTART: 8,
  VSTOP: 9,
  VSUSP: 10,
  VEOL: 11,
  VREPRINT: 12,
  VDISCARD: 13,
  VWERASE: 14,
  VLNEXT: 15,
  VEOL2: 16,
} as const;
export const NCCS = 19;

export interface Termios {
  iflag: number;
  oflag: number;
  cflag: number;
  lflag: number;
  /** NCCS control characters; 0 disables one. */
  cc: Uint8Array;
  ispeed: number;
  ospeed: number;
}

export interface Winsize {
  rows: number;
  cols: number;
  xpixel: number;
  ypixel: number;
}

/** When tcsetattr(3) takes effect. */
export const TCSA = { NOW: 0, DRAIN: 1, FLUSH: 2 } as const;
/** tcflush(3). */
export const TCFLUSH = { IN: 0, OUT: 1, BOTH: 2 } as const;
/** tcflow(3). */
export const TCFLOW = { OOFF: 0, OON: 1, IOFF: 2, ION: 3 } as const;

/** Canonical-mode line limit, _POSIX_MAX_CANON as Linux has it (N_TTY_BUF_SIZE). */
export const MAX_CANON = 4096;

/** What a new terminal starts with: `stty sane` with UTF-8, as a Linux pty under an emulator. */
export const defaultTermios = (): Termios => ({
  iflag: IFLAG.ICRNL | IFLAG.IXON | IFLAG.IUTF8,
  oflag: OFLAG.OPOST | OFLAG.ONLCR,
  cflag: CFLAG.CS8 | CFLAG.CREAD | CFLAG.B38400,
  lflag:
    LFLAG.ISIG | LFLAG.ICANON | LFLAG.IEXTEN | LFLAG.ECHO | LFLAG.ECHOE | LFLAG.ECHOK | LFLAG.ECHOCTL | LFLAG.ECHOKE,
  cc: Uint8Array.of(3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0),
  ispeed: 38400,
  ospeed: 38400,
});
