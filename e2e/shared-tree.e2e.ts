/** One tree for all tabs: what one changes in /usr, mounts and locks, the others have as well, and keep when it goes. */

import { expect, test } from './harness/fixtures.ts';

test('what is changed in /usr is so in other tabs, and stays so when its tab is gone', async ({ openTerminal }) => {
  const first = await openTerminal();
  await first.run("printf '#!/bin/sh\\necho mine\\n' > /usr/bin/own; chmod +x /usr/bin/own; rm /usr/bin/cal");
  const second = await openTerminal();
  expect(await second.run('own; ls /usr/bin/cal 2>/dev/null; echo $?')).toBe('mine\n1');
  await second.run("printf '#!/bin/sh\\necho yours\\n' > /usr/bin/own");
  await first.tab.activate();
  expect(await first.run('own; rm /usr/bin/tac; ls /usr/bin/t[ae]c 2>/dev/null')).toBe('yours');
  await first.tab.close();
  await second.tab.activate();
  expect(await second.run('own; ls /usr/bin/tac 2>/dev/null; echo $?')).toBe('yours\n1');
});

test('a tmpfs is mounted in all tabs, and not unmounted while one of them uses it', async ({ openTerminal }) => {
  const first = await openTerminal();
  const second = await openTerminal();
  await first.tab.activate();
  await first.run('mkdir m; mount -t tmpfs -o size=1m none m; echo content > m/f');
  const third = await openTerminal();
  expect(await third.run("cat m/f; df m | tail -n 1 | tr -s ' ' | cut -d ' ' -f 1-2")).toBe('content\nnone 1024');
  await second.tab.activate();
  await second.run('exec 3< m/f');
  await first.tab.activate();
  expect(await first.run('umount m; echo $?')).toBe('umount: m: Device or resource busy\n32');
  await second.tab.activate();
  await second.run('exec 3<&-');
  await first.tab.activate();
  expect(await first.run('umount m; echo $?; ls m')).toBe('0');
  await third.tab.activate();
  expect(await third.run('ls m; grep -c /m /proc/mounts')).toBe('0');
});

test('a lock keeps processes of other tabs out until its tab is gone', async ({ openTerminal }) => {
  const first = await openTerminal();
  await first.run('exec 3> lock; flock -n 3 && echo locked');
  const second = await openTerminal();
  expect(await second.run('flock -n lock echo mine; echo $?')).toBe('1');
  await first.tab.close();
  await second.tab.activate();
  expect(await second.run('flock lock echo mine; echo $?')).toBe('mine\n0');
});
