// What a page may ask of its station: StationControl (control.ts). Files are read and written as the machine's usual
// user; processes that are started here lead sessions of their own, children of init.

import { SysError } from '../abi/errno.ts';
import { AT, O, S } from '../abi/file.ts';
import { SIGNAL } from '../abi/signals.ts';
import { signaledStatus } from '../abi/wait.ts';
import { fromText, packStrings, toText } from '../base/bytes.ts';
import type { OpenFile } from '../kernel/fd/open-file.ts';
import { openPipe } from '../kernel/fd/pipe.ts';
import { TerminalFile } from '../kernel/fd/tty-file.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import type { Station } from '../kernel/station/station.ts';
import type { Task } from '../kernel/station/task.ts';
import { openedFile } from '../kernel/syscalls/files.ts';
import type { Context, Stat, Vfs } from '../kernel/vfs/vfs.ts';
import type { ExitStatus, FileStat, SpawnRequest, StationControl, Stdio } from './control.ts';
import { exitStatus } from './exit-status.ts';
import { pumpIn, pumpOut } from './stream-pump.ts';
import { told } from './told.ts';

const UMASK = 0o022;
const CHUNK = 1 << 20;
const LIST_BATCH = 1024;
const FALLBACK_PATH = '/usr/local/bin:/usr/bin:/bin';

const TYPES: Readonly<Record<number, FileStat['type']>> = {
  [S.IFREG]: 'file',
  [S.IFDIR]: 'directory',
  [S.IFLNK]: 'symlink',
  [S.IFCHR]: 'character',
  [S.IFBLK]: 'block',
  [S.IFIFO]: 'fifo',
  [S.IFSOCK]: 'socket',
};
const typeOf = (mode: number): FileStat['type'] => TYPES[mode & S.IFMT] ?? 'file';

const milliseconds = (sec: number, nsec: number): number => sec * 1000 + nsec / 1e6;

const fileStat = (s: Stat): FileStat => ({
  type: typeOf(s.mode),
  mode: s.mode & 0o7777,
  size: s.size,
  ino: s.ino,
  nlink: s.nlink,
  uid: s.uid,
  gid: s.gid,
  atimeMs: milliseconds(s.atimeSec, s.atimeNsec),
  mtimeMs: milliseconds(s.mtimeSec, s.mtimeNsec),
  ctimeMs: milliseconds(s.ctimeSec, s.ctimeNsec),
});

/** Operations on files, as the user. Paths are absolute, or relative to the root. */
class Files {
  private readonly vfs: Vfs;
  private readonly ctx: Context;

  constructor(vfs: Vfs) {
    this.vfs = vfs;
    this.ctx = { root: vfs.root, cwd: vfs.root, cred: USER, umask: UMASK };
  }

  async read(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const { node, attributes } = await this.vfs.open(this.ctx, this.vfs.root, fromText(path), O.RDONLY, 0);
    try {
      if ((attributes.mode & S.IFMT) === S.IFDIR) throw new SysError('EISDIR');
      // Generated files (/proc) say 0 and have content: read to the end, whatever the size says.
      const parts: Uint8Array[] = [];
      let total = 0;
      for (;;) {
        const part = new Uint8Array(Math.max(4096, Math.min(CHUNK, attributes.size - total)));
        const n = await node.fs.read(node.ino, total, part);
        if (n === 0) break;
        parts.push(part.subarray(0, n));
        total += n;
      }
      const whole = new Uint8Array(total);
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    } finally {
      node.release();
    }
  }

  async write(path: string, data: Uint8Array, mode: number): Promise<void> {
    const flags = O.WRONLY | O.CREAT | O.TRUNC;
    const { node, attributes } = await this.vfs.open(this.ctx, this.vfs.root, fromText(path), flags, mode);
    try {
      if ((attributes.mode & S.IFMT) !== S.IFREG) throw new SysError('EINVAL', 'not a regular file');
      for (let at = 0; at < data.length; at += CHUNK) {
        await node.fs.write(node.ino, at, data.subarray(at, at + CHUNK));
      }
    } finally {
      node.release();
    }
  }

