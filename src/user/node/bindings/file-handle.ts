// The FileHandle of internalBinding('fs'): a descriptor that belongs to an object, for fs/promises.

import { byteName, type Path } from '../fs-calls.ts';
import type { Binding } from '../runtime.ts';
import type { FsRunner } from './fs.ts';

export const fileHandle = (fs: FsRunner): Binding => {
  const { node, calls } = fs;
  class FileHandle extends node.AsyncWrap {
    #fd: number;
    constructor(fd: number) {
      super('FILEHANDLE');
      this.#fd = fd;
    }
    get fd(): number {
      return this.#fd;
    }
    close(): unknown {
      const fd = this.#fd;
      this.#fd = -1;
      return fs.run(fs.usePromises, 'close', () => calls.close(fd));
    }
    releaseFD(): number {
      const fd = this.#fd;
      this.#fd = -1;
      return fd;
    }
  }
  return {
    FileHandle,
    openFileHandle: (path: Path, flags: number, mode: number, req: symbol | undefined) =>
      fs.run(req, 'open', () => new FileHandle(calls.open(byteName(path), flags, mode)), path),
  };
};
