// The examples of the README, run.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { bootPrograms, builtinFile } from '../testing/program-machine.ts';

/** What each example prints, with a `sh` that stands in for the real one: a script. */
const OUTPUTS = [
  'data 4\n',
  '0 <from the script>\n',
  'got one\ngot two\n{ pid: PID, code: 0, signal: null }\n',
  'ENOENT open /nowhere\n',
];

const SH = `#!/bin/js
const [, , command] = sys.argv;
if (command.startsWith('read')) print('<' + [...sys.lines()][0] + '>');
else print('one\\ntwo');
`;

it('the examples of the README do what they seem to', async () => {
  const text = await readFile(path.join(import.meta.dirname, 'README.md'), 'utf8');
  const examples = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code ?? '');
  const machine = await bootPrograms({ '/bin/js': builtinFile('js'), '/bin/sh': SH, '/home/user/data': 'four' });
  const printed: string[] = [];
  for (const example of examples) {
    const { stdout, stderr } = await machine.run(['/bin/js', '-'], { stdin: example });
    printed.push(stderr + stdout.replace(/pid: \d+/, 'pid: PID'));
  }
  await machine.stop();
  expect(printed).toEqual(OUTPUTS);
}, 30_000);
