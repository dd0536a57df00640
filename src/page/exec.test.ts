/** The page's side of processes, against a real shell. */
import { expect, test } from 'vitest';
import type { StationControl } from '../host/control.ts';
import { nativeControl } from '../testing/native-control.ts';
import { type ExecOptions, exec } from './exec.ts';
import { launch, type SpawnOptions } from './launch.ts';

const station = nativeControl() as StationControl;
const run = (script: string, options: ExecOptions = {}) => exec(station, script, { cwd: '/', ...options });
const start = (file: string, args: readonly string[], options: SpawnOptions = {}) =>
  launch(station, file, args, { cwd: '/', ...options });

const decode = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString();

test('a script gives its output, its errors and its code', async () => {
  const result = await run('echo out; echo err >&2; exit 3');
  expect(result).toMatchObject({ exitCode: 3, signal: null, stdout: 'out\n', stderr: 'err\n' });
  expect(result).toMatchObject({ timedOut: false, truncated: false });
  expect([...result.stdoutBytes]).toEqual([...Buffer.from('out\n')]);
});

test('bytes that are no text come as bytes, and a byte order mark stays', async () => {
  const result = await run("printf '\\377\\0\\376'; printf '\\357\\273\\277x' >&2");
  expect([...result.stdoutBytes]).toEqual([255, 0, 254]);
  expect(result.stderr).toBe('\uFEFFx');
});

test('the input is text, bytes or nothing', async () => {
  expect((await run('cat', { stdin: 'grüße' })).stdout).toBe('grüße');
  expect([...(await run('cat', { stdin: new Uint8Array([0, 255, 10]) })).stdoutBytes]).toEqual([0, 255, 10]);
  expect(await run('cat; read x || echo end')).toMatchObject({ stdout: 'end\n' });
});

test('megabytes go through in both directions', async () => {
  const stdin = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 256);
  const { stdoutBytes } = await run('cat', { stdin });
  expect(Buffer.compare(stdoutBytes, stdin)).toBe(0);
});

test('a script that does not read its input is no error', async () => {
  expect(await run('exit 5', { stdin: 'x'.repeat(1_000_000) })).toMatchObject({ exitCode: 5 });
});

test('the environment is the default one with changes', async () => {
  const { stdout } = await run('env', { env: { TERM: null, LANG: 'C', EXTRA: 'a b' }, cwd: '/tmp' });
  const lines = stdout.split('\n').filter((line) => !/^(_|OLDPWD)=/.test(line));
  expect(lines.sort()).toEqual([
    '',
    'EXTRA=a b',
    'HOME=/home/user',
    'LANG=C',
    'LOGNAME=user',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'PWD=/tmp',
    'SHELL=/bin/sh',
    'USER=user',
  ]);
});

test('a signal is told as a shell tells it', async () => {
  expect(await run('kill -9 $$')).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
});

test('output waits for what the script left behind', async () => {
  expect((await run('(sleep 0.1; echo late) & echo soon')).stdout).toBe('soon\nlate\n');
});

test('after the timeout the whole group is ended, and what came until then is kept', async () => {
  const result = await run('echo soon; sleep 100 & sleep 100', { timeout: 150 });
  expect(result).toMatchObject({ exitCode: 124, signal: 'SIGTERM', stdout: 'soon\n', timedOut: true });
});

test('a script that ignores SIGTERM is killed', async () => {
  const result = await run('trap "" TERM; echo soon; while :; do sleep 1; done', { timeout: 100 });
  expect(result).toMatchObject({ exitCode: 124, signal: 'SIGKILL', stdout: 'soon\n', timedOut: true });
});

test('an abort rejects with its reason, before and while it runs', async () => {
  const early = AbortSignal.abort(new Error('early'));
  await expect(run('echo never', { signal: early })).rejects.toThrow('early');
  const stop = new AbortController();
  const running = run('sleep 100', { signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
});

test('output beyond the limit is dropped and said to be', async () => {
  const result = await run('echo 0123456789; echo error >&2', { maxOutput: 6 });
  expect(result).toMatchObject({ exitCode: 0, stdout: '012345', stderr: 'error\n', truncated: true });
});

test('many scripts run at once', async () => {
  const results = await Promise.all(Array.from({ length: 40 }, (_, i) => run(`echo ${i}`)));
  expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 40 }, (_, i) => `${i}\n`));
});

test('a process reads what is written to it, and its output comes as it is written', async () => {
  const out: Uint8Array[] = [];
  const process = await start('cat', [], { onStdout: (bytes) => void out.push(bytes) });
  expect(process.pid).toBeGreaterThan(0);
  await process.stdin.write('one ');
  await process.stdin.write(new TextEncoder().encode('two'));
  await process.stdin.close();
  expect(await process.wait()).toEqual({ exitCode: 0, signal: null });
  expect(decode(out)).toBe('one two');
  await expect(process.stdin.write('x')).rejects.toMatchObject({ code: 'EPIPE' });
});

test('an async listener holds the process back', async () => {
  let inside = 0;
  let most = 0;
  let total = 0;
  const process = await start('head', ['-c', '2000000', '/dev/zero'], {
    stdin: null,
    onStdout: async ({ length }) => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 1));
      total += length;
      inside--;
    },
  });
  await process.wait();
  expect([most, total]).toEqual([1, 2_000_000]);
});

test('a listener that throws stops the process by its output, and wait rejects', async () => {
  const process = await start('yes', [], {
    onStdout: () => {
      throw new Error('enough');
    },
  });
  await expect(process.wait()).rejects.toThrow('enough');
  // By SIGPIPE, or by the error that this computer gives on a socket that still holds data.
  expect((await process.exited).exitCode).toBeGreaterThan(0);
});

test('a process can be signalled, and one that is gone cannot', async () => {
  const process = await start('sleep', ['100']);
  expect(await process.kill('HUP')).toBe(true);
  expect(await process.wait()).toEqual({ exitCode: 129, signal: 'SIGHUP' });
  expect(await process.kill()).toBe(false);
  await expect(process.kill('SIGNOT')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_SIGNAL' });
});

test('a stopped process is ended by an abort all the same', async () => {
  const stop = new AbortController();
  const process = await start('sleep', ['100'], { signal: stop.signal });
  await process.kill('STOP');
  stop.abort();
  expect(await process.wait()).toMatchObject({ signal: 'SIGTERM' });
});

test('a program that is not there rejects with the errno', async () => {
  await expect(start('no-such-program', [])).rejects.toMatchObject({
    code: 'ENOENT',
    syscall: 'spawn',
    path: 'no-such-program',
    message: "ENOENT: no such file or directory, spawn 'no-such-program'",
  });
});
