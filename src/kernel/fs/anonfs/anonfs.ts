// Open files that are in no file system (pipes, terminals opened by another name) as nodes, so that /proc/self/fd/N and
// /dev/stdin lead to them. Opening such a node opens the pipe or terminal again: see syscalls/files.ts.

import { SysError } from '../../../abi/errno.ts';
import { S } from '../../../abi/file.ts';
import type { OpenFile } from '../../fd/open-file.ts';
import { Changes } from '../../vfs/changes.ts';
import type { Attributes, FileSystem, FileSystemStatus, Ino, Walk } from '../../vfs/filesystem.ts';
import { type Awaitable, chain } from '../../vfs/flow.ts';
import { Mount, Node } from '../../vfs/node.ts';

const refuse = (): never => {
  throw new SysError('EPERM');
};
const notDirectory = (): never => {
  throw new SysError('ENOTDIR');
};

export class AnonFs implements FileSystem {
  readonly type = 'anonfs';
  readonly readOnly = false;
  readonly rootIno = 0;
  private readonly mount = new Mount({
    dev: 0,
    fs: this,
    source: 'anonfs',
    path: '',
    readOnly: false,
    covers: undefined,
    changes: new Changes(),
  });
  private readonly files = new Map<Ino, OpenFile>();
  private readonly nodes = new WeakMap<OpenFile, Node>();
  private lastIno = 0;

  /** The node of an open file, for as long as that is open. */
  nodeOf(file: OpenFile): Node {
    let node = this.nodes.get(file);
    if (node === undefined) {
      const ino = ++this.lastIno;
      node = new Node(this.mount, ino, file.name);
      this.nodes.set(file, node);
      this.files.set(ino, file);
      file.onClosed(() => this.files.delete(ino));
    }
    return node;
  }

  /** The open file that a node stands for. */
  file(ino: Ino): OpenFile {
    const file = this.files.get(ino);
    if (file === undefined) throw new SysError('ESTALE');
    return file;
  }

  getattr(ino: Ino): Awaitable<Attributes> {
    // Whoever can name the descriptor may open it: the permission bits are not what guards a process's own pipes.
    return chain(this.file(ino).stat(), (status) => ({ ...status, ino, mode: (status.mode & S.IFMT) | 0o666 }));
  }

  walk(ino: Ino): Awaitable<Walk> {
    return chain(this.getattr(ino), (attributes) => ({ passed: [attributes] }));
  }

  open = (ino: Ino): Ino => ino;
  release(): void {}
  sync(): void {}
  setattr = refuse;
  parentOf = notDirectory;
  namesTo = notDirectory;
  create = notDirectory;
  link = refuse;
  unlink = notDirectory;
  rmdir = notDirectory;
  rename = notDirectory;
  readlink = refuse;
  read = refuse;
  write = refuse;
  allocate = refuse;
  seek = refuse;
  readdir = notDirectory;

  statfs(): FileSystemStatus {
    return { type: 0x09041934, bsize: 4096, blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