  async mkdir(path: string, recursive: boolean, mode: number): Promise<void> {
    const { vfs, ctx } = this;
    const bytes = fromText(path);
    if (!recursive) return await vfs.mkdir(ctx, vfs.root, bytes, mode);
    const parts = bytes.split('/').filter((part) => part !== '');
    for (let i = 1; i <= parts.length; i++) {
      const prefix = `/${parts.slice(0, i).join('/')}`;
      try {
        await vfs.mkdir(ctx, vfs.root, prefix, mode);
      } catch (error) {
        if (!(error instanceof SysError) || (error.errno !== 'EEXIST' && error.errno !== 'EROFS')) throw error;
        const { mode: found } = await vfs.stat(ctx, vfs.root, prefix, 0);
        if ((found & S.IFMT) !== S.IFDIR) throw i === parts.length ? error : new SysError('ENOTDIR');
      }
    }
  }

  async list(path: string): Promise<{ name: string; type: FileStat['type'] }[]> {
    const { vfs, ctx } = this;
    const flags = O.RDONLY | O.DIRECTORY;
    const { node } = await vfs.open(ctx, vfs.root, fromText(path), flags, 0);
    try {
      const found: { name: string; type: FileStat['type'] }[] = [];
      let cookie = 0;
      for (;;) {
        const entries = await vfs.readdir(node, cookie, LIST_BATCH);
        if (entries.length === 0) return found;
        for (const entry of entries) {
          cookie = entry.cookie;
          if (entry.name !== '.' && entry.name !== '..') {
            found.push({ name: toText(entry.name), type: typeOf(entry.mode) });
          }
        }
      }
    } finally {
      node.release();
    }
  }

  async stat(path: string, follow: boolean): Promise<FileStat> {
    const flags = follow ? 0 : AT.SYMLINK_NOFOLLOW;
    return fileStat(await this.vfs.stat(this.ctx, this.vfs.root, fromText(path), flags));
  }

  async rm(path: string, recursive: boolean, force: boolean): Promise<void> {
    const { vfs, ctx } = this;
    const bytes = fromText(path);
    let mode: number;
    try {
      ({ mode } = await vfs.stat(ctx, vfs.root, bytes, AT.SYMLINK_NOFOLLOW));
    } catch (error) {
      if (force && error instanceof SysError && error.errno === 'ENOENT') return;
      throw error;
    }
    if ((mode & S.IFMT) !== S.IFDIR) return await vfs.unlink(ctx, vfs.root, bytes);
    if (!recursive) throw new SysError('EISDIR');
    for (const { name } of await this.list(path)) await this.rm(`${path}/${name}`, true, force);
    await vfs.rmdir(ctx, vfs.root, bytes);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.vfs.rename(this.ctx, this.vfs.root, fromText(from), this.vfs.root, fromText(to), 0);
  }

  async symlink(target: string, path: string): Promise<void> {
    await this.vfs.symlink(this.ctx, fromText(target), this.vfs.root, fromText(path));
  }

  async readlink(path: string): Promise<string> {
    return toText(await this.vfs.readlink(this.ctx, this.vfs.root, fromText(path)));
  }

  async chmod(path: string, mode: number): Promise<void> {
    await this.vfs.chmod(this.ctx, this.vfs.root, fromText(path), mode, 0);
  }
}

/** Start a process as leader of a new session. Gives its pid, and what resolves with its wait status. */
const spawn = async (station: Station, request: SpawnRequest): Promise<{ pid: number; ended: Promise<number> }> => {
  const { kernel } = station;
  station.checkRoom();
  const pid = await kernel.call('spawn', USER.uid, USER.gid);
  const task = station.create(pid, USER);
  try {
    task.argv = packStrings([request.file, ...request.args].map(fromText));
    task.envp = packStrings(Object.entries(request.env).map(([name, value]) => fromText(`${name}=${value}`)));
    const cwd = await station.vfs.openDirectory(task, task.cwd, fromText(request.cwd));
    task.cwd.release();
    task.cwd = cwd;
    const loaded = await find(station, task, request);
    task.argv = loaded.argv;
    task.exe = loaded.path;
    for (const [fd, stdio] of request.stdio.entries()) {
      task.fds.set(fd, await openStdio(station, task, fd, stdio), false);
    }
    kernel.notify('exec', pid, task.argv);
    const ended = station.exited(pid);
    void station.launch(task, loaded.program);
    return { pid, ended };
  } catch (error) {
    await kernel.call('abandon', pid);
    station.terminate(task, signaledStatus(SIGNAL.SIGKILL));
    throw error;
  }
};

