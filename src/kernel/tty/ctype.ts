// Classes of bytes as the terminal sees them: the Latin-1 table that Linux's line discipline uses, whatever the
// character set of the user. With IUTF8 only the continuation bytes of UTF-8 are told apart.

export const NL = 0x0a;
export const CR = 0x0d;
export const TAB = 0x09;
export const BS = 0x08;
export const SPACE = 0x20;
export const BACKSLASH = 0x5c;
export const SLASH = 0x2f;
export const CARET = 0x5e;
const UNDERSCORE = 0x5f;

/** What `^X` is made of: the control bit, 0100 in the man pages. */
export const CONTROL_BIT = 0o100;

export const isControl = (c: number): boolean => c < 0x20 || c === 0x7f;

/** 10xxxxxx: a byte of UTF-8 that adds to the character before it. */
export const isContinuation = (c: number): boolean => (c & 0xc0) === 0x80;

const isUpper = (c: number): boolean => (c >= 0x41 && c <= 0x5a) || (c >= 0xc0 && c <= 0xde && c !== 0xd7);
const isLower = (c: number): boolean => (c >= 0x61 && c <= 0x7a) || (c >= 0xdf && c <= 0xff && c !== 0xf7);
const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;

/** A letter, a digit or an underscore: what VWERASE takes for a word. */
export const isWord = (c: number): boolean => isUpper(c) || isLower(c) || isDigit(c) || c === UNDERSCORE;

export const toLower = (c: number): number => (isUpper(c) ? c + 0x20 : c);
export const toUpper = (c: number): number => (isLower(c) ? c - 0x20 : c);
