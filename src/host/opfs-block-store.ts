// A block store in the origin private file system: one file with its sync access handle, open for as long as the volume
// is mounted (https://fs.spec.whatwg.org/#api-filesystemsyncaccesshandle). Only dedicated workers have such handles.
//
// On a full disk Chromium throws QuotaExceededError; Firefox writes less than it was asked to, or nothing.

import { SysError } from '../abi/errno.ts';
import type { VolumeOptions } from '../kernel/fs/tabfs/volume.ts';
import { Volume } from '../kernel/fs/tabfs/volume.ts';
import type { BlockStore } from '../kernel/storage/block-store.ts';
import { Journal, type JournalOptions } from '../kernel/storage/journal.ts';

const isNamed = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof DOMException && names.includes(error.name);

const failure = (error: unknown): SysError =>
  isNamed(error, 'QuotaExceededError') ? new SysError('ENOSPC') : new SysError('EIO', String(error));

class OpfsBlockStore implements BlockStore {
  readonly resident = false;
  private readonly handle: FileSystemSyncAccessHandle;
  private readonly onFull: () => void;
  private length: number;

  constructor(handle: FileSystemSyncAccessHandle, onFull: () => void) {
    this.handle = handle;
    this.onFull = onFull;
    this.length = handle.getSize();
  }

  get size(): number {
    return this.length;
  }

  read(offset: number, into: Uint8Array): number {
    try {
      return this.handle.read(into, { at: offset });
    } catch (error) {
      throw failure(error);
    }
  }

  write(offset: number, bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        const written = this.handle.write(done === 0 ? bytes : bytes.subarray(done), { at: offset + done });
        if (written === 0) throw new SysError('ENOSPC');
        done += written;
      }
      this.length = Math.max(this.length, offset + bytes.length);
    } catch (error) {
      this.length = this.handle.getSize();
      const failed = error instanceof SysError ? error : failure(error);
      if (failed.errno === 'ENOSPC') this.onFull();
      throw failed;
    }
  }

  truncate(size: number): void {
    try {
      this.handle.truncate(size);
    } catch (error) {
      throw failure(error);
    } finally {
      this.length = this.handle.getSize();
    }
  }

  flush(): void {
    try {
      this.handle.flush();
    } catch (error) {
      throw failure(error);
    }
  }

  close(): void {
    this.handle.close();
  }
}

/** How long a worker that is being terminated may keep its handles, and how often to look whether it still does. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 10;

const openHandle = async (directory: FileSystemDirectoryHandle, name: string): Promise<FileSystemSyncAccessHandle> => {
  const file = await directory.getFileHandle(name, { create: true });
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      const busy = isNamed(error, 'NoModificationAllowedError', 'InvalidStateError');
      if (!busy || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
};

/** The files of a volume, in fs/tabfs/FORMAT.md. */
const FILES = ['data', 'meta-a', 'meta-b'] as const;

/** Data, and the two of the journal. */
export type VolumeStores = readonly [BlockStore, BlockStore, BlockStore];

/**
 * The stores of a volume, new ones where there are none. They are ours until they are closed: nobody else can open them.
 * `onFull`: the browser has no room for more data.
 */
export const openOpfsStores = async (
  directory: FileSystemDirectoryHandle,
  onFull = (): void => {},
): Promise<VolumeStores> => {
  const handles: FileSystemSyncAccessHandle[] = [];
  try {
    for (const name of FILES) handles.push(await openHandle(directory, name));
  } catch (error) {
    for (const handle of handles) handle.close();
    throw error;
  }
  return handles.map((handle, i) => new OpfsBlockStore(handle, i === 0 ? onFull : () => {})) as unknown as VolumeStores;
};

/** Mount the volume in a directory of the origin private file system; a new one in an empty directory. */
export const openOpfsVolume = async (
  directory: FileSystemDirectoryHandle,
  options: VolumeOptions,
  { journal, onFull }: { readonly journal?: JournalOptions; readonly onFull?: () => void } = {},
): Promise<Volume> => {
  const [data, first, second] = await openOpfsStores(directory, onFull);
  try {
    return new Volume(data, new Journal([first, second], journal), options);
  } catch (error) {
    for (const store of [data, first, second]) store.close();
    throw error;
  }
};
