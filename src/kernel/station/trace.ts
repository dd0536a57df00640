// strace(1): a line a call, derived from the table of calls, written to a descriptor of the traced process.

import { ERRNO, type SysError } from '../../abi/errno.ts';
import { signalName } from '../../abi/signals.ts';
import { type ArgKind, type ChannelCall, type Row, SYSCALLS } from '../../abi/syscalls.ts';
import { byteString, unpackStrings } from '../../base/bytes.ts';
import type { OpenFile } from '../fd/open-file.ts';

const STRING_MAX = 32;

export interface Trace {
  readonly file: OpenFile;
  /** Lines start with the pid: more than one process is traced. */
  readonly withPid: boolean;
  /** Not before the next execve has succeeded. */
  armed: boolean;
  /** What a child of fork is traced by. */
  follow(): Trace | undefined;
}

export const makeTrace = (file: OpenFile, descendants: boolean, armed: boolean): Trace => ({
  file: file.retain(),
  withPid: descendants,
  armed,
  follow: () => (descendants ? makeTrace(file, true, armed) : undefined),
});

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\' };

const quote = (text: string): string => {
  const cut = text.slice(0, STRING_MAX);
  const safe = cut.replace(/[^ !#-[\]-~]/g, (c) => ESCAPES[c] ?? `\\${c.charCodeAt(0).toString(8)}`);
  return `"${safe}"${text.length > STRING_MAX ? '...' : ''}`;
};

const formatArg = (kind: ArgKind, value: number | string | Uint8Array, result: number | undefined): string => {
  if (typeof value === 'string') return quote(value);
  if (value instanceof Uint8Array) {
    if (kind === 'strs') {
      const strings = unpackStrings(value);
      return strings.length > 8 ? `[/* ${strings.length} strings */]` : `[${strings.map(quote).join(', ')}]`;
    }
    if (kind === 'in') return quote(byteString(value.subarray(0, STRING_MAX + 1)));
    if (kind === 'out')
      return result === undefined ? '0x0' : quote(byteString(value.subarray(0, Math.min(result, STRING_MAX + 1))));
    return '{...}';
  }
  if (kind === 'flags') return value === 0 ? '0' : `0x${(value >>> 0).toString(16)}`;
  if (kind === 'mode') return `0${value.toString(8)}`;
  if (kind === 'sig') return value === 0 ? '0' : signalName(value);
  if (kind === 'fd' && value === -100) return 'AT_FDCWD';
  return String(value);
};

/** One line: the call with its arguments and what came of it. */
export const formatCall = (
  name: ChannelCall,
  args: readonly (number | string | Uint8Array)[],
  outcome: number | SysError | '?',
): string => {
  const row: Row = SYSCALLS[name];
  const result = typeof outcome === 'number' ? outcome : undefined;
  const list = row.args.map(([, kind], i) => formatArg(kind, args[i] as number | string | Uint8Array, result));
  const call = `${name}(${list.join(', ')})`;
  if (typeof outcome !== 'object') return `${call} = ${outcome}`;
  return `${call} = -1 ${outcome.errno} (${ERRNO[outcome.errno].text})`;
};

/** The arguments as given, but buffers that the call filled as they are after it. */
export const withResults = (
  name: ChannelCall,
  given: readonly (number | string | Uint8Array)[],
  after: readonly (number | string | Uint8Array)[],
): (number | string | Uint8Array)[] => {
  const row: Row = SYSCALLS[name];
  return given.map((value, i) => (/^(in)?out/.test(row.args[i]?.[1] ?? '') ? (after[i] ?? value) : value));
};
