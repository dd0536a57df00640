import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TabFs } from '../../kernel/fs/tabfs/tabfs.ts';
import { Volume } from '../../kernel/fs/tabfs/volume.ts';
import { MemoryBlockStore } from '../../kernel/storage/block-store.ts';
import { Journal } from '../../kernel/storage/journal.ts';
import type { NodeMachine } from '../../testing/node-machine.ts';
import { bootPrograms, builtinFile } from '../../testing/program-machine.ts';

describe('fsck', () => {
  const stores = [0, 1, 2].map(() => new MemoryBlockStore({ resident: false }));
  const [data, first, second] = stores as [MemoryBlockStore, MemoryBlockStore, MemoryBlockStore];
  const volume = new Volume(data, new Journal([first, second]), { now: () => 1_700_000_000_000 });
  let machine: NodeMachine;
  beforeAll(async () => {
    const files = { '/bin/fsck': builtinFile('fsck'), '/home/user/data': new Uint8Array(300_000).fill(7) };
    machine = await bootPrograms(files, [], new TabFs(volume, 'root'));
    const { vfs } = machine.station;
    const ctx = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [0] }, umask: 0 };
    await vfs.chown(ctx, vfs.root, '/', 1000, 1000, 0);
  }, 60_000);
  afterAll(async () => {
    await machine.stop();
  });

  it('finds nothing in a volume that is whole, and names a file whose data is damaged', async () => {
    expect(await machine.run(['/bin/fsck'])).toEqual({ exitCode: 0, stdout: '/: clean\n', stderr: '' });
    data.write(data.size - 10, Uint8Array.of(0));
    expect(await machine.run(['/bin/fsck', '-n', '/home'])).toEqual({
      exitCode: 4,
      stdout: '/home/user/data: 1 of its chunks are damaged\n/home: 1 problems found, nothing was changed\n',
      stderr: '',
    });
  });

  it('says what it cannot check', async () => {
    expect(await machine.run(['/bin/fsck', '/dev'])).toMatchObject({ exitCode: 8 });
    expect((await machine.run(['/bin/fsck', '/nowhere'])).stderr).toContain('ENOENT: No such file or directory, open');
    expect((await machine.run(['/bin/fsck', '-x'])).exitCode).toBe(16);
  });
});
