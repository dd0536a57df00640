/** The login shell as people use it: bash with line editing, history that stays, and completion; and other login shells. */
import { expect, test } from './harness/fixtures.ts';

test('bash is the login shell, with the files of the home directory', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  expect(await terminal.run('echo $0 ${BASH_VERSION%%.*} $SHELL; shopt -q login_shell && echo login')).toBe(
    '/bin/bash 5 /bin/bash\nlogin',
  );
  await terminal.run('echo "alias greet=\'echo hello\'" >> ~/.bashrc; mkdir -p ~/deep/folder');
  await terminal.reload();
  expect(await terminal.run('greet')).toBe('hello');
  await terminal.run('cd deep/folder');
  expect((await terminal.screen()).at(-1)).toBe('user@tabos:~/deep/folder$');
  expect(terminal.tab.errors()).toEqual([]);
});

test('the history is kept over a reload, by arrow and by Ctrl-R', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run('echo first of all');
  await terminal.run('echo second');
  await terminal.reload();
  await terminal.press('ArrowUp');
  await terminal.waitForScreen(/\$ echo second$/);
  expect(await terminal.run('')).toBe('second');
  await terminal.press('Control+r');
  await terminal.type('first');
  await terminal.waitForScreen(/\(reverse-i-search\)`first': echo first of all$/);
  expect(await terminal.run('')).toBe('first of all');
});

test('Tab completes commands, files, variables and what a command takes', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run('echo content > "unusual name.txt"; export QUITE_LONG_NAME=1');
  const lines = [
    ['base6', 'base64 '],
    ['cat unus', 'cat unusual\\ name.txt '],
    ['echo $QUITE_L', 'echo $QUITE_LONG_NAME '],
    ['kill -TER', 'kill -TERM '],
  ] as const;
  for (const [typed, completed] of lines) {
    await terminal.type(typed);
    await terminal.press('Tab');
    await terminal.waitForScreen(`$ ${completed.trimEnd()}`);
    await terminal.press('Control+u');
  }
  await terminal.type('cat unu');
  await terminal.press('Tab');
  await terminal.waitForScreen(/\.txt$/);
  expect(await terminal.run('')).toBe('content');
});

test('the line is edited in its middle, and Ctrl-C drops it', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.type('echo ac');
  await terminal.press('ArrowLeft');
  expect(await terminal.run('b')).toBe('abc');
  const prompts = await terminal.prompts();
  await terminal.type('echo never');
  await terminal.waitForScreen(/echo never$/);
  await terminal.press('Control+c');
  await terminal.waitForPrompt(prompts);
  expect(await terminal.run('echo $?')).toBe('130');
});

for (const [shell, command] of [
  ['/bin/dash', 'echo $0'],
  ['/bin/mksh', 'echo "$KSH_VERSION" | cut -c 1-20'],
] as const) {
  test(`${shell} as the login shell`, async ({ openTerminal }) => {
    const terminal = await openTerminal({ shell });
    expect(await terminal.run(command)).toBe(shell === '/bin/dash' ? '/bin/dash' : '@(#)MIRBSD KSH R59 2');
    expect(await terminal.run('x=$(echo forked); echo $x; false')).toBe('forked');
    expect(await terminal.run('echo $?')).toBe('1');
  });
}

test('a login shell that is not there leaves the user with /bin/sh', async ({ openTerminal }) => {
  const terminal = await openTerminal();
  await terminal.run("sed -i 's,/bin/bash$,/bin/nothing,' /etc/passwd");
  await terminal.reload();
  expect((await terminal.screen())[0]).toBe('/bin/nothing cannot be started, this is /bin/sh');
  expect(await terminal.run('echo $0')).toBe('/bin/sh');
});
