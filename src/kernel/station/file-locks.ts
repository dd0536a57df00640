// Locks on files as a station's processes ask for them: flock(2), and the record locks of fcntl_locking(2). Who holds
// what is in the kernel (locks/lock-table.ts), for the processes of all tabs.
//
// flock and record locks do not see each other. A POSIX lock belongs to its process and goes when that closes any
// descriptor of the file; the others belong to open file descriptions and go with those.

import { SysError } from '../../abi/errno.ts';
import { F, LOCK, LOCK_TYPE, SEEK } from '../../abi/file.ts';
import type { StructOf } from '../../abi/layout.ts';
import type { OpenFile } from '../fd/open-file.ts';
import { NodeFile, RegularFile } from '../fd/vfs-file.ts';
import type { KernelPort } from '../kernel-port.ts';
import type { LockRequest } from '../link.ts';
import { fileKey } from './file-key.ts';
import type { Task } from './task.ts';

type Flock = StructOf<'flock'>;

/** What is in no file system cannot be locked: see NodeFile. */
const keyOf = (space: 'flock' | 'record', { node }: NodeFile): string => `${fileKey(node.fs, node.ino)} ${space}`;

const OFD_COMMANDS: ReadonlySet<number> = new Set([F.OFD_GETLK, F.OFD_SETLK, F.OFD_SETLKW]);

interface Description {
  readonly number: number;
  /** What it may have locked. */
  readonly keys: Set<string>;
}

export class FileLocks {
  private readonly kernel: KernelPort;
  /** Open file descriptions that have locked something. */
  private readonly descriptions = new Map<OpenFile, Description>();
  private lastDescription = 0;

  constructor(kernel: KernelPort) {
    this.kernel = kernel;
  }

  /** flock(2). EINVAL, EAGAIN with LOCK_NB, EINTR. */
  async flock(task: Task, file: NodeFile, op: number): Promise<number> {
    const kind = op & ~LOCK.NB;
    if (kind !== LOCK.SH && kind !== LOCK.EX && kind !== LOCK.UN) throw new SysError('EINVAL');
    const key = keyOf('flock', file);
    const description = this.describe(task, file, key);
    const request = { description, write: kind === LOCK.EX, start: 0, end: Infinity, drops: true };
    if (kind === LOCK.UN) return this.unlock(task, key, request);
    return await this.take(task, key, request, (op & LOCK.NB) === 0);
  }

  /** The commands of fcntl_locking(2); F_GETLK changes `lock`. EBADF, EINVAL, EOVERFLOW, EAGAIN, EDEADLK, EINTR. */
  async record(task: Task, file: NodeFile, command: number, lock: Flock): Promise<Flock> {
    const ofd = OFD_COMMANDS.has(command);
    if (ofd && lock.pid !== 0) throw new SysError('EINVAL');
    const key = keyOf('record', file);
    const asks = command === F.GETLK || command === F.OFD_GETLK;
    const range = await rangeOf(file, lock);
    checkType(file, lock.type, asks);
    // What is remembered for its end is remembered before it can have happened.
    const description = ofd ? this.describe(task, file, key) : 0;
    const request = { description, write: lock.type === LOCK_TYPE.WRLCK, drops: false, ...range };
    if (asks) return await this.ask(task, key, request, lock);
    if (lock.type === LOCK_TYPE.UNLCK) this.unlock(task, key, request);
    else {
      if (!ofd) this.unlockOnClose(task, key);
      await this.take(task, key, request, command === F.SETLKW || command === F.OFD_SETLKW);
    }
    return lock;
  }

  private unlock(task: Task, key: string, request: LockRequest): number {
    this.kernel.notify('unlock', task.pid, key, request);
    return 0;
  }

  private async take(task: Task, key: string, request: LockRequest, wait: boolean): Promise<number> {
    if (wait) await this.kernel.sleepOn(task, 'lock', task.pid, key, request, true);
    else await this.kernel.call('lock', task.pid, key, request, false);
    return 0;
  }

  private async ask(task: Task, key: string, request: LockRequest, lock: Flock): Promise<Flock> {
    const holder = await this.kernel.call('lockHolder', task.pid, key, request);
    if (holder === null) return { ...lock, type: LOCK_TYPE.UNLCK };
    const { write, start, end, pid } = holder;
    const len = end === Infinity ? 0 : end - start;
    return { type: write ? LOCK_TYPE.WRLCK : LOCK_TYPE.RDLCK, whence: SEEK.SET, start, len, pid };
  }

  /** The number of an open file description; when that closes, what it has locked under the key is free. */
  private describe({ pid }: Task, file: OpenFile, key: string): number {
    let description = this.descriptions.get(file);
    if (description === undefined) {
      description = { number: ++this.lastDescription, keys: new Set() };
      const { number, keys } = description;
      this.descriptions.set(file, description);
      file.onClosed(() => {
        this.descriptions.delete(file);
        for (const locked of keys) this.kernel.notify('unlockAll', pid, locked, number);
      });
    }
    description.keys.add(key);
    return description.number;
  }

  /** When the process closes any descriptor of the file, its locks on it are gone. */
  private unlockOnClose({ pid, fds }: Task, key: string): void {
    fds.locked ??= new Set();
    fds.locked.add(key);
    fds.onClose = (closed) => {
      if (!(closed instanceof NodeFile) || fds.locked === undefined) return;
      const gone = keyOf('record', closed);
      if (fds.locked.delete(gone)) this.kernel.notify('unlockAll', pid, gone, 0);
    };
  }

  assertEmpty(): void {
    if (this.descriptions.size > 0) throw new Error('open files with locks are left');
  }
}

/** From where to where. EINVAL before the start of the file, EOVERFLOW beyond what can be counted. */
const rangeOf = async (file: NodeFile, { whence, start, len }: Flock): Promise<{ start: number; end: number }> => {
  let base = 0;
  if (whence === SEEK.CUR) base = file instanceof RegularFile ? file.offset : 0;
  else if (whence === SEEK.END) base = (await file.stat()).size;
  else if (whence !== SEEK.SET) throw new SysError('EINVAL');
  const from = base + start;
  if (from > Number.MAX_SAFE_INTEGER) throw new SysError('EOVERFLOW');
  const first = len < 0 ? from + len : from;
  if (first < 0) throw new SysError('EINVAL');
  if (len > 0 && from + len > Number.MAX_SAFE_INTEGER) return { start: first, end: Infinity };
  return { start: first, end: len === 0 ? Infinity : len < 0 ? from : from + len };
};

/** EINVAL for what is no type, EBADF for a kind of lock that the descriptor's access mode does not allow. */
const checkType = (file: OpenFile, type: number, asks: boolean): void => {
  const { RDLCK, WRLCK, UNLCK } = LOCK_TYPE;
  if (type !== RDLCK && type !== WRLCK && (type !== UNLCK || asks)) throw new SysError('EINVAL');
  if (asks) return;
  if ((type === RDLCK && !file.readable) || (type === WRLCK && !file.writable)) throw new SysError('EBADF');
};
