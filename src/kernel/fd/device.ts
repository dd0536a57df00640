// Memory devices, mem(4) and random(4): null, zero, full, random, urandom. A device is one row of DEVICES.

import { SysError } from '../../abi/errno.ts';
import { DEV } from '../../abi/file.ts';
import type { StructOf } from '../../abi/layout.ts';
import type { Random } from '../ports.ts';
import { type Awaitable, type Caller, OpenFile } from './open-file.ts';

interface Device {
  read(into: Uint8Array, random: Random): number;
  write(bytes: Uint8Array): number;
}

const zeros = (into: Uint8Array): number => {
  into.fill(0);
  return into.length;
};
const randomBytes = (into: Uint8Array, random: Random): number => {
  random.fill(into);
  return into.length;
};
const swallow = (bytes: Uint8Array): number => bytes.length;

const DEVICES = new Map<number, Device>([
  [DEV.null, { read: () => 0, write: swallow }],
  [DEV.zero, { read: zeros, write: swallow }],
  [
    DEV.full,
    {
      read: zeros,
      write: () => {
        throw new SysError('ENOSPC');
      },
    },
  ],
  [DEV.random, { read: randomBytes, write: swallow }],
  [DEV.urandom, { read: randomBytes, write: swallow }],
]);

export class DeviceFile extends OpenFile {
  readonly name: string;
  private readonly device: Device;
  private readonly random: Random;
  private readonly status: () => Awaitable<StructOf<'stat'>>;

  /** ENXIO when there is no such device. */
  constructor(
    rdev: number,
    flags: number,
    options: { random: Random; name: string; stat: () => Awaitable<StructOf<'stat'>> },
  ) {
    super(flags);
    const device = DEVICES.get(rdev);
    if (device === undefined) throw new SysError('ENXIO');
    this.device = device;
    this.random = options.random;
    this.name = options.name;
    this.status = options.stat;
  }

  override stat(): Awaitable<StructOf<'stat'>> {
    return this.status();
  }

  override read(_caller: Caller, into: Uint8Array): number {
    return this.device.read(into, this.random);
  }

  override write(_caller: Caller, bytes: Uint8Array): number {
    return this.device.write(bytes);
  }

  override pread(into: Uint8Array): number {
    return this.device.read(into, this.random);
  }

  override pwrite(_caller: Caller, bytes: Uint8Array): number {
    return this.device.write(bytes);
  }

  /** Like Linux's null_lseek: any seek succeeds and stays at 0. */
  override seek(): number {
    return 0;
  }
}
