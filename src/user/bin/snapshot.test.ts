import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecResult, NodeMachine } from '../../testing/node-machine.ts';
import { bootPrograms, builtinFile } from '../../testing/program-machine.ts';

describe('snapshot', () => {
  let machine: NodeMachine;
  beforeAll(async () => {
    const files = { '/bin/snapshot': builtinFile('snapshot'), '/bin/js': builtinFile('js') };
    machine = await bootPrograms(files, ['/home/user/work']);
    // The tree belongs to the user, as it does in a real machine.
    const { vfs } = machine.station;
    const ctx = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [0] }, umask: 0 };
    await vfs.chown(ctx, vfs.root, '/', 1000, 1000, 0);
  }, 60_000);
  afterAll(async () => {
    await machine.stop();
  });

  const snapshot = (...args: string[]): Promise<ExecResult> => machine.run(['/bin/snapshot', ...args]);
  const js = async (code: string): Promise<string> => {
    const { stdout, stderr } = await machine.run(['/bin/js', '-e', code]);
    expect(stderr).toBe('');
    return stdout;
  };
  const DONE = { exitCode: 0, stdout: '', stderr: '' };

  it('brings back what was changed, removed and made', async () => {
    await js(`sys.writeFile('work/a', 'one'); sys.writeFile('work/b', 'two'); sys.mkdir('work/d')`);
    expect(await snapshot('create', 'before')).toEqual(DONE);
    await js(
      `sys.writeFile('work/a', 'changed'); sys.unlink('work/b'); sys.rmdir('work/d'); sys.writeFile('work/c', 'new')`,
    );
    expect(await snapshot('create', 'after')).toEqual(DONE);
    expect(await snapshot('rollback', 'before')).toEqual(DONE);
    const show = `print(sys.readdir('work').map(({ name }) => name).sort().join(' '), sys.readTextFile('work/a'))`;
    expect(await js(show)).toBe('a b d one\n');
    expect(await snapshot('rollback', 'after')).toEqual(DONE);
    expect(await js(show)).toBe('a c changed\n');
  });

  it('lists them, the oldest first, and deletes them', async () => {
    const { stdout } = await snapshot('list');
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}before\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}after\n$/);
    expect(await snapshot('delete', 'before', 'after')).toEqual(DONE);
    expect(await snapshot('list')).toEqual(DONE);
  });

  it('says what is wrong', async () => {
    expect((await snapshot('rollback', 'none')).stderr).toBe(
      "snapshot: ENOENT: No such file or directory, snapshot 'none'\n",
    );
    expect((await snapshot('create', 'a/b')).stderr).toContain('EINVAL');
    expect((await snapshot('create', 'twice')).exitCode).toBe(0);
    expect((await snapshot('create', 'twice')).stderr).toContain('EEXIST');
    expect(await snapshot('rollback')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('usage:') });
    expect((await snapshot('delete', 'twice')).exitCode).toBe(0);
  });
});