/** execvp(3): the file itself when it has a slash, otherwise the first in PATH; EACCES if one was found but refused. */
const find = async (station: Station, task: Task, request: SpawnRequest): ReturnType<Station['loader']['load']> => {
  const file = fromText(request.file);
  if (file.includes('/')) return await station.loader.load(task, file, task.argv);
  let refused: SysError | undefined;
  for (const directory of fromText(request.env['PATH'] ?? FALLBACK_PATH).split(':')) {
    try {
      return await station.loader.load(task, `${directory === '' ? '.' : directory}/${file}`, task.argv);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      if (error.errno === 'EACCES') refused = error;
      else if (error.errno !== 'ENOENT' && error.errno !== 'ENOTDIR') throw error;
    }
  }
  throw refused ?? new SysError('ENOENT', request.file);
};

const openStdio = async (station: Station, task: Task, fd: number, stdio: Stdio): Promise<OpenFile> => {
  const { kernel, vfs } = station;
  switch (stdio.kind) {
    case 'null': {
      const opened = await vfs.open(task, vfs.root, '/dev/null', O.RDWR, 0);
      return await openedFile(station, task, opened, O.RDWR);
    }
    case 'terminal':
      await kernel.call('ttyOpen', task.pid, stdio.id, fd !== 0);
      return new TerminalFile(kernel, stdio.id, O.RDWR);
    case 'port': {
      const [reader, writer] = openPipe(0);
      // The host's end has no descriptor: it is the pump that counts as the reader or writer.
      if (fd === 0) {
        pumpIn(stdio.port, writer.pipe);
        writer.retain().release();
        return reader;
      }
      pumpOut(reader.pipe, stdio.port);
      reader.retain().release();
      return writer;
    }
  }
};

export const makeStationControl = (station: Station): StationControl => {
  const files = new Files(station.vfs);
  const ends = new Map<number, Promise<number>>();
  /** Leaders of the sessions that were started here: a session may outlive its leader. */
  const sessions = new Set<number>();
  return {
    spawn: (request) =>
      told(async () => {
        const { pid, ended } = await spawn(station, request);
        ends.set(pid, ended);
        sessions.add(pid);
        return pid;
      }),
    wait: (pid): Promise<ExitStatus> =>
      told(async () => {
        const ended = ends.get(pid);
        if (ended === undefined) throw new SysError('ECHILD');
        const status = exitStatus(await ended);
        ends.delete(pid);
        return status;
      }),
    killGroup: (pid, signal) =>
      told(async () => {
        const found = sessions.has(pid) && (await station.kernel.call('killSession', pid, signal));
        if (!found) throw new SysError('ESRCH');
      }),
    readFile: (path) => told(() => files.read(path)),
    writeFile: (path, data, mode) => told(() => files.write(path, data, mode)),
    mkdir: (path, { recursive, mode }) => told(() => files.mkdir(path, recursive, mode)),
    readdir: (path) => told(() => files.list(path)),
    stat: (path, follow) => told(() => files.stat(path, follow)),
    rm: (path, { recursive, force }) => told(() => files.rm(path, recursive, force)),
    rename: (from, to) => told(() => files.rename(from, to)),
    symlink: (target, path) => told(() => files.symlink(target, path)),
    readlink: (path) => told(() => files.readlink(path)),
    chmod: (path, mode) => told(() => files.chmod(path, mode)),
  };
};
