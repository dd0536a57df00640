/** What a page puts into the tree of its machine, as the programs of the guest see it: objects, directories, archives. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createStaticServer, listen } from '../scripts/serve.mjs';
import { writeTreeManifest } from '../scripts/tree-manifest.mjs';
import { expect, test } from './harness/fixtures.ts';

test('programs read and write an object of the page', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window;
    const saved: string[] = [];
    let calls = 0;
    const mount = await os.mountObject(
      {
        'made.txt': { file: { contents: () => `call ${++calls}\n` } },
        stream: { file: { contents: () => new Blob(['line\n'.repeat(50_000)]).stream() } },
        notes: { file: { contents: '', write: (bytes) => void saved.push(new TextDecoder().decode(bytes)) } },
        bin: { directory: { hello: { file: { contents: '#!/bin/sh\necho "hello $1"\n', mode: 0o755 } } } },
      },
      { mountPoint: 'page' },
    );
    const run = async (script: string) => {
      const { stdout, stderr, exitCode } = await os.exec(script);
      return `${stdout}${stderr}${exitCode}`;
    };
    const before = [
      await run('cat page/made.txt page/made.txt'),
      await run('wc -l < page/stream; head -n 1 page/stream'),
      await run('echo one > page/notes; echo two >> page/notes; page/bin/hello you'),
      await run('cd page && ls; touch new; rm made.txt; cd bin; pwd'),
      await run('grep page /proc/mounts'),
    ];
    await mount.unmount();
    return [...before, await run('ls page; cat page/notes'), saved];
  });
  expect(seen).toEqual([
    'call 1\ncall 2\n0',
    '50000\nline\n0',
    'hello you\n0',
    expect.stringMatching(/^bin\nmade\.txt\nnotes\nstream\n\/home\/user\/page\/bin\ntouch: .*denied\nrm: .*\n0$/),
    'page /home/user/page pagefs rw 0 0\n0',
    "cat: can't open 'page/notes': No such file or directory\n1",
    ['one\n', 'two\n'],
  ]);
  expect(tab.errors()).toEqual([]);
});

test('a program that waits for a page that never answers can be killed, and the rest goes on', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window;
    const never = new Promise<never>(() => undefined);
    await os.mountObject(
      {
        stat: (path) => ({ type: path === '/' ? 'directory' : 'file' }),
        readdir: () => ['f'],
        read: () => never,
      },
      { mountPoint: 'stuck' },
    );
    const { exitCode } = await os.exec('cat stuck/f', { timeout: 500 });
    return [exitCode, (await os.exec('ls stuck; echo alive')).stdout];
  });
  expect(seen).toEqual([124, 'f\nalive\n']);
});

test('a directory given by a handle is read, written, moved in and emptied', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window;
    const root = await navigator.storage.getDirectory();
    const handle = await root.getDirectoryHandle('chosen-by-the-user', { create: true });
    const mount = await os.mountLocalDirectory(handle, { mountPoint: '/home/user/disk' });
    const script = [
      'set -e; cd disk; mkdir -p a/b; printf one > a/b/f; printf " two" >> a/b/f; cat a/b/f; echo',
      'mv a/b/f g; mv a moved; seq 1 20000 > moved/numbers; wc -l < moved/numbers',
      'ln -s g l || echo no links; chmod 700 g || echo no modes; ls; rm -r moved; df . | tail -n 1 | cut -d" " -f1',
    ].join('\n');
    const { stdout } = await os.exec(script);
    const text = await (await (await handle.getFileHandle('g')).getFile()).text();
    const permission = await mount.queryPermission();
    await mount.unmount();
    const names: string[] = [];
    for await (const name of (handle as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
    await root.removeEntry('chosen-by-the-user', { recursive: true });
    return { stdout, text, permission, names, left: await os.fs.readdir('disk') };
  });
  expect(seen).toEqual({
    stdout: 'one two\n20000\nno links\nno modes\ng\nmoved\nchosen-by-the-user\n',
    text: 'one two',
    permission: 'granted',
    names: ['g'],
    left: [],
  });
});

test('where the browser cannot ask for a directory, it says so', async ({ openPage, browser }) => {
  const tab = await openPage({ ephemeral: true });
  const code = await tab.evaluate(async () =>
    window.os
      .mountLocalDirectory(undefined, { mountPoint: 'disk' })
      .then(String, (error: { code: string | number }) => error.code),
  );
  // Chromium can, but wants a click of the user first: SecurityError.
  expect(code).toBe(browser.name === 'firefox' ? 'ERR_UNSUPPORTED' : 18);
});

test('a tree of many megabytes goes out as an archive and comes in again', async ({ openPage }) => {
  const tab = await openPage();
  const seen = await tab.evaluate(async () => {
    const { os } = window;
    await os.exec(
      'mkdir -p big/d; yes 0123456789 | head -c 60000000 > big/d/a; ln big/d/a big/b; ln -s d/a big/l; mkfifo big/p',
    );
    const sums: string[] = [];
    for (const format of ['tar', 'tar.gz', 'zip'] as const) {
      await os.mount(await os.export('big', { format }), { mountPoint: format });
      const { stdout } = await os.exec(`cd ${format}; md5sum b d/a; stat -c '%h %F' b l; ls | wc -l`);
      sums.push(stdout.replaceAll(/[0-9a-f]{32}/g, (sum) => sum.slice(0, 4)));
      await os.fs.rm(format, { recursive: true });
    }
    const volume = await os.export('/', { format: 'json', excludes: ['big'] });
    return { sums, top: Object.keys(volume), left: await os.fs.readdir('.') };
  });
  const [tar = ''] = seen.sums;
  expect(tar).toMatch(/^(\w{4}) {2}b\n\1 {2}d\/a\n2 regular file\n1 symbolic link\n4\n$/);
  expect(seen.sums).toEqual([tar, tar, tar.replace('2 regular', '1 regular').replace('\n4\n', '\n3\n')]);
  expect(seen.top).not.toContain('proc');
  expect(seen.top).toContain('home');
  expect(seen.left).toContain('big');
});

test('a tree of a static host is loaded when it is read, and is there without the network afterwards', async ({
  openPage,
}) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tabos-tree-'));
  await writeFile(path.join(folder, 'read'), 'read before');
  await writeFile(path.join(folder, 'unread'), 'never read');
  await writeFile(path.join(folder, 'run'), '#!/bin/sh\necho "runs, too"\n', { mode: 0o755 });
  const { sha256 } = await writeTreeManifest(folder);
  const server = createStaticServer({ root: folder });
  // Another origin: the host has to let the page read.
  server.prependListener('request', (_request, response) => response.setHeader('Access-Control-Allow-Origin', '*'));
  const url = `http://127.0.0.1:${await listen(server, 0)}/`;
  const script = 'cd tree; ls; cat read; echo; ./run; cat unread; touch new';
  const mountAndRun = (address: string, hash: string | undefined, text: string) =>
    window.os
      .mountFetch(address, { mountPoint: 'tree', ...(hash !== undefined && { sha256: hash }) })
      .then(() => window.os.exec(text))
      .then(({ stdout, stderr }) => stdout + stderr);
  const tab = await openPage();
  try {
    const online = await tab.evaluate(mountAndRun, url, sha256, script.replace('cat unread', 'true'));
    expect(online).toBe('read\nrun\nunread\nread before\nruns, too\ntouch: new: Read-only file system\n');
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
  for (const hash of [sha256, undefined]) {
    await tab.reload();
    const offline = await tab.evaluate(mountAndRun, url, hash, script);
    expect(offline).toBe(
      'read\nrun\nunread\nread before\nruns, too\n' +
        'cat: read error: Network is unreachable\ntouch: new: Read-only file system\n',
    );
  }
  const wrong = await tab.evaluate(
    (address) =>
      window.os.mountFetch(`${address}other/`, { mountPoint: 'x' }).then(String, (error: Error) => error.message),
    url,
  );
  expect(wrong).toBe(`ENETUNREACH: network is unreachable, fetch '${url}other/tree.json'`);
});
