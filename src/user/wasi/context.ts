// What the functions of preview1 share in one run of a program.

import { LAYOUT, type StructOf } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import type { SyscallClient } from '../../transport/client.ts';
import type { Guest } from '../runtime/guest.ts';
import type { GuestMemory } from '../runtime/guest-memory.ts';
import { type Descriptors, NativeDescriptors, TableDescriptors } from './descriptors.ts';
import { Paths } from './paths.ts';

export class Preview1Context {
  readonly guest: Guest;
  readonly client: SyscallClient;
  readonly memory: GuestMemory;
  readonly descriptors: Descriptors;
  readonly paths: Paths;

  constructor(guest: Guest) {
    this.guest = guest;
    this.client = guest.client;
    this.memory = guest.memory;
    this.descriptors = guest.native
      ? new NativeDescriptors(guest.client)
      : new TableDescriptors(guest.client, guest.strings.argv);
    this.paths = new Paths(guest.client, guest.memory, this.descriptors);
  }

  /** Status of one of the system's descriptors. */
  fstat(real: number): StructOf<'stat'> {
    const stat = new Uint8Array(LAYOUT.stat.size);
    this.client.call('fstat', real, stat);
    return unpack('stat', stat);
  }
}

/** A function of preview1: 0, or the WASI errno (it may also throw SysError). */
export type Call = (context: Preview1Context, ...args: never[]) => number;
