import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const START = fileURLToPath(new URL('start.mjs', import.meta.url));

/** @param {readonly string[]} args that are refused before anything is installed or built */
function start(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [START, ...args], { encoding: 'utf8', timeout: 5000 });
  return { status, stdout, stderr };
}

test.each([
  [['--port', '0'], "error: --port takes 1 to 65535, not '0'\n"],
  [['--port', '65536'], "error: --port takes 1 to 65535, not '65536'\n"],
  [['--port', '80a'], "error: --port takes 1 to 65535, not '80a'\n"],
  [['--prot', '80'], "error: Unknown option '--prot'\n"],
])('%j is refused', (args, stderr) => {
  expect(start(...args)).toEqual({ status: 1, stdout: '', stderr });
});

test('a port that was asked for and is taken is refused at once', async () => {
  const holder = createServer();
  onTestFinished(() => new Promise((resolve) => holder.close(() => resolve(undefined))));
  /** @type {number} */
  const port = await new Promise((resolve) => {
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  expect(start('--port', String(port))).toEqual({
    status: 1,
    stdout: '',
    stderr: `error: port ${port} is in use; choose another one by --port N\n`,
  });
});
