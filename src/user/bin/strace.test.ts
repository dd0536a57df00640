import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileC } from '../../testing/compile-c.ts';
import type { NodeMachine } from '../../testing/node-machine.ts';
import { bootPrograms, builtinFile } from '../../testing/program-machine.ts';

const TESTDATA = path.join(import.meta.dirname, '../testdata');

describe('strace', () => {
  let machine: NodeMachine;
  beforeAll(async () => {
    machine = await bootPrograms({
      '/bin/strace': builtinFile('strace'),
      '/bin/js': builtinFile('js'),
      '/bin/args': await compileC(path.join(TESTDATA, 'args.c')),
      '/bin/vfork': await compileC(path.join(TESTDATA, 'vfork.c')),
    });
  }, 60_000);
  afterAll(async () => {
    await machine.stop();
  });

  it('shows the calls of a program on standard error', async () => {
    const { exitCode, stdout, stderr } = await machine.run(['/bin/strace', 'args', 'x'], {
      env: { PATH: '/nowhere:/bin' },
    });
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^args x\n/);
    const lines = stderr.trim().split('\n');
    expect(lines).toContain('+++ exited with 2 +++');
    expect(lines).toContainEqual(expect.stringMatching(/^write\(1, "args x\\n/));
    expect(lines).toContainEqual(expect.stringMatching(/^exit\(2\)/));
  });

  it('writes to a file, and follows children', async () => {
    const code = `
      const { code, stdout } = sys.run(['strace', '-f', '-o', '/tmp/trace', 'vfork']);
      const pids = new Set(sys.readTextFile('/tmp/trace').match(/^\\[pid \\d+\\]/gm));
      print(code, stdout.split('\\n').length, pids.size > 1);`;
    expect(await machine.run(['/bin/js', '-e', code])).toEqual({ exitCode: 0, stdout: '2 10 true\n', stderr: '' });
  });

  it('says what it cannot do', async () => {
    expect(await machine.run(['/bin/strace', '-e', 'trace=open', 'args'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('strace: -e is not supported'),
    });
    expect(await machine.run(['/bin/strace', 'nowhere'])).toMatchObject({
      exitCode: 127,
      stderr: "strace: ENOENT: No such file or directory, execve 'nowhere'\n",
    });
    expect(await machine.run(['/bin/strace'])).toMatchObject({ exitCode: 2 });
    expect(await machine.run(['/bin/strace', '-o', '/none/x', 'args'])).toMatchObject({ exitCode: 127 });
  });
});
