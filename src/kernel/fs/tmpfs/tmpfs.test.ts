import { describe, expect, test } from 'vitest';
import { O } from '../../../abi/file.ts';
import { fails } from '../../../testing/suites/fs-system.ts';
import { VfsSystem } from '../../../testing/suites/fs-vfs.ts';
import { Vfs } from '../../vfs/vfs.ts';
import { TabFs } from '../tabfs/tabfs.ts';
import { Volume } from '../tabfs/volume.ts';
import { TmpFs } from './tmpfs.ts';

const PAGE = 4096;

const make = (size: number, inodes: number): { fs: VfsSystem; tmpfs: TmpFs } => {
  const tree = new TabFs(Volume.inMemory({ now: () => 0 }), 'shm');
  const tmpfs = new TmpFs(tree, tree.rootIno, { size, inodes });
  return { fs: new VfsSystem(new Vfs(tmpfs)), tmpfs };
};

describe('the size of a tmpfs', () => {
  test('is what can be written to it, and given back', async () => {
    const { fs, tmpfs } = make(10 * PAGE, 100);
    const fd = await fs.open('/f', O.CREAT | O.RDWR);
    await fs.pwrite(fd, new Uint8Array(9 * PAGE), 0);
    await fs.pwrite(fd, new Uint8Array(1), 9 * PAGE);
    await fails('ENOSPC', () => fs.pwrite(fd, new Uint8Array(1), 10 * PAGE), 'one more page');
    await fails('ENOSPC', () => fs.append(fd, new Uint8Array(PAGE)), 'append');
    expect(await tmpfs.statfs()).toMatchObject({ bsize: PAGE, blocks: 10, bfree: 0, bavail: 0 });
    await fs.pwrite(fd, new Uint8Array(PAGE), 0);
    await fs.ftruncate(fd, PAGE);
    expect(await tmpfs.statfs()).toMatchObject({ blocks: 10, bfree: 9 });
    await fs.pwrite(fd, new Uint8Array(9 * PAGE), PAGE);
    fs.close(fd);
    await fs.unlink('/f');
    expect(await tmpfs.statfs()).toMatchObject({ blocks: 10, bfree: 10 });
  });

  test('is counted in pages and files, whoever wrote them', async () => {
    const { fs, tmpfs } = make(4 * PAGE, 4);
    for (const name of ['a', 'b', 'c']) {
      const fd = await fs.open(`/${name}`, O.CREAT | O.RDWR);
      await fs.pwrite(fd, new Uint8Array(1), 0);
      fs.close(fd);
    }
    expect(await tmpfs.statfs()).toMatchObject({ blocks: 4, bfree: 1, files: 4, ffree: 0 });
    await fails('ENOSPC', () => fs.mkdir('/d'), 'no inode left');
    await fs.link('/a', '/e');
    await fs.unlink('/b');
    await fs.mkdir('/d');
    expect(await tmpfs.statfs()).toMatchObject({ blocks: 4, bfree: 2, files: 4, ffree: 0 });
  });

  test('is not used up by holes', async () => {
    const { fs } = make(4 * PAGE, 10);
    const fd = await fs.open('/f', O.CREAT | O.RDWR);
    await fs.ftruncate(fd, 100 * PAGE);
    await fs.pwrite(fd, new Uint8Array(1), 200 * PAGE);
    expect((await fs.fstat(fd)).size).toBe(200 * PAGE + 1);
  });
});
