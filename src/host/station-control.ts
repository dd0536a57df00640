// What a page may ask of its station: StationControl (control.ts). Processes that are started here lead sessions of their
// own, children of init. What has to do with files is in the files page-*.ts.

import { SysError } from '../abi/errno.ts';
import { O } from '../abi/file.ts';
import { SIGNAL } from '../abi/signals.ts';
import { signaledStatus } from '../abi/wait.ts';
import { fromText, packStrings } from '../base/bytes.ts';
import type { OpenFile } from '../kernel/fd/open-file.ts';
import { openPipe } from '../kernel/fd/pipe.ts';
import { TerminalFile } from '../kernel/fd/tty-file.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import type { Station } from '../kernel/station/station.ts';
import type { Task } from '../kernel/station/task.ts';
import { openedFile } from '../kernel/syscalls/files.ts';
import type { ExitStatus, SpawnRequest, StationControl, Stdio } from './control.ts';
import { exitStatus } from './exit-status.ts';
import { archivesControl } from './page-archives.ts';
import { filesControl } from './page-files.ts';
import { mountsControl } from './page-mounts.ts';
import { snapshotsControl } from './page-snapshots.ts';
import { watchesControl } from './page-watches.ts';
import { pumpIn, pumpOut } from './stream-pump.ts';
import { told } from './told.ts';

const FALLBACK_PATH = '/usr/local/bin:/usr/bin:/bin';

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

/** @param keeps what is fetched for the page may be kept in the browser */
export const makeStationControl = (station: Station, keeps: boolean): StationControl => {
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
    ...filesControl(station.vfs, station.random),
    ...archivesControl(station.vfs, station.random),
    ...mountsControl({
      vfs: station.vfs,
      clock: station.clock,
      log: station.log,
      keeps,
      unmounted: (fs) => station.watches.unmounted(fs),
    }),
    ...snapshotsControl(station.vfs),
    ...watchesControl(station.vfs, station.watches),
  };
};
