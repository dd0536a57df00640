// The pipes behind FIFOs, fifo(7): while a FIFO is open, its inode has one pipe. FIFOs join processes of one station.

import { SysError } from '../../abi/errno.ts';
import { O } from '../../abi/file.ts';
import type { StructOf } from '../../abi/layout.ts';
import type { Awaitable, Caller } from '../fd/open-file.ts';
import { Pipe, PipeEnd } from '../fd/pipe.ts';

export class FifoTable {
  private readonly pipes = new Map<string, Pipe>();

  /**
   * Open a FIFO by the identity of its inode. Sleeps until the other side is open too, unless O_NONBLOCK (then a
   * writer without a reader gets ENXIO) or O_RDWR.
   */
  async open(
    caller: Caller,
    key: string,
    flags: number,
    fifo: { path: string; stat: () => Awaitable<StructOf<'stat'>> },
  ): Promise<PipeEnd> {
    let pipe = this.pipes.get(key);
    if (pipe === undefined) {
      pipe = new Pipe();
      this.pipes.set(key, pipe);
    }
    const access = flags & O.ACCMODE;
    const nonblock = (flags & O.NONBLOCK) !== 0;
    if (access === O.WRONLY && nonblock && pipe.readers === 0) {
      this.forgetUnused(key, pipe);
      throw new SysError('ENXIO');
    }
    const end = new PipeEnd(pipe, flags, fifo);
    end.onClosed(() => this.forgetUnused(key, pipe));
    try {
      while (!nonblock && access !== O.RDWR && (access === O.RDONLY ? pipe.writers : pipe.readers) === 0) {
        await (access === O.RDONLY ? pipe.forReaders : pipe.forWriters).wait(caller.sleeping());
      }
    } catch (error) {
      end.retain().release();
      throw error;
    }
    return end;
  }

  private forgetUnused(key: string, pipe: Pipe): void {
    if (pipe.readers === 0 && pipe.writers === 0) this.pipes.delete(key);
  }

  assertEmpty(): void {
    if (this.pipes.size > 0) throw new Error(`FIFOs left open: ${[...this.pipes.keys()].join(' ')}`);
  }
}
