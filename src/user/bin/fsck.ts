// fsck: check the volume while it is in use (row `fsck` in the table of calls). It reads everything and changes nothing;
// a volume is repaired when it is not mounted, by the page.

import { AT, O } from '../../abi/file.ts';
import { SystemError, toText } from '../sys/system-error.ts';
import type { Builtin, BuiltinProcess } from './builtin.ts';

const USAGE = `usage: fsck [-n] [PATH]

Check the file system that holds PATH (/): names, link counts, and that all data is what was
written. Nothing is changed.
`;
/** As of fsck(8): nothing found; errors left uncorrected; usage. */
const EXIT = { clean: 0, errors: 4, failed: 8, usage: 16 } as const;
const BUFFER = 1 << 16;

const check = (process: BuiltinProcess, path: string): number => {
  const { calls } = process;
  const fd = calls.call('open', path, AT.FDCWD, calls.path('open', path), O.RDONLY | O.CLOEXEC, 0);
  let found = 0;
  let step = 0;
  do {
    const buffer = new Uint8Array(BUFFER);
    step = calls.call('fsck', path, fd, step, buffer);
    const text = toText(buffer.subarray(0, buffer.indexOf(0)));
    found += text.split('\n').length - 1;
    process.write(1, text);
  } while (step !== 0);
  process.write(1, found === 0 ? `${path}: clean\n` : `${path}: ${found} problems found, nothing was changed\n`);
  return found === 0 ? EXIT.clean : EXIT.errors;
};

export const fsck: Builtin = (process) => {
  const args = process.args.slice(1).filter((arg) => arg !== '-n');
  const [path = '/', ...more] = args;
  if (path === '-h' || path === '--help') {
    process.write(1, USAGE);
    return EXIT.clean;
  }
  if (path.startsWith('-') || more.length > 0) {
    process.write(2, USAGE);
    return EXIT.usage;
  }
  try {
    return check(process, path);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    process.write(2, `fsck: ${error.message}\n`);
    return EXIT.failed;
  }
};
