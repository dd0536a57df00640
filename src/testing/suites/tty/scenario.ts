// What is done to a terminal, step by step, and what comes of it: the form in which behaviour is recorded from a Linux
// pseudoterminal (record.py) and compared with ours (replay.ts). Bytes are byte strings (base/bytes.ts).

/** One thing done to the terminal; exactly one of these. */
export type Step =
  /** Written to the master in one call. */
  | { readonly type: string }
  /** Written to the slave in one call that does not block. */
  | { readonly print: string }
  /** A read of the slave that does not block, of so many bytes at most. */
  | { readonly read: number }
  /** tcsetattr(3): `when` of TCSA, the rest as in Termios. */
  | { readonly termios: RecordedTermios; readonly when: number }
  /** tcflush(3) */
  | { readonly flush: number }
  /** tcflow(3) */
  | { readonly flow: number };

export interface RecordedTermios {
  readonly iflag: number;
  readonly oflag: number;
  readonly lflag: number;
  readonly cc: readonly number[];
}

/** What a step brought about. */
export type Outcome = readonly [
  /** What the call gave: bytes, a count, or the name of its error. */
  result: string | number,
  /** What came out of the master since. */
  screen: string,
  /** Names of the signals that the foreground process group got, sorted, each once: pending ones coalesce. */
  signals: readonly string[],
  /** What poll(2) says of the slave: the bits of POLL. */
  ready: number,
  /** FIONREAD of the slave. */
  available: number,
];

export interface Scenario {
  readonly termios: RecordedTermios;
  readonly steps: readonly Step[];
}

export interface Recorded extends Scenario {
  readonly outcomes: readonly Outcome[];
}

export const parseRecorded = (text: string): Recorded[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded);
