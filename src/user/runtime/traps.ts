// Traps of WebAssembly: which signal a trap means, and a trap made on purpose to leave a guest.
//
// The JavaScript API tells the kinds of traps apart only by the text of a RuntimeError, which differs between engines.
// So a probe module performs each kind once, when the first trap happens, and texts are compared with texts of the
// same engine; a stack overflow, an error of JavaScript, is told the same way. The module, by hand (functions []->[]):
//   0 unreachable   1 load behind the memory   2 1/0   3 1%0   4 INT_MIN/-1   5 i32(inf)   6 call an empty table slot
//   7 call through a table behind its end   8 call of the wrong type   9 endless recursion
// A text that none of them has (of a bulk operation, a null reference) is a bad access as well: SIGSEGV.

import { SIGNAL } from '../../abi/signals.ts';

const I32_MIN = [0x80, 0x80, 0x80, 0x80, 0x78];
const INFINITY_F32 = [0x43, 0x00, 0x00, 0x80, 0x7f];
const DROP = 0x1a;
const END = 0x0b;

/** Bodies of the probe's functions, and the signals that they stand for. */
const PROBES: readonly (readonly [signal: number, body: readonly number[]])[] = [
  [SIGNAL.SIGILL, [0x00]],
  [SIGNAL.SIGSEGV, [0x41, 0x7f, 0x28, 0x02, 0x00, DROP]],
  [SIGNAL.SIGFPE, [0x41, 0x01, 0x41, 0x00, 0x6d, DROP]],
  [SIGNAL.SIGFPE, [0x41, 0x01, 0x41, 0x00, 0x6f, DROP]],
  [SIGNAL.SIGFPE, [0x41, ...I32_MIN, 0x41, 0x7f, 0x6d, DROP]],
  [SIGNAL.SIGFPE, [...INFINITY_F32, 0xa8, DROP]],
  [SIGNAL.SIGSEGV, [0x41, 0x01, 0x11, 0x00, 0x00]],
  [SIGNAL.SIGSEGV, [0x41, 0x09, 0x11, 0x00, 0x00]],
  [SIGNAL.SIGSEGV, [0x41, 0x00, 0x11, 0x01, 0x00, DROP]],
  [SIGNAL.SIGSEGV, [0x10, 0x09]],
];

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const section = (id: number, bytes: readonly number[]): number[] => [id, bytes.length, ...bytes];
const vector = (items: readonly (readonly number[])[]): number[] => [items.length, ...items.flat()];

const probeModule = (): Uint8Array<ArrayBuffer> => {
  const functions = PROBES.map(([, body]) => [body.length + 2, 0, ...body, END]);
  return Uint8Array.of(
    ...HEADER,
    // Types: []->[], []->[i32]. Two table slots, no page of memory.
    ...section(
      1,
      vector([
        [0x60, 0, 0],
        [0x60, 0, 1, 0x7f],
      ]),
    ),
    ...section(3, vector(PROBES.map(() => [0]))),
    ...section(4, vector([[0x70, 0, 2]])),
    ...section(5, vector([[0, 0]])),
    ...section(7, vector(PROBES.map((_, i) => [1, 0x61 + i, 0, i]))),
    // Slot 0 of the table is function 0.
    ...section(9, vector([[0, 0x41, 0, END, ...vector([[0]])]])),
    ...section(10, vector(functions)),
  );
};

const exportsOf = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Exports =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;

const thrownBy = (act: () => void): Error => {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('a trap of the probe did not trap');
};

interface Probe {
  /** Text of a RuntimeError -> signal. */
  readonly signals: ReadonlyMap<string, number>;
  /** What a stack overflow says: it is an error of JavaScript (RangeError, InternalError). */
  readonly overflow: string;
}

const makeProbe = (): Probe => {
  const traps = exportsOf(probeModule());
  const signals = new Map<string, number>();
  let overflow = '';
  for (const [i, [signal]] of PROBES.entries()) {
    const error = thrownBy(traps[String.fromCharCode(0x61 + i)] as () => void);
    if (error instanceof WebAssembly.RuntimeError) signals.set(error.message, signal);
    else overflow = error.message;
  }
  return { signals, overflow };
};

let probe: Probe | undefined;

/** The signal that an error out of a guest stands for; undefined when it is not a trap. */
export const signalOfTrap = (error: unknown): number | undefined => {
  if (!(error instanceof Error)) return undefined;
  probe ??= makeProbe();
  if (error instanceof WebAssembly.RuntimeError) return probe.signals.get(error.message) ?? SIGNAL.SIGSEGV;
  return error.message === probe.overflow ? SIGNAL.SIGSEGV : undefined;
};

/** (module (func (export "a") unreachable)) */
const TRAP = Uint8Array.of(
  ...HEADER,
  ...section(1, vector([[0x60, 0, 0]])),
  ...section(3, vector([[0]])),
  ...section(7, vector([[1, 0x61, 0, 0]])),
  ...section(10, vector([[3, 0, 0x00, END]])),
);

let unreachable: (() => never) | undefined;

/**
 * Leave the guest: a trap runs no `catch_all` of it (no C++ destructor, no `finally`), where an exception of JavaScript
 * would. The engines mark such an error, so it may pass through frames of JavaScript.
 */
export const trap = (): never => {
  unreachable ??= exportsOf(TRAP)['a'] as () => never;
  return unreachable();
};
