// Owners, permission bits, the sticky bit, set-id bits: chmod(2), chown(2), access(2), inode(7), path_resolution(7).

import { ACCESS, O } from '../../abi/file.ts';
import { touch } from './fs-cases-paths.ts';
import { equal, type FsCase, type FsSystem, fails, text } from './fs-system.ts';

const USER = 1000;
const OTHER = 1001;

const mode = async (fs: FsSystem, path: string): Promise<number> => (await fs.lstat(path)).mode & 0o7777;

const permissionCase = (name: string, run: (fs: FsSystem) => Promise<void>): FsCase => ({
  name,
  needs: ['credentials'],
  async run(fs) {
    await fs.chmod('.', 0o777);
    await run(fs);
  },
});

export const PERMISSION_CASES: readonly FsCase[] = [
  permissionCase('a new file belongs to its maker', async (fs) => {
    await fs.as(USER, OTHER, () => touch(fs, 'f', '', 0o666));
    const status = await fs.stat('f');
    equal([status.uid, status.gid, status.mode & 0o7777], [USER, OTHER, 0o644], 'uid, gid, mode');
  }),
  permissionCase('reading, writing and searching', async (fs) => {
    await fs.as(USER, USER, async () => {
      await fs.mkdir('d', 0o700);
      await touch(fs, 'd/f', 'x');
      await touch(fs, 'r', '', 0o644);
      await touch(fs, 'secret', '', 0o600);
    });
    await fs.as(OTHER, OTHER, async () => {
      await fails('EACCES', () => fs.stat('d/f'), 'search');
      await fails('EACCES', () => fs.stat('d/missing'), 'search before existence');
      await fails('EACCES', () => fs.chdir('d'), 'chdir');
      await fails('EACCES', () => fs.readdir('d'), 'readdir');
      await fails('EACCES', () => fs.open('r', O.WRONLY), 'write');
      await fails('EACCES', () => fs.open('r', O.RDONLY | O.TRUNC), 'cut');
      await fails('EACCES', () => fs.truncate('r', 0), 'truncate');
      await fails('EACCES', () => fs.open('secret', O.RDONLY), 'read');
      await fs.close(await fs.open('r', O.RDONLY));
      await fs.stat('d');
    });
  }),
  permissionCase('the owner is judged by the owner bits alone', async (fs) => {
    await fs.as(USER, USER, async () => {
      await touch(fs, 'f', '', 0o666);
      await fs.chmod('f', 0o066);
      await fails('EACCES', () => fs.open('f', O.RDONLY), 'owner');
    });
    await fs.as(OTHER, USER, async () => fs.close(await fs.open('f', O.RDONLY)));
    await fs.chmod('f', 0o606);
    await fs.as(OTHER, USER, () => fails('EACCES', () => fs.open('f', O.RDONLY), 'group'));
    await fs.as(OTHER, OTHER, async () => fs.close(await fs.open('f', O.RDWR)));
  }),
  permissionCase('names change by permission of the directory', async (fs) => {
    await fs.as(USER, USER, async () => {
      await fs.mkdir('d', 0o755);
      await touch(fs, 'd/f');
      await fs.mkdir('d/sub');
    });
    await fs.as(OTHER, OTHER, async () => {
      await touch(fs, 'mine');
      await fails('EACCES', () => touch(fs, 'd/new'), 'create');
      await fails('EACCES', () => fs.mkdir('d/new'), 'mkdir');
      await fails('EEXIST', () => fs.mkdir('d/sub'), 'existence before permission');
      await fails('EACCES', () => fs.symlink('x', 'd/new'), 'symlink');
      await fails('EACCES', () => fs.link('mine', 'd/new'), 'link');
      await fails('EACCES', () => fs.unlink('d/f'), 'unlink');
      await fails('ENOENT', () => fs.unlink('d/m'), 'unlink of nothing');
      await fails('EACCES', () => fs.unlink('d/sub'), 'unlink of a directory');
      await fails('EACCES', () => fs.rmdir('d/sub'), 'rmdir');
      await fails('EACCES', () => fs.rmdir('d/f'), 'rmdir of a file');
      await fails('EACCES', () => fs.rename('d/f', 'x'), 'rename from');
      await fails('EACCES', () => fs.rename('mine', 'd/x'), 'rename to');
    });
  }),
  permissionCase('moving a directory needs write permission for it', async (fs) => {
    await fs.as(USER, USER, async () => {
      await fs.mkdir('a', 0o777);
      await fs.mkdir('b', 0o777);
      await fs.mkdir('a/d', 0o755);
      await fs.chmod('a/d', 0o555);
      await fs.rename('a/d', 'a/e');
      await fails('EACCES', () => fs.rename('a/e', 'b/e'), 'across directories');
    });
  }),
  permissionCase('the sticky bit', async (fs) => {
    await fs.mkdir('t', 0o777);
    await fs.chmod('t', 0o1777);
    await fs.as(USER, USER, async () => {
      await touch(fs, 't/f', '', 0o666);
      await fs.mkdir('t/d');
    });
    await fs.as(OTHER, OTHER, async () => {
      await touch(fs, 't/mine');
      await fails('EPERM', () => fs.unlink('t/f'), 'unlink');
      await fails('EPERM', () => fs.rmdir('t/d'), 'rmdir');
      await fails('EPERM', () => fs.rename('t/f', 't/g'), 'rename');
      await fails('EPERM', () => fs.rename('t/mine', 't/f'), 'rename over');
      await fs.unlink('t/mine');
    });
    await fs.as(USER, USER, () => fs.unlink('t/f'));
    await fs.rmdir('t/d');
  }),
  permissionCase('chmod', async (fs) => {
    await fs.as(USER, USER, () => touch(fs, 'f'));
    await fs.as(OTHER, OTHER, () => fails('EPERM', () => fs.chmod('f', 0o777), 'not the owner'));
    await fs.as(USER, USER, () => fs.chmod('f', 0o4711));
    equal(await mode(fs, 'f'), 0o4711, 'owner');
    await fs.chown('f', USER, OTHER);
    await fs.as(USER, USER, () => fs.chmod('f', 0o2755));
    equal(await mode(fs, 'f'), 0o755, 'S_ISGID of a group one is not in');
    await fails('ENOENT', () => fs.chmod('m', 0), 'missing');
    await fs.symlink('f', 'l');
    await fs.chmod('l', 0o600);
    equal([await mode(fs, 'l'), await mode(fs, 'f')], [0o777, 0o600], 'through a link');
    const fd = await fs.open('f', O.RDONLY);
    await fs.fchmod(fd, 0o640);
    equal(await mode(fs, 'f'), 0o640, 'fchmod');
    await fs.close(fd);
  }),
  permissionCase('chown', async (fs) => {
    await fs.as(USER, USER, async () => {
      await touch(fs, 'f');
      await fails('EPERM', () => fs.chown('f', OTHER, -1), 'give away');
      await fails('EPERM', () => fs.chown('f', -1, OTHER), 'to a group one is not in');
      await fs.chown('f', USER, USER);
      await fs.chown('f', -1, -1);
    });
    await fs.as(OTHER, OTHER, () => fails('EPERM', () => fs.chown('f', -1, OTHER), 'not the owner'));
    await fs.chmod('f', 0o6755);
    await fs.chown('f', OTHER, 7);
    const status = await fs.stat('f');
    equal([status.uid, status.gid, status.mode & 0o7777], [OTHER, 7, 0o755], 'by root, without set-id bits');
    await fs.symlink('f', 'l');
    await fs.lchown('l', 5, 6);
    equal([(await fs.lstat('l')).uid, (await fs.stat('l')).uid], [5, OTHER], 'lchown');
  }),
  permissionCase('a write by a user takes set-id bits away', async (fs) => {
    await fs.as(USER, USER, async () => {
      await touch(fs, 'f', 'content');
      await fs.chmod('f', 0o6777);
      const fd = await fs.open('f', O.WRONLY);
      await fs.pwrite(fd, text('x'), 0);
      await fs.close(fd);
      equal(await mode(fs, 'f'), 0o777, 'after write');
      await fs.chmod('f', 0o4711);
      await fs.truncate('f', 1);
      equal(await mode(fs, 'f'), 0o711, 'after truncate');
    });
  }),
  permissionCase('set-group-ID directories give their group', async (fs) => {
    await fs.mkdir('d');
    await fs.chown('d', USER, OTHER);
    await fs.chmod('d', 0o2777);
    await fs.as(USER, USER, async () => {
      await touch(fs, 'd/f');
      await fs.mkdir('d/sub', 0o755);
    });
    equal([(await fs.stat('d/f')).gid, (await fs.stat('d/sub')).gid], [OTHER, OTHER], 'gid');
    equal(await mode(fs, 'd/sub'), 0o2755, 'a directory inherits the bit');
  }),
  permissionCase('access', async (fs) => {
    await touch(fs, 'f', '', 0o600);
    await fs.access('f', ACCESS.R_OK | ACCESS.W_OK);
    await fails('EACCES', () => fs.access('f', ACCESS.X_OK), 'root cannot run what nobody may');
    await fs.chmod('f', 0o645);
    await fs.access('f', ACCESS.X_OK);
    await fails('ENOENT', () => fs.access('m', ACCESS.F_OK), 'missing');
  }),
  {
    ...permissionCase('access of a user', async (fs) => {
      await touch(fs, 'f', '', 0o600);
      await fs.chmod('f', 0o645);
      await fs.mkdir('d', 0o700);
      await fs.as(USER, USER, async () => {
        await fs.access('f', ACCESS.F_OK);
        await fs.access('f', ACCESS.R_OK | ACCESS.X_OK);
        await fails('EACCES', () => fs.access('f', ACCESS.W_OK), 'write');
        await fails('EACCES', () => fs.access('d/x', ACCESS.F_OK), 'search');
        await fails('EINVAL', () => fs.access('f', 8), 'an unknown bit');
      });
    }),
    needs: ['credentials', 'exact'],
  },
  permissionCase('times of the file of another', async (fs) => {
    await touch(fs, 'f', '', 0o666);
    await fs.as(USER, USER, () => fails('EPERM', () => fs.utimes('f', 1n, 1n), 'utimes'));
  }),
];
