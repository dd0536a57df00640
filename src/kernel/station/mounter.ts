// mount(2) and umount(2) in a station: from what is to be mounted to a file system in the station's tree. What one
// station mounts the others do as well, when the kernel tells them.
//
// Only what was mounted by a process can be unmounted: the mounts of the machine (/usr, /proc, ...) are not a user's.

import { SysError } from '../../abi/errno.ts';
import { isDirectory, MS, O, S } from '../../abi/file.ts';
import { OverlayFs } from '../fs/overlay/overlay-fs.ts';
import { SubtreeFs } from '../fs/subtree/subtree-fs.ts';
import { TMPFS_LIMITS, TmpFs, type TmpfsLimits } from '../fs/tmpfs/tmpfs.ts';
import type { KernelPort } from '../kernel-port.ts';
import type { MountRequest, MountRow } from '../link.ts';
import type { Log, Random } from '../ports.ts';
import type { FileSystem, Ino } from '../vfs/filesystem.ts';
import type { Context, Mount, Node, Vfs } from '../vfs/vfs.ts';

const SUPPORTED =
  MS.RDONLY | MS.BIND | MS.NOSUID | MS.NODEV | MS.NOEXEC | MS.NOATIME | MS.RELATIME | MS.SILENT | MS.REC;

interface Mounted {
  readonly row: MountRow;
  readonly mount: Mount;
  /** What the file system is made of, kept open. */
  readonly holds: readonly Node[];
}

interface Made {
  readonly fs: FileSystem;
  readonly holds: readonly Node[];
  /** st_dev, of a bind mount. */
  readonly dev?: number;
}

export interface MounterParts {
  readonly vfs: Vfs;
  readonly kernel: KernelPort;
  readonly random: Random;
  /** A file system is not in the tree any more. */
  readonly unmounted: (fs: FileSystem) => void;
  readonly log: Log;
}

export class Mounter {
  private readonly parts: MounterParts;
  private readonly mounted = new Map<number, Mounted>();
  private lastName = 0;

  constructor(parts: MounterParts) {
    this.parts = parts;
  }

  /** What was mounted before this station came. */
  async start(): Promise<void> {
    for (const row of await this.parts.kernel.call('mountRows')) await this.attach(row);
  }

  /** ENODEV on a machine that has no place for it. */
  private get scratch(): FileSystem {
    const { scratch } = this.parts.vfs;
    if (scratch === undefined) throw new SysError('ENODEV', 'tmpfs');
    return scratch;
  }

  /** No other station gives the same. */
  private readonly uniqueName = (): string => {
    const bytes = new Uint8Array(8);
    this.parts.random.fill(bytes);
    return `${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}-${++this.lastName}`;
  };

  // --- for calls ---------------------------------------------------------------------------------------------------

  /** EPERM, EINVAL, ENODEV for an unknown type, ENOENT, ENOTDIR, EBUSY. */
  async mount(ctx: Context, request: MountRequest): Promise<void> {
    await this.checkOwner(ctx);
    if ((request.flags & ~SUPPORTED) !== 0) throw new SysError('EINVAL');
    const target = await this.absolute(ctx, request.target);
    const row = await this.complete(ctx, { ...request, target });
    const mounted = await this.make({ ...row, id: 0 });
    const id = await this.parts.kernel.call('mount', row);
    this.mounted.set(id, { ...mounted, row: { ...row, id } });
  }

  /** EPERM, EINVAL when nothing is mounted there, EBUSY. */
  async umount(ctx: Context, path: string, lazy: boolean): Promise<void> {
    await this.checkOwner(ctx);
    const { vfs, kernel } = this.parts;
    const node = await vfs.openDirectory(ctx, ctx.cwd, path);
    const { mount, ino } = node;
    const isRoot = ino === mount.fs.rootIno;
    node.release();
    if (!isRoot) throw new SysError('EINVAL');
    const found = [...this.mounted].find(([, each]) => each.mount === mount);
    if (found === undefined) throw new SysError(mount.covers === undefined ? 'EBUSY' : 'EPERM', path);
    const [id, { row }] = found;
    if (mount.children.size > 0 || (!lazy && mount.isBusy)) throw new SysError('EBUSY');
    await kernel.call('umount', id, lazy);
    await this.detach(id);
    if (row.root !== undefined) await this.discard(row.root);
  }

  /** Only whom the machine belongs to may change its tree. */
  private async checkOwner(ctx: Context): Promise<void> {
    const { uid } = await this.parts.vfs.fstat(this.parts.vfs.root);
    if (ctx.cred.uid !== 0 && ctx.cred.uid !== uid) throw new SysError('EPERM');
  }

  private async absolute(ctx: Context, path: string): Promise<string> {
    const node = await this.parts.vfs.openDirectory(ctx, ctx.cwd, path);
    try {
      return await this.parts.vfs.pathOf(ctx, node);
    } finally {
      node.release();
    }
  }

  /** Paths as the other stations have to see them, and the tree of a tmpfs. */
  private async complete(ctx: Context, request: MountRequest): Promise<Omit<MountRow, 'id'>> {
    if ((request.flags & MS.BIND) !== 0) return { ...request, source: await this.absolute(ctx, request.source) };
    if (request.type === 'tmpfs') return { ...request, root: await this.newTree(ctx, request.data) };
    if (request.type !== 'overlay') throw new SysError('ENODEV', request.type);
    const options = optionsOf(request.data);
    const paths: string[] = [];
    for (const name of ['lowerdir', 'upperdir', 'workdir']) {
      const path = options.get(name);
      if (path === undefined) throw new SysError('EINVAL', `${name} is missing`);
      paths.push(`${name}=${await this.absolute(ctx, path)}`);
    }
    return { ...request, data: paths.join(',') };
  }

