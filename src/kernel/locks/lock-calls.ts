// What stations ask of the table of locks: the names of owners and files of one station made those of the machine.
//
// A station's file key that begins with `-` is of a file system that no other station sees (station/file-key.ts).

import type { LockRequest } from '../link.ts';
import { cancelOf, type ServedKernel } from '../proc/serve.ts';
import type { Lock, LockTable } from './lock-table.ts';

export type LockCalls = 'lock' | 'unlock' | 'lockHolder' | 'unlockAll';

const ofProcess = (pid: number): string => `p${pid}`;
const ofStation = (station: number): string => `s${station}.`;

/** `own` throws when a process is not of the station. */
export const lockCalls = (
  table: LockTable,
  station: number,
  own: (pid: number) => void,
): Pick<ServedKernel, LockCalls> => {
  const keyOf = (file: string): string => (file.startsWith('-') ? `${ofStation(station)}${file}` : file);
  const ownerOf = (pid: number, description: number): string =>
    description === 0 ? ofProcess(pid) : `${ofStation(station)}${description}`;
  const lockOf = (pid: number, { description, write, start, end }: LockRequest): Lock => ({
    owner: ownerOf(pid, description),
    write,
    start,
    end,
    pid: description === 0 ? pid : -1,
  });
  return {
    lock(context, pid, file, request, wait) {
      own(pid);
      const lock = lockOf(pid, request);
      if (!wait) return table.tryLock(keyOf(file), lock, request.drops);
      return table.lock(keyOf(file), lock, request.drops, cancelOf(context));
    },
    unlock: (_c, pid, file, request) => table.unlock(keyOf(file), ownerOf(pid, request.description), request),
    lockHolder(_c, pid, file, request) {
      const holder = table.find(keyOf(file), lockOf(pid, request));
      return holder === undefined
        ? null
        : { write: holder.write, start: holder.start, end: holder.end, pid: holder.pid };
    },
    unlockAll(_c, pid, file, description) {
      const gone = ownerOf(pid, description);
      table.release((owner) => owner === gone, keyOf(file));
    },
  };
};

export const releaseProcess = (table: LockTable, pid: number): void => {
  const gone = ofProcess(pid);
  table.release((owner) => owner === gone);
};

/** The locks of its open file descriptions; those of its processes go with them. */
export const releaseStation = (table: LockTable, station: number): void => {
  table.release((owner) => owner.startsWith(ofStation(station)));
};
