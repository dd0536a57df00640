/** The terminal as a person uses it: typing, line editing, job control, resizing, pasting, the way out of floods. */
import { expect, test } from './harness/fixtures.ts';
import type { Terminal } from './harness/terminal.ts';

test('typed commands run and their output is on the screen', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  expect(await terminal.run('echo hello > a.txt; cat a.txt | tr a-z A-Z | wc -c')).toMatch(/^\s*6$/);
  expect(await terminal.run('cd /tmp && pwd')).toBe('/tmp');
  expect(terminal.tab.errors()).toEqual([]);
});

test('a command over several lines is read to its end', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const commands = [
    ['for i in 1 2', 'do echo "i=$i"', 'done'],
    ['cat <<END', 'here $((1 + 1))', 'END'],
  ];
  for (const lines of commands) {
    const prompts = await terminal.prompts();
    for (const [index, line] of lines.entries()) {
      // The shell asks for each line by its second prompt; what is typed before that is echoed in front of it.
      const last = lines[index - 1]?.replace(/[^\w ]/g, '\\$&');
      if (last !== undefined) await terminal.waitForScreen(new RegExp(`${last}\\n>$`));
      await terminal.type(`${line}\n`);
    }
    await terminal.waitForPrompt(prompts);
  }
  const rows = await terminal.screen();
  expect(rows.slice(1, 5)).toEqual(['> do echo "i=$i"', '> done', 'i=1', 'i=2']);
  expect(rows.slice(6, 9)).toEqual(['> here $((1 + 1))', '> END', 'here 2']);
});

test('cooked mode edits the line: backspace, Ctrl-W, Ctrl-U', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.type('echo helx');
  await terminal.press('Backspace');
  expect(await terminal.run('lo')).toBe('hello');
  await terminal.type('nonsense that is dropped');
  await terminal.press('Control+u');
  await terminal.type('echo one two');
  await terminal.press('Control+w');
  expect(await terminal.run('three')).toBe('one three');
});

/**
 * Types a command that says `ready` when it runs in the foreground: before that, the keys of signals would reach the
 * shell.
 */
async function startInForeground(terminal: Terminal, script: string): Promise<void> {
  await terminal.type(`sh -c 'echo ready; ${script}'\n`);
  await terminal.waitForScreen(/^ready$/m);
}

test('Ctrl-C ends the foreground job, and the shell says how', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const prompts = await terminal.prompts();
  await startInForeground(terminal, 'exec sleep 100');
  await terminal.press('Control+c');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.run('echo $?')).toBe('130');
});

test('Ctrl-Z stops a job, bg and fg move it, jobs lists it', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  let prompts = await terminal.prompts();
  await startInForeground(terminal, 'exec sleep 100');
  await terminal.press('Control+z');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.run('jobs')).toMatch(/Stopped.*sleep 100/);
  await terminal.run('bg');
  expect(await terminal.run('jobs')).toMatch(/Running.*sleep 100/);
  prompts = await terminal.prompts();
  // The shell says what it puts in the foreground after it has done so.
  await terminal.type('fg\n');
  await terminal.waitForScreen(/fg\nsh -c .*sleep 100.$/);
  await terminal.press('Control+c');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.run('jobs')).toBe('');
});

test('Ctrl-D is the end of input, of cat and then of the shell', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const prompts = await terminal.prompts();
  await startInForeground(terminal, 'exec cat > typed.txt');
  await terminal.type('first\nsecond\n');
  await terminal.press('Control+d');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.run('cat typed.txt')).toBe('first\nsecond');
});

test('a background job and wait', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run('sh -c "exit 3" &');
  expect(await terminal.run('wait $!; echo $?')).toMatch(/^3$/m);
});

test('a trap of INT runs in the shell', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const prompts = await terminal.prompts();
  await startInForeground(terminal, 'trap "echo caught; exit 5" INT; echo set; while :; do :; done');
  await terminal.waitForScreen(/^set$/m);
  await terminal.press('Control+c');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.screen()).toContainEqual(expect.stringMatching(/caught$/));
  expect(await terminal.run('echo $?')).toBe('5');
});

