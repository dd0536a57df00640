// The linear memory of a wasm guest: checked views of what it points to.
//
// Pointers and lengths come from the guest as signed 32-bit integers. A range that does not lie in the memory is
// EFAULT; nothing is ever clamped. Views are valid until the guest runs again (memory.grow detaches the buffer).

import { SysError } from '../../abi/errno.ts';

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

export class GuestMemory {
  private memory: WebAssembly.Memory | undefined;
  private currentBytes: Uint8Array<ArrayBuffer> = NO_BYTES;
  private currentView: DataView<ArrayBuffer> = NO_VIEW;

  /** The memory exists once the guest is instantiated; until then every pointer is EFAULT. */
  attach(memory: WebAssembly.Memory): void {
    this.memory = memory;
    this.refresh();
  }

  /** All bytes. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.currentBytes.byteLength === 0) this.refresh();
    return this.currentBytes;
  }

  /** All bytes, for numbers: little-endian must be said at each access. Check the range with `require` first. */
  get view(): DataView<ArrayBuffer> {
    if (this.currentBytes.byteLength === 0) this.refresh();
    return this.currentView;
  }

  /** The bytes of a range. */
  slice(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    const start = this.require(pointer, length);
    return this.bytes.subarray(start, start + (length >>> 0));
  }

  /** Check that a range lies in the memory; gives its start as an unsigned number. */
  require(pointer: number, length: number): number {
    const start = pointer >>> 0;
    if (start + (length >>> 0) > this.bytes.byteLength) throw new SysError('EFAULT');
    return start;
  }

  setU32(pointer: number, value: number): void {
    const at = this.require(pointer, 4);
    this.view.setUint32(at, value, true);
  }

  setU64(pointer: number, value: bigint): void {
    const at = this.require(pointer, 8);
    this.view.setBigUint64(at, value, true);
  }

  private refresh(): void {
    if (this.memory === undefined) return;
    // A program that runs here has a memory of its own: a shared one would need threads, which no import offers.
    this.currentBytes = new Uint8Array(this.memory.buffer as ArrayBuffer);
    this.currentView = new DataView(this.memory.buffer as ArrayBuffer);
  }
}
