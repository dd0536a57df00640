/** What the README shows besides JavaScript (docs.e2e.ts): the session in the shell, the frame in a page, the C program. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { ISOLATION } from '../scripts/serve.mjs';
import { expect, test } from './harness/fixtures.ts';
import { Terminal } from './harness/terminal.ts';

const ROOT = path.join(import.meta.dirname, '..');
const README = await readFile(path.join(ROOT, 'README.md'), 'utf8');
const PROMPT = 'user@tabos:~$ ';

/** The text of the one fenced block of this language that matches. */
function block(language: string, pattern: RegExp): string {
  const found = [...README.matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter(
    ([, name = '', text = '']) => name === language && pattern.test(text),
  );
  expect(found.length, `blocks ${language} with ${pattern}`).toBe(1);
  return found[0]?.[2] ?? '';
}

test('the session in the shell', async ({ openTerminal }) => {
  const terminal = await openTerminal({ ephemeral: true });
  const session = block('', /^user@tabos/).split(`\n${PROMPT}`);
  for (const [index, step] of session.entries()) {
    const [command = '', ...shown] = step.trimEnd().split('\n');
    const line = index === 0 ? command.slice(PROMPT.length) : command;
    const stopped = shown[0]?.startsWith('^Z') === true;
    const text = stopped ? await runAndStop(terminal, line) : await terminal.run(line);
    expect(text, line).toBe(shown.join('\n'));
  }
});

/** Runs a command in the foreground until Ctrl-Z stops it. */
async function runAndStop(terminal: Terminal, line: string): Promise<string> {
  const prompts = await terminal.prompts();
  await terminal.type(`${line}\n`);
  await terminal.tab.evaluate(async (name) => {
    const running = async () => (await window.os.processes()).some(({ args }) => args.join(' ') === name);
    while (!(await running())) await new Promise(requestAnimationFrame);
  }, line);
  await terminal.press('Control+z');
  await terminal.waitForPrompt(prompts);
  return terminal.tab.evaluate((index) => window.tabosMarks.textBetweenPrompts(index), prompts - 1);
}

// Another port is another origin of the same site: Debian's Chromium gives no storage to other sites.
test('the frame in a page of another origin', async ({ newTab }) => {
  const site = inject('siteUrl');
  const html = block('html', /<iframe/).replace('https://your.host/tabos/', site);
  const server = createServer((_request, response) => {
    for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><title>Host</title>${html}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const tab = await newTab();
    await Terminal.prepare(tab);
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const shown = await tab.evaluateInFrame(site, async () => {
      const prompted = await window.tabosMarks.waitForPrompt(0, 30_000);
      return { prompted, machine: window.os.machine, text: (await window.os.exec('echo framed')).stdout };
    });
    expect(shown).toEqual({ prompted: true, machine: 'docs', text: 'framed\n' });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('the program in C', async ({ openTerminal }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tabos-readme-'));
  try {
    await writeFile(path.join(folder, 'hello.c'), block('c', /main/));
    const [compiler = '', ...args] = block('sh', /^clang/)
      .trim()
      .replace('.cache', path.join(ROOT, '.cache'))
      .split(' ');
    await promisify(execFile)(compiler, args, { cwd: folder });
    const program = (await readFile(path.join(folder, 'hello'))).toString('base64');
    const terminal = await openTerminal({ ephemeral: true });
    await terminal.tab.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      await window.os.fs.writeFile('hello', bytes, { mode: 0o755 });
    }, program);
    expect(await terminal.run('./hello; ./hello you; echo $?')).toBe('hello, world\nhello, you\n2');
  } finally {
    await rm(folder, { recursive: true });
  }
});
