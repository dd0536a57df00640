import { expect, test } from 'vitest';
import { exitCodeOfSignal, signalNumber } from './signals.ts';

test('a signal is named with or without SIG, or by its number', () => {
  expect([signalNumber('SIGTERM'), signalNumber('TERM'), signalNumber(15), signalNumber(0)]).toEqual([15, 15, 15, 0]);
  for (const bad of ['SIGNOT', '', 'term', 65, -1, 1.5, Number.NaN]) {
    expect(() => signalNumber(bad), String(bad)).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_SIGNAL' }));
  }
});

test('the exit code of a signal is the one of a shell', () => {
  expect([exitCodeOfSignal('SIGKILL'), exitCodeOfSignal('SIGINT'), exitCodeOfSignal('SIGRT40')]).toEqual([
    137, 130, 168,
  ]);
});