test('stty shows and sets the mode', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const all = await terminal.run('stty -a');
  for (const word of ['icanon', 'isig', 'echo', 'icrnl', 'onlcr', 'intr = ^C', 'susp = ^Z', 'erase = ^?']) {
    expect(all).toContain(word);
  }
  await terminal.run('stty -echo');
  expect(await terminal.run('echo not shown')).not.toContain('echo');
  expect(await terminal.screen()).not.toContainEqual(expect.stringContaining('echo not shown'));
  await terminal.run('stty echo');
  expect(await terminal.run('echo shown')).toBe('shown');
});

test('the size of the window is the size of the terminal', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const before = await terminal.size();
  expect(await terminal.run('stty size')).toBe(`${before.rows} ${before.cols}`);
  await terminal.run("trap 'echo resized' WINCH");
  await terminal.tab.resize(700, 450);
  await expect.poll(() => terminal.size()).not.toEqual(before);
  const after = await terminal.size();
  await expect.poll(() => terminal.run('stty size')).toContain(`${after.rows} ${after.cols}`);
});

test('a paste of 100 KiB loses nothing', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const lines = Array.from({ length: 1600 }, (_, i) => `${String(i).padStart(5, '0')} ${'x'.repeat(57)}\n`);
  const text = lines.join('');
  const prompts = await terminal.prompts();
  await startInForeground(terminal, 'exec cat > pasted.txt');
  await terminal.paste(text);
  await terminal.waitForScreen('01599 xxx');
  await terminal.press('Control+d');
  await terminal.waitForPrompt(prompts);
  const { stdout } = await terminal.exec('cat pasted.txt', { cwd: await terminal.run('pwd') });
  expect(stdout.length).toBe(text.length);
  expect(stdout === text).toBe(true);
});

test('Ctrl-C stops 50 MB that flood the screen at once', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run('yes 0123456789012345678901234567890123456789012345678 | head -c 50000000 > big');
  const prompts = await terminal.prompts();
  await terminal.type('cat big\n');
  await terminal.waitForScreen(/^(01234567.*\n){5}/m);
  const start = performance.now();
  await terminal.press('Control+c');
  await terminal.waitForPrompt(prompts);
  expect(performance.now() - start).toBeLessThan(2000);
  expect(await terminal.run('echo $?')).toBe('130');
});

test('a program that spins leaves the rest responsive, and Ctrl-C ends it', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  const prompts = await terminal.prompts();
  await startInForeground(terminal, 'exec awk "BEGIN { while (1) i++ }"');
  expect(await terminal.exec('echo alive')).toMatchObject({ exitCode: 0, stdout: 'alive\n' });
  await terminal.press('Control+c');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.run('echo $?')).toBe('130');
});

for (const [name, limit] of [
  ['of its own', 'ulimit -p 40'],
  ['of the machine', ':'],
]) {
  test(`a fork bomb ends in EAGAIN at a limit ${name}, and the shell survives`, async ({ openTerminal }) => {
    // bash would try each fork again for seconds.
    const terminal = await openTerminal({ shell: '/bin/dash' });
    await terminal.run(`${limit}; bomb() { bomb | bomb & }; bomb`);
    await terminal.waitForScreen(/[Cc]annot fork/);
    // As the bomb holds every process there may be, only the builtin kill of the shell is left. It spares the shell.
    const prompts = await terminal.prompts();
    await terminal.type('\nwhile kill -9 -1; do :; done 2>/dev/null\n');
    await terminal.waitForPrompt(prompts + 1);
    expect(await terminal.run('wait; echo survived | cat')).toContain('survived');
  });
}

test('a file that is no program gives the error of the shell', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run('printf "\\000asm broken" > broken; chmod 755 broken');
  expect(await terminal.run('./broken; echo "code $?"')).toMatch(/code 126$/);
  expect(await terminal.run('nosuchcommand; echo "code $?"')).toMatch(/not found\ncode 127$/);
});
