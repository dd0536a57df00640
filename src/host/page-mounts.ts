// What a page mounts: MountsControl (control.ts). A mount belongs to the tab that made it: its processes see it.

import { SysError } from '../abi/errno.ts';
import { isDirectory } from '../abi/file.ts';
import { fromText } from '../base/bytes.ts';
import { makeFetchfs } from '../kernel/fs/fetchfs/fetchfs.ts';
import { PathFs } from '../kernel/fs/pathfs/path-fs.ts';
import type { Clock, Log } from '../kernel/ports.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import type { FileSystem } from '../kernel/vfs/filesystem.ts';
import type { Context, Mount, Vfs } from '../kernel/vfs/vfs.ts';
import type { MountsControl } from './control.ts';
import { portEndpoint } from './endpoints.ts';
import { LocalProvider } from './local-provider.ts';
import { PageProvider } from './page-provider.ts';
import { told } from './told.ts';
import { loadTreeManifest, treeFetcher } from './tree-fetcher.ts';

const MODE = 0o755;

interface Mountable {
  readonly fs: FileSystem;
  /** After it is out of the tree. */
  readonly close: () => void;
}

interface Mounted extends Mountable {
  /** As the page has called it. */
  readonly path: string;
  readonly mount: Mount;
}

class PageMounts {
  private readonly vfs: Vfs;
  private readonly ctx: Context;
  private readonly onUnmounted: (fs: FileSystem) => void;
  private readonly mounted: Mounted[] = [];

  constructor(vfs: Vfs, onUnmounted: (fs: FileSystem) => void) {
    this.vfs = vfs;
    this.onUnmounted = onUnmounted;
    this.ctx = { root: vfs.root, cwd: vfs.root, cred: USER, umask: 0 };
  }

  /** Mount over a directory, which is made when it is missing, and taken away again when it cannot be mounted on. */
  async mount(path: string, what: Mountable, source: string): Promise<void> {
    const { vfs, ctx } = this;
    const made = await this.makeDirectory(path);
    try {
      const mount = await vfs.mount(path, what.fs, { source });
      this.mounted.push({ ...what, path, mount });
    } catch (error) {
      what.close();
      if (made) await vfs.rmdir(ctx, vfs.root, path);
      throw error;
    }
  }

  private async makeDirectory(path: string): Promise<boolean> {
    const { vfs, ctx } = this;
    try {
      const { mode } = await vfs.stat(ctx, vfs.root, path, 0);
      if (!isDirectory(mode)) throw new SysError('ENOTDIR');
      return false;
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== 'ENOENT') throw error;
    }
    await vfs.mkdir(ctx, vfs.root, path, MODE);
    return true;
  }

  /** Nothing is asked of the file system: its owner may not answer any more. */
  unmount(path: string): void {
    const index = this.mounted.findIndex((mounted) => mounted.path === path);
    const found = this.mounted[index];
    if (found === undefined) throw new SysError('EINVAL', 'the page has mounted nothing there');
    if (found.mount.children.size > 0) throw new SysError('EBUSY');
    this.vfs.detach(found.mount);
    this.mounted.splice(index, 1);
    found.close();
    this.onUnmounted(found.fs);
  }
}

export interface MountsParts {
  readonly vfs: Vfs;
  readonly clock: Clock;
  readonly log: Log;
  /** What is fetched may be kept in the browser. */
  readonly keeps: boolean;
  /** A file system is not in the tree any more. */
  readonly unmounted: (fs: FileSystem) => void;
}

export const mountsControl = ({ vfs, clock, log, keeps, unmounted }: MountsParts): MountsControl => {
  const mounts = new PageMounts(vfs, unmounted);
  const owner = { uid: USER.uid, gid: USER.gid };
  return {
    mountPage: (port, path, request) =>
      told(async () => {
        const page = new PageProvider(portEndpoint(port), request, clock);
        const fs = new PathFs(page.provider(), { type: 'pagefs', readOnly: request.readOnly, ...owner });
        const close = (): void => {
          page.close();
          port.close();
        };
        await mounts.mount(fromText(path), { fs, close }, 'page');
      }),
    mountLocal: (directory, path, readOnly) =>
      told(async () => {
        const local = new LocalProvider(directory, log);
        const fs = new PathFs(local, { type: 'localfs', readOnly, ...owner });
        await mounts.mount(fromText(path), { fs, close: () => local.close() }, fromText(directory.name || 'local'));
      }),
    mountFetch: (url, path, sha256) =>
      told(async () => {
        const manifest = await loadTreeManifest(url, sha256, keeps);
        const fs = makeFetchfs(manifest, treeFetcher(url, keeps), Math.floor(clock.now() / 1000));
        await mounts.mount(fromText(path), { fs, close: () => undefined }, fromText(new URL(url).host));
      }),
    unmount: (path) => told(() => mounts.unmount(fromText(path))),
  };
};
