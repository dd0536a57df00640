import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SIGNAL } from '../../abi/signals.ts';
import { compileC } from '../../testing/compile-c.ts';
import { signalOfTrap, trap } from './traps.ts';

/** (module (func (export "f") BODY)) */
const thrownBy = (...body: number[]): unknown => {
  const code = [body.length + 2, 0, ...body, 0x0b];
  const head = [
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00,
  ];
  const bytes = Uint8Array.of(...head, 0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00, 0x0a, code.length + 1, 0x01, ...code);
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  try {
    (f as () => void)();
  } catch (error) {
    return error;
  }
  throw new Error('no trap');
};

describe('signalOfTrap', () => {
  it('tells the kinds apart', () => {
    expect(signalOfTrap(thrownBy(0x00))).toBe(SIGNAL.SIGILL);
    expect(signalOfTrap(thrownBy(0x42, 0x01, 0x42, 0x00, 0x7f, 0x1a))).toBe(SIGNAL.SIGFPE);
    expect(signalOfTrap(thrownBy(0x42, 0x01, 0x42, 0x00, 0x82, 0x1a))).toBe(SIGNAL.SIGFPE);
    expect(signalOfTrap(thrownBy(0x10, 0x00))).toBe(SIGNAL.SIGSEGV);
  });

  it('does not take other errors for traps', () => {
    expect(signalOfTrap(new RangeError('offset is out of bounds'))).toBeUndefined();
    expect(signalOfTrap(new TypeError('x'))).toBeUndefined();
    expect(signalOfTrap('unreachable')).toBeUndefined();
  });
});

describe('trap', () => {
  it('leaves a guest past its handlers for everything, as an exception does not', async () => {
    const source = path.join(import.meta.dirname, '../testdata/unwinding.cc');
    const flags = ['-nostdlib', '-fwasm-exceptions', '-Wl,--no-entry'];
    const module = await WebAssembly.compile((await compileC(source, { flags })) as Uint8Array<ArrayBuffer>);
    const writesWhen = (exit: () => never): number => {
      let writes = 0;
      const write = (): number => ++writes;
      const { _start } = new WebAssembly.Instance(module, { tabos: { exit, write } }).exports;
      expect(_start).toThrow();
      return writes;
    };
    const raise = (): never => {
      throw new Error('an exception of JavaScript');
    };
    expect(writesWhen(raise)).toBe(1);
    expect(writesWhen(trap)).toBe(0);
  }, 60_000);
});
