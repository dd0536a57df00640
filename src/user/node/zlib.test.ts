// node:zlib beside the native one: the same script prints the same.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { NODE_BINARY } from '../../../scripts/ports/node.mjs';
import { NodeMachine } from '../../testing/node-machine.ts';

const SCRIPT = path.join(import.meta.dirname, 'testdata/zlib.cjs');

test('every call gives what it gives natively', { timeout: 60_000 }, async () => {
  const machine = await NodeMachine.boot();
  const { stdout, stderr } = await machine.exec('cat > zlib.cjs; node zlib.cjs', { stdin: readFileSync(SCRIPT) });
  await machine.stop();
  expect(stderr).toBe('');
  // Streams of their own end in any order.
  const lines = (text: string): string[] => text.split('\n').sort();
  expect(lines(stdout)).toEqual(lines(execFileSync(NODE_BINARY, [SCRIPT], { encoding: 'utf8' })));
});
