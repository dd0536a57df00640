// Third-party cases of the line discipline, verified on Linux. They are not part of this repository: the folder is
// given by TABOS_CONFORMANCE, or lies beside the repository.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AdaptedTermios, openPty } from './conformance.ts';

type Text = string | { readonly b64: string };

interface Case {
  readonly id: string;
  readonly initial: AdaptedTermios;
  readonly steps: readonly { readonly type?: Text; readonly print?: Text; readonly termios?: AdaptedTermios }[];
  readonly screen: Text;
  readonly read: Text;
  readonly signals: readonly string[];
}

const bytes = (text: Text): Buffer => (typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.b64, 'base64'));

const root = resolve(import.meta.dirname, '../../../..');
const folder = process.env['TABOS_CONFORMANCE'] ?? resolve(root, '../shared/conformance');
const file = join(folder, 'cases/pty-ldisc.jsonl');

const run = ({ initial, steps, screen, read, signals }: Case): void => {
  const pty = openPty(initial);
  for (const { type, print, termios } of steps) {
    if (termios !== undefined) pty.setTermios(termios);
    if (type !== undefined) for (const byte of bytes(type)) pty.type(Uint8Array.of(byte));
    if (print !== undefined) pty.print(bytes(print));
  }
  const got = { screen: pty.screen().toString('latin1'), read: pty.read().toString('latin1'), signals: pty.signals() };
  expect(got).toEqual({ screen: bytes(screen).toString('latin1'), read: bytes(read).toString('latin1'), signals });
};

if (existsSync(file)) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const cases = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case);
  describe('pty-ldisc', () => {
    it.each(cases.map((c) => [c.id, c] as const))('%s', (_, c) => run(c));
  });
} else {
  it.skip(`pty-ldisc: no conformance cases in ${folder}`, () => {});
}