  private async newTree(ctx: Context, data: string): Promise<Ino> {
    const options = optionsOf(data);
    limitsOf(options);
    const mode = Number.parseInt(options.get('mode') ?? '1777', 8);
    if (!(mode >= 0 && mode <= 0o7777)) throw new SysError('EINVAL', 'mode');
    const { scratch } = this;
    const { uid, gid } = ctx.cred;
    const what = { mode: S.IFDIR | mode, uid, gid };
    const made = await scratch.create(scratch.rootIno, this.uniqueName(), what, { exclusive: true, open: false });
    return made.attributes.ino;
  }

  // --- for the kernel ----------------------------------------------------------------------------------------------

  /** Another station has mounted something. */
  async attach(row: MountRow): Promise<void> {
    try {
      this.mounted.set(row.id, { ...(await this.make(row)), row });
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      this.parts.log(`cannot mount ${row.type} on ${row.target} here: ${error.message}`);
    }
  }

  isBusy(id: number): boolean {
    return this.mounted.get(id)?.mount.isBusy === true;
  }

  async detach(id: number): Promise<void> {
    const mounted = this.mounted.get(id);
    if (mounted === undefined) return;
    this.mounted.delete(id);
    this.parts.vfs.detach(mounted.mount);
    this.parts.unmounted(mounted.mount.fs);
    for (const node of mounted.holds) node.release();
  }

  // --- file systems ------------------------------------------------------------------------------------------------

  private async make(row: MountRow): Promise<Omit<Mounted, 'row'>> {
    const { fs, holds, dev } = await this.fileSystem(row);
    const readOnly = (row.flags & MS.RDONLY) !== 0;
    const options = row.data === '' ? [] : row.data.split(',');
    try {
      const source = row.source === '' ? row.type : row.source;
      const mount = await this.parts.vfs.mount(row.target, fs, {
        source,
        readOnly,
        options,
        ...(dev !== undefined && { dev }),
      });
      return { mount, holds };
    } catch (error) {
      for (const node of holds) node.release();
      throw error;
    }
  }

  private async fileSystem({ type, source, flags, data, root }: MountRow): Promise<Made> {
    if ((flags & MS.BIND) !== 0) {
      const node = await this.directory(source);
      return { fs: new SubtreeFs(node.fs, node.ino), holds: [node], dev: node.mount.dev };
    }
    if (root !== undefined) return { fs: new TmpFs(this.scratch, root, limitsOf(optionsOf(data))), holds: [] };
    if (type !== 'overlay') throw new SysError('ENODEV', type);
    const options = optionsOf(data);
    const [lower, top, work] = [
      await this.directory(options.get('lowerdir') ?? ''),
      await this.directory(options.get('upperdir') ?? ''),
      await this.directory(options.get('workdir') ?? ''),
    ] as const;
    const holds = [lower, top, work];
    if (top.mount !== work.mount || top.ino === work.ino || top.mount.readOnly) {
      for (const node of holds) node.release();
      throw new SysError('EINVAL', 'upperdir and workdir have to be different directories of one writable mount');
    }
    const fs = new OverlayFs({
      lower: new SubtreeFs(lower.fs, lower.ino),
      upper: top.fs,
      top: top.ino,
      work: work.ino,
      uniqueName: this.uniqueName,
    });
    return { fs, holds };
  }

  private async directory(path: string): Promise<Node> {
    const { vfs } = this.parts;
    const ctx: Context = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [] }, umask: 0 };
    const { node, attributes } = await vfs.open(ctx, vfs.root, path, O.PATH, 0);
    if (isDirectory(attributes.mode)) return node;
    node.release();
    throw new SysError('ENOTDIR', path);
  }

  /** A tmpfs that nobody can reach any more. What somebody still has open there ends with its last holder. */
  private async discard(root: Ino): Promise<void> {
    const { scratch } = this;
    const [name] = await scratch.namesTo(root);
    await removeAll(scratch, root);
    if (name !== undefined) await scratch.rmdir(scratch.rootIno, name);
  }
}

const removeAll = async (fs: FileSystem, dir: Ino): Promise<void> => {
  for (;;) {
    const entries = await fs.readdir(dir, 0, 256);
    if (entries.length === 0) return;
    for (const { name, ino, mode } of entries) {
      if (!isDirectory(mode)) await fs.unlink(dir, name);
      else {
        await removeAll(fs, ino);
        await fs.rmdir(dir, name);
      }
    }
  }
};

const optionsOf = (data: string): ReadonlyMap<string, string> =>
  new Map(
    data
      .split(',')
      .filter((option) => option !== '')
      .map((option) => {
        const [name = '', ...value] = option.split('=');
        return [name, value.join('=')] as const;
      }),
  );

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `size=64m`, `nr_inodes=1k` of tmpfs(5). EINVAL. */
const limitsOf = (options: ReadonlyMap<string, string>): TmpfsLimits => {
  const number = (name: string, otherwise: number): number => {
    const text = options.get(name);
    if (text === undefined) return otherwise;
    const [, digits, unit = ''] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
    if (digits === undefined) throw new SysError('EINVAL', `${name}=${text}`);
    return Number(digits) * (UNITS[unit.toLowerCase()] as number);
  };
  const known = new Set(['size', 'nr_inodes', 'mode']);
  for (const name of options.keys()) if (!known.has(name)) throw new SysError('EINVAL', name);
  return { size: number('size', TMPFS_LIMITS.size), inodes: number('nr_inodes', TMPFS_LIMITS.inodes) };
};
