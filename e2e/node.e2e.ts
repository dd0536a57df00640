/** node in a browser: its library arrives when it is first used, and programs behave as they do in Node. */
import { expect, test } from './harness/fixtures.ts';

test('node runs in the terminal', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  expect(await terminal.run(`node -p 'process.version.slice(0, 4) + [1, { a: [Buffer.from("é")] }].length'`)).toBe(
    'v24.2',
  );
  await terminal.run(
    `echo 'import { readFileSync } from "node:fs"; console.log(await 7, readFileSync("x.txt", "utf8"))' > a.mjs`,
  );
  await terminal.run('printf text > x.txt');
  expect(await terminal.run('node a.mjs')).toBe('7 text');
  expect(
    await terminal.run(`printf 'a\\nb\\n' | node -e 'process.stdin.on("data", (d) => process.stdout.write(d))' | cat`),
  ).toBe('a\nb');
});

test('node tells an error and its exit code', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  expect(await terminal.run(`node -e 'throw new TypeError("bad")'; echo "code $?"`)).toMatch(
    /TypeError: bad[\s\S]*Node\.js v24[\s\S]*code 1$/,
  );
  expect(
    await terminal.run(
      `node -e 'setTimeout(() => console.log("late"), 20); Promise.reject(new Error("no"))' 2>/dev/null; echo $?`,
    ),
  ).toBe('1');
});

test('node has no powers of its worker', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const names = 'Worker SharedWorker indexedDB caches importScripts postMessage XMLHttpRequest WebTransport';
  expect(
    await terminal.run(`node -p '"${names}".split(" ").filter((n) => n in globalThis).length + typeof self'`),
  ).toBe('0undefined');
});
