/** The public interface of the page (src/page/os.ts) on a real machine: processes, terminals, errors, limits. */
import type { TabOS } from '../src/page/os.ts';
import { expect, test } from './harness/fixtures.ts';

/** What runs in the page sees the whole interface, more than is promised to other people's scripts. */
interface Page {
  readonly os: TabOS;
}

test('calls may be made before the machine is ready, many at once', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const texts = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    const results = await Promise.all(Array.from({ length: 30 }, (_, i) => os.exec(`echo ${i}`)));
    return results.map(({ stdout }) => stdout.trim());
  });
  expect(texts).toEqual(Array.from({ length: 30 }, (_, i) => String(i)));
});

test('exec: codes of signals, timeouts, aborts and limits', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    const killed = await os.exec('kill -KILL $$');
    const late = await os.exec('echo soon; while :; do :; done', { timeout: 300 });
    const stubborn = await os.exec('trap "" TERM; echo soon; while :; do sleep 1; done', { timeout: 300 });
    const aborted = await os
      .exec('sleep 100', { signal: AbortSignal.timeout(100) })
      .then(String, (error: Error) => error.name);
    const cut = await os.exec('echo 0123456789', { maxOutput: 4 });
    const nowhere = await os.exec('pwd', { cwd: '/nowhere' }).then(String, (error: { code: string }) => error.code);
    return {
      killed: [killed.exitCode, killed.signal],
      late: [late.exitCode, late.stdout, late.timedOut],
      stubborn: [stubborn.exitCode, stubborn.signal, stubborn.stdout],
      aborted,
      cut: [cut.stdout, cut.truncated],
      nowhere,
    };
  });
  expect(seen).toEqual({
    killed: [137, 'SIGKILL'],
    late: [124, 'soon\n', true],
    stubborn: [124, 'SIGKILL', 'soon\n'],
    aborted: 'TimeoutError',
    cut: ['0123', true],
    nowhere: 'ENOENT',
  });
});

test('exec leaves no process behind, whatever its end', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const left = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    await os.exec('sleep 100 & sleep 100', { timeout: 200 });
    await os.exec('sleep 100', { signal: AbortSignal.timeout(100) }).catch(() => undefined);
    await os.exec('yes | head -n 1');
    return (await os.processes())
      .filter(({ args }) => /^(sleep|yes|head)/.test(args[0] ?? ''))
      .map(({ args }) => args.join(' '));
  });
  expect(left).toEqual([]);
});

test('bytes go through a process unchanged, three megabytes both ways', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const same = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    const stdin = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 256);
    const { stdoutBytes } = await os.exec('cat', { stdin });
    return stdoutBytes.length === stdin.length && stdoutBytes.every((byte, i) => byte === stdin[i]);
  });
  expect(same).toBe(true);
});

test('a process is written to, read from and signalled', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    let out = '';
    const cat = await os.spawn('cat', ['-'], {
      onStdout: (bytes) => {
        out += new TextDecoder().decode(bytes);
      },
    });
    await cat.stdin.write('one ');
    await cat.stdin.write(new TextEncoder().encode('two'));
    await cat.stdin.close();
    const ended = await cat.wait();
    const sleep = await os.spawn('sleep', ['100']);
    const listed = (await os.processes()).some(({ pid, args }) => pid === sleep.pid && args.join(' ') === 'sleep 100');
    const signalled = [await sleep.kill('SIGTERM'), await sleep.wait(), await sleep.kill()];
    const absent = await os.spawn('no-such-program').then(String, (error: Error) => error.message);
    return { out, ended, listed, signalled, absent };
  });
  expect(seen).toEqual({
    out: 'one two',
    ended: { exitCode: 0, signal: null },
    listed: true,
    signalled: [true, { exitCode: 143, signal: 'SIGTERM' }, false],
    absent: "ENOENT: no such file or directory, spawn 'no-such-program'",
  });
});

test('a slow listener holds a fast process back', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    let inside = 0;
    let most = 0;
    let total = 0;
    const process = await os.spawn('head', ['-c', '2000000', '/dev/zero'], {
      stdin: null,
      onStdout: async ({ length }) => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 1));
        total += length;
        inside--;
      },
    });
    await process.wait();
    return { most, total };
  });
  expect(seen).toEqual({ most: 1, total: 2_000_000 });
});

