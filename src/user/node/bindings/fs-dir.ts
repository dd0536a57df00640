// internalBinding('fs_dir') (node_dir.cc): an open directory.

import { O } from '../../../abi/file.ts';
import { byteName, type Entry, type Path } from '../fs-calls.ts';
import type { MakeBinding } from '../runtime.ts';
import { direntKind } from './fs.ts';

type Req = object | symbol | undefined;

export const fsDir: MakeBinding = (node) => {
  const { fs } = node;
  const { calls } = fs;
  class DirHandle extends node.AsyncWrap {
    readonly #fd: number;
    #left: Entry[] = [];
    constructor(fd: number) {
      super('DIRHANDLE');
      this.#fd = fd;
    }
    read(encoding: string | undefined, count: number, req: Req): unknown {
      return fs.run(req, 'scandir', () => {
        if (this.#left.length === 0) this.#left = calls.entries(this.#fd) ?? [];
        const entries = this.#left.splice(0, count);
        if (entries.length === 0) return null;
        return entries.flatMap(({ name, type }) => [fs.name(name, encoding), direntKind(type)]);
      });
    }
    close(req: Req): unknown {
      return fs.run(req, 'closedir', () => calls.close(this.#fd));
    }
  }
  const open = (path: Path): DirHandle => new DirHandle(calls.open(byteName(path), O.RDONLY | O.DIRECTORY, 0));
  return {
    DirHandle,
    opendir: (path: Path, _encoding: unknown, req: Req) => fs.run(req, 'opendir', () => open(path), path),
    opendirSync: (path: Path) => fs.run(undefined, 'opendir', () => open(path), path),
  };
};
