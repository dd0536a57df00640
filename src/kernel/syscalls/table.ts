// All handlers together: the compiler demands one for every row of the table of calls.

import type { Handlers } from '../../abi/syscalls.ts';
import type { Station } from '../station/station.ts';
import type { Task } from '../station/task.ts';
import { descriptorCalls } from './descriptors.ts';
import { fileCalls } from './files.ts';
import { limitCalls } from './limits.ts';
import { mountCalls } from './mounts.ts';
import { nameCalls } from './names.ts';
import { processCalls } from './processes.ts';
import { signalCalls } from './signals.ts';
import { socketCalls } from './sockets.ts';
import { spaceCalls } from './space.ts';
import { terminalCalls } from './terminals.ts';
import { watchCalls } from './watches.ts';

export const makeHandlers = (station: Station): Handlers<Task> => ({
  ...descriptorCalls(station),
  ...fileCalls(station),
  ...mountCalls(station),
  ...nameCalls(station),
  ...processCalls(station),
  ...signalCalls(station),
  ...limitCalls(station),
  ...terminalCalls(station),
  ...socketCalls(station),
  ...watchCalls(station),
  ...spaceCalls(station),
});
