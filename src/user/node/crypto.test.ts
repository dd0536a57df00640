// node:crypto beside the native one: the same script prints the same, and each takes the other's keys and signatures.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { NODE_BINARY } from '../../../scripts/ports/node.mjs';
import { NodeMachine } from '../../testing/node-machine.ts';

const script = (name: string): string => path.join(import.meta.dirname, 'testdata', name);

const native = (file: string, env: Record<string, string> = {}): string =>
  execFileSync(NODE_BINARY, ['--no-warnings', file], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', ...env } });

test('every call gives what it gives natively', { timeout: 120_000 }, async () => {
  const env = JSON.parse(native(script('crypto-keys.cjs'))) as Record<string, string>;
  const machine = await NodeMachine.boot();
  const stdin = readFileSync(script('crypto.cjs'));
  const { stdout, stderr } = await machine.exec('cat > crypto.cjs; node --no-warnings crypto.cjs', { stdin, env });
  await machine.stop();
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual(native(script('crypto.cjs'), env).split('\n'));
});
