// Reading without a call: a process copies pages of files that it has open for reading out of a pool that it shares with
// its station (base/page-pool.ts), for descriptors that the station has marked (base/read-cells.ts).

import { PageReader } from '../base/page-pool.ts';
import { ReadCells } from '../base/read-cells.ts';

export class LocalReads {
  private readonly cells: ReadCells;
  private readonly pages: PageReader;

  constructor(cells: SharedArrayBuffer, pool: SharedArrayBuffer) {
    this.cells = new ReadCells(cells);
    this.pages = new PageReader(pool);
  }

  /** read(2), or pread(2) with an offset: the count, or -1 when the system has to be asked. */
  read(fd: number, into: Uint8Array, offset?: number): number {
    const { cells } = this;
    const file = cells.file(fd);
    if (file === undefined || into.length === 0) return -1;
    if (offset !== undefined) return Number.isInteger(offset) && offset >= 0 ? this.pages.read(file, offset, into) : -1;
    if (!cells.keepsOffset(fd)) return -1;
    const at = cells.offset(fd);
    const count = this.pages.read(file, at, into);
    if (count > 0) cells.move(fd, at + count);
    return count;
  }
}
