// A machine in Node that holds just the programs of a test: an empty volume in memory, /dev, and files that the test
// brings. For the userland of the image, see node-machine.ts.

import { S } from '../abi/file.ts';
import { bytesOf, fromText } from '../base/bytes.ts';
import { browserClock } from '../host/browser-ports.ts';
import { makeDevfs } from '../kernel/fs/devfs/devfs.ts';
import { TabFs } from '../kernel/fs/tabfs/tabfs.ts';
import { Volume } from '../kernel/fs/tabfs/volume.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import type { FileSystem } from '../kernel/vfs/filesystem.ts';
import { type Context, Vfs } from '../kernel/vfs/vfs.ts';
import { NodeMachine } from './node-machine.ts';

/** Path -> content of an executable file; text becomes UTF-8. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

const DIRECTORIES = ['/bin', '/dev', '/tmp', '/home', '/home/user'] as const;
const HOME = '/home/user';
const EXECUTABLE = 0o755;

/** Directories below /home/user belong to the user that runs the programs. `root` gives the tree of another volume. */
export const bootPrograms = async (
  files: Files,
  directories: readonly string[] = [],
  root: FileSystem = new TabFs(Volume.inMemory({ now: () => browserClock.now() }), 'root'),
): Promise<NodeMachine> => {
  const vfs = new Vfs(root);
  const ctx: Context = { root: vfs.root, cwd: vfs.root, cred: { uid: 0, gid: 0, groups: [0] }, umask: 0 };
  for (const path of [...DIRECTORIES, ...directories]) {
    await vfs.mkdir(ctx, vfs.root, path, path === '/tmp' ? 0o1777 : EXECUTABLE);
    if (path.startsWith(HOME)) await vfs.chown(ctx, vfs.root, path, USER.uid, USER.gid, 0);
  }
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? bytesOf(fromText(content)) : content;
    await vfs.mknod(ctx, vfs.root, path, S.IFREG | EXECUTABLE, 0);
    const { node } = await vfs.open(ctx, vfs.root, path, 1, 0);
    await node.fs.write(node.ino, 0, bytes);
    node.release();
  }
  await vfs.mount('/dev', makeDevfs({ ttys: () => [], uid: USER.uid, time: 0 }));
  return await NodeMachine.boot({ tree: () => vfs });
};

/** The file that stands for a builtin program of the runtime. */
export const builtinFile = (name: string): string => `\0tabos:${name}\n`;
