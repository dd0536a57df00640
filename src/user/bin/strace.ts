// strace: run a program and print a line for each call it makes. The system writes the lines (ptrace in the table of
// calls); here the arguments are understood and the program is started.

import { AT, F, O } from '../../abi/file.ts';
import { fromText, packStrings } from '../../base/bytes.ts';
import { searchPath } from '../sys/search-path.ts';
import { environment } from '../sys/sys.ts';
import { SystemError } from '../sys/system-error.ts';
import { type Builtin, type BuiltinProcess, Replaced } from './builtin.ts';

const USAGE = `usage: strace [-f] [-o FILE] COMMAND [ARGUMENT...]

  -f       trace the processes that COMMAND starts, too
  -o FILE  write to FILE, not to standard error
`;
const TRACE_DESCENDANTS = 1;
/** Where the output goes while the command has descriptors of its own below. */
const HIGH_FD = 100;

interface Options {
  readonly follow: boolean;
  readonly output: string | undefined;
  readonly command: readonly string[];
}

const parse = (process: BuiltinProcess): Options | number => {
  const args = process.args.slice(1);
  let follow = false;
  let output: string | undefined;
  const wrong = (text: string): number => {
    process.write(2, `strace: ${text}\n${USAGE}`);
    return 2;
  };
  for (;;) {
    const arg = args[0];
    if (arg === undefined || arg === '-' || !arg.startsWith('-')) break;
    args.shift();
    if (arg === '--') break;
    if (arg === '-h' || arg === '--help') {
      process.write(1, USAGE);
      return 0;
    }
    if (arg === '-f') follow = true;
    else if (arg === '-o' || arg.startsWith('-o')) {
      output = arg.length > 2 ? arg.slice(2) : args.shift();
      if (output === undefined) return wrong('-o needs a file');
    } else if (arg === '-e' || arg.startsWith('-e')) return wrong('-e is not supported: all calls are traced');
    else return wrong(`unknown option ${arg}`);
  }
  if (args.length === 0) return wrong('what shall be run?');
  return { follow, output, command: args };
};

/** The descriptor that the lines go to: it must not be in the command's way, nor be inherited. */
const openOutput = ({ calls }: BuiltinProcess, path: string | undefined): number => {
  if (path === undefined) return calls.call('fcntl', undefined, 2, F.DUPFD_CLOEXEC, HIGH_FD);
  const flags = O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC;
  const fd = calls.call('open', path, AT.FDCWD, calls.path('open', path), flags, 0o666);
  const high = calls.call('fcntl', undefined, fd, F.DUPFD_CLOEXEC, HIGH_FD);
  calls.call('close', undefined, fd);
  return high;
};

export const strace: Builtin = (process) => {
  const options = parse(process);
  if (typeof options === 'number') return options;
  const { calls, client, start } = process;
  const [name = ''] = options.command;
  const argv = packStrings(options.command.map(fromText));
  try {
    const fd = openOutput(process, options.output);
    calls.call('ptrace', undefined, 0, fd, options.follow ? TRACE_DESCENDANTS : 0);
    const { PATH } = environment(start.envp) as { PATH?: string };
    searchPath(name, PATH, (file, shell) => {
      const path = calls.path('execve', shell ? '/bin/sh' : file);
      const strings = shell ? packStrings(['sh', ...[file, ...options.command.slice(1)].map(fromText)]) : argv;
      calls.guard('execve', name, () => client.call('execve', path, strings, start.envp, AT.FDCWD, 0));
      throw new Replaced();
    });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    process.write(2, `strace: ${error.message}\n`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
  return 0;
};