test('errors of files have the shape of those of Node', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { fs } = (window as unknown as Page).os;
    const refused = (call: Promise<unknown>) =>
      call.then(
        String,
        ({ code, syscall, path, message }: { code: string; syscall: string; path: string; message: string }) => ({
          code,
          syscall,
          path,
          message,
        }),
      );
    await fs.mkdir('folder');
    return {
      missing: await refused(fs.readFile('/tmp/missing', 'utf8')),
      there: await refused(fs.mkdir('folder')),
      folder: await refused(fs.rm('folder')),
      exists: [await fs.exists('folder'), await fs.exists('missing')],
      home: await fs.exists('/home/user/folder'),
    };
  });
  expect(seen).toMatchObject({
    missing: {
      code: 'ENOENT',
      syscall: 'open',
      path: '/tmp/missing',
      message: "ENOENT: no such file or directory, open '/tmp/missing'",
    },
    there: { code: 'EEXIST', syscall: 'mkdir', path: 'folder' },
    folder: { code: 'EISDIR', syscall: 'rm', path: 'folder' },
    exists: [true, false],
    home: true,
  });
});

test('a shell has its own terminal and size, and ends with its code', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    const shell = await os.openShell({ cols: 40, rows: 10, env: { GREETING: 'hi' } });
    let out = '';
    shell.onData((bytes) => {
      out += new TextDecoder().decode(bytes);
    });
    shell.write('stty size; echo $GREETING; exit 7\r');
    const ended = await shell.exited;
    const one = await os.openShell({ command: 'echo one; exit 3' });
    const two = await os.openShell({ command: ['sh', '-c', 'kill -TERM $$'] });
    return { out, ended, one: await one.exited, two: await two.exited, apart: one.id !== two.id };
  });
  expect(seen.out).toContain('10 40\r\nhi\r\n');
  expect(seen).toMatchObject({
    ended: { exitCode: 7, signal: null },
    one: { exitCode: 3, signal: null },
    two: { exitCode: 143, signal: 'SIGTERM' },
    apart: true,
  });
});

test('a closed shell is hung up, and its terminal goes', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    const shell = await os.openShell();
    await shell.close();
    const ended = await shell.exited;
    const terminals = await os.terminals();
    const attach = await os.openShell({ attach: shell.id }).then(String, (error: { code: string }) => error.code);
    return { ended, gone: terminals.every(({ id }) => id !== shell.id), attach };
  });
  expect(seen).toEqual({ ended: { exitCode: 129, signal: 'SIGHUP' }, gone: true, attach: 'ENXIO' });
});

test('who attaches later sees what was on the screen, and both see what comes', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    const collect = (shell: Awaited<ReturnType<TabOS['openShell']>>) => {
      const state = { text: '', replayed: '' };
      shell.onData((bytes, { replay }) => {
        const text = new TextDecoder().decode(bytes);
        state.text += text;
        if (replay) state.replayed += text;
      });
      return state;
    };
    const until = async (state: { text: string }, wanted: string) => {
      while (!state.text.includes(wanted)) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const first = await os.openShell({ command: 'echo before; read line; echo "got $line"; read line' });
    const one = collect(first);
    await until(one, 'before');
    const second = await os.openShell({ attach: first.id, cols: 60, rows: 20 });
    const two = collect(second);
    await until(two, 'before');
    second.write('typed\r');
    await Promise.all([until(one, 'got typed'), until(two, 'got typed')]);
    first.write('\r');
    return { replayed: two.replayed, ends: [await first.exited, await second.exited] };
  });
  expect(seen.replayed).toContain('before');
  expect(seen.ends).toEqual([
    { exitCode: 0, signal: null },
    { exitCode: null, signal: null },
  ]);
});

test('capabilities say what the browser has; a closed machine says that it is closed', async ({ openPage }) => {
  const tab = await openPage({ ephemeral: true });
  const seen = await tab.evaluate(async () => {
    const { os } = window as unknown as Page;
    const capabilities = await os.capabilities;
    await os.ready;
    const pending = os.exec('sleep 100').then(String, (error: { code: string }) => error.code);
    await os.exec('true');
    os.close();
    const after = await os.fs.readFile('/etc/passwd').then(String, (error: { code: string }) => error.code);
    return { lacking: Object.entries(capabilities).filter(([, { ok }]) => !ok), pending: await pending, after };
  });
  expect(seen).toEqual({ lacking: [], pending: 'ERR_CLOSED', after: 'ERR_CLOSED' });
});
