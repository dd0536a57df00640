/**
 * Writes the C headers of the guest library that follow from the ABI table (src/abi), so that no number is written twice.
 *
 * `tabos/imports.h` declares every row of the syscall table as an import of module `tabos`, and every struct layout with
 * assertions on its offsets. The other headers hold one group of constants each under their POSIX names; the headers in
 * wasm/libc/include build the public ones out of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/run.mjs';

/** @typedef {Record<string, number>} Numbers */
/** @typedef {{ linux: number, wasi: number, text: string }} ErrnoRow */

/**
 * The modules of src/abi, loaded from their TypeScript.
 *
 * @returns {Promise<Record<string, any>>} by file name
 */
async function loadAbi() {
  const { runnerImport } = await import('vite');
  const names = ['errno', 'file', 'inotify', 'layout', 'signals', 'syscalls', 'termios', 'version', 'wait'];
  /** @type {Record<string, any>} */
  const modules = {};
  for (const name of names) {
    const file = path.join(ROOT, 'src/abi', `${name}.ts`);
    modules[name] = (await runnerImport(file, { configFile: false, logLevel: 'error' })).module;
  }
  return modules;
}

/**
 * @param {string} folder the include folder; the headers go to `tabos/` and `bits/` in it
 */
export async function writeAbiHeaders(folder) {
  const abi = await loadAbi();
  for (const [name, text] of Object.entries(headers(abi))) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `/* Generated from src/abi. */\n#pragma once\n${text}`);
  }
}

/**
 * @param {Record<string, any>} abi
 * @returns {Record<string, string>} text by file name
 */
function headers(abi) {
  const { file, signals, termios, version, wait } = abi;
  return {
    'tabos/imports.h': importsHeader(abi.syscalls.SYSCALLS, abi.layout.LAYOUT),
    'bits/errno.h': errnoHeader(abi.errno.ERRNO),
    'tabos/errno-text.h': errnoText(abi.errno.ERRNO),
    'tabos/open.h': defines('O_', file.O) + defines('', { FD_CLOEXEC: file.FD_CLOEXEC }) + defines('F_', file.F),
    'tabos/at.h': defines('AT_', file.AT),
    'tabos/inotify.h': defines('IN_', abi.inotify.IN),
    'tabos/mount.h': defines('MS_', file.MS) + defines('MNT_', file.UMOUNT),
    'tabos/lock.h': defines('LOCK_', file.LOCK),
    'tabos/poll.h': defines('POLL', file.POLL),
    'tabos/utime.h': defines('UTIME_', file.UTIME),
    'tabos/rename.h': defines('RENAME_', file.RENAME),
    'tabos/limits.h': defines('TABOS_', file.LIMITS),
    'tabos/wait.h': defines('W', wait.WAIT),
    'tabos/signals.h':
      // In decimals: build systems take the names of signals, and their numbers, out of the header.
      defines('', signals.SIGNAL, String) +
      defines('', { _NSIG: signals.NSIG + 1 }, String) +
      defines('SA_', signals.SA),
    'tabos/disposition.h': defines('TABOS_SIG_', signals.DISPOSITION),
    'bits/termios.h': termiosHeader(termios),
    'tabos/version.h': Object.entries(version.UTSNAME)
      .map(([name, value]) => `#define TABOS_${name.toUpperCase()} ${JSON.stringify(value)}\n`)
      .join(''),
    'tabos/spawn.h': defines('TABOS_SPAWN_', abi.syscalls.SPAWN_ACTION),
  };
}

/**
 * @param {string} prefix
 * @param {Numbers} numbers
 * @param {(value: number) => string} [text]
 */
function defines(prefix, numbers, text = cNumber) {
  return Object.entries(numbers)
    .map(([name, value]) => `#define ${prefix}${name} ${text(value)}\n`)
    .join('');
}

/** @param {number} value */
function cNumber(value) {
  if (value < 0) return `(${value})`;
  return value < 10 ? String(value) : `0x${value.toString(16)}`;
}

/** @param {Record<string, any>} t the termios module */
function termiosHeader(t) {
  return [
    defines('', t.IFLAG),
    defines('', t.OFLAG),
    defines('', t.CFLAG),
    defines('', t.LFLAG),
    defines('', t.CC),
    defines('', { NCCS: t.NCCS }),
    defines('TCSA', { NOW: t.TCSA.NOW, DRAIN: t.TCSA.DRAIN, FLUSH: t.TCSA.FLUSH }),
    defines('TC', { IFLUSH: t.TCFLUSH.IN, OFLUSH: t.TCFLUSH.OUT, IOFLUSH: t.TCFLUSH.BOTH }),
    defines('TC', t.TCFLOW),
  ].join('');
}

/**
 * A name's number in C. The numbers of WASI are those that wasi-libc was compiled with; a name that WASI does not have
 * gets one that no call ever returns, so that programs which only compare with it compile.
 *
 * @param {ErrnoRow} row
 * @param {boolean} isWasi
 */
const errnoNumber = (row, isWasi) => (isWasi ? row.wasi : 1000 + row.linux);

/**
 * @param {Record<string, ErrnoRow>} table
 * @returns {[name: string, number: number, text: string, isWasi: boolean][]}
 */
function errnoRows(table) {
  const seen = new Set();
  return Object.entries(table).map(([name, row]) => {
    const isWasi = !seen.has(row.wasi);
    seen.add(row.wasi);
    return [name, errnoNumber(row, isWasi), row.text, isWasi];
  });
}

/** @param {Record<string, ErrnoRow>} table */
function errnoHeader(table) {
  const extra = errnoRows(table).filter(([, , , isWasi]) => !isWasi);
  const lines = extra.map(([name, number]) => `#define ${name} ${number}\n`);
  return `#include <__errno_values.h>\n${lines.join('')}`;
}

/** @param {Record<string, ErrnoRow>} table */
function errnoText(table) {
  const rows = errnoRows(table).map(([name, number, text]) => `\tE(${name}, ${number}, ${JSON.stringify(text)}) \\\n`);
  return `#define TABOS_ERRNO_TEXTS(E) \\\n${rows.join('')}\n`;
}

const C_TYPES = {
  u8: 'uint8_t',
  u16: 'uint16_t',
  i16: 'int16_t',
  u32: 'uint32_t',
  i32: 'int32_t',
  u64: 'uint64_t',
  i64: 'int64_t',
};

/**
 * @param {Record<string, { args: [string, string][], result: string, served: string, doc: string }>} rows
 * @param {Record<string, { size: number, fields: [string, string, number][] }>} layouts
 */
function importsHeader(rows, layouts) {
  const structs = Object.entries(layouts).map(([name, { size, fields }]) => {
    const members = fields.map(([field, type]) => {
      const bytes = /^bytes:(\d+)$/.exec(type);
      if (bytes) return `\tuint8_t ${field}[${bytes[1]}];\n`;
      return `\t${C_TYPES[/** @type {keyof typeof C_TYPES} */ (type)]} ${field};\n`;
    });
    const checks = fields.map(
      ([field, , offset]) =>
        `_Static_assert(offsetof(struct tabos_${name}, ${field}) == ${offset}, "${name}.${field}");\n`,
    );
    const whole = `_Static_assert(sizeof(struct tabos_${name}) == ${size}, "${name}");\n`;
    return `struct tabos_${name} {\n${members.join('')}};\n${checks.join('')}${whole}`;
  });
  const imports = Object.entries(rows).map(([name, { args, result, doc }]) => {
    const parameters = args.flatMap(([arg, kind]) => cParameters(arg, kind));
    const type = result === 'off' ? 'int64_t' : 'int32_t';
    return `/* ${doc} */\nTABOS_IMPORT(${name}) ${type} tabos_${name}(${parameters.join(', ') || 'void'});\n`;
  });
  return [
    '#include <stddef.h>\n#include <stdint.h>\n\n',
    structs.join('\n'),
    '\n#define TABOS_IMPORT(name) __attribute__((__import_module__("tabos"), __import_name__(#name)))\n\n',
    imports.join(''),
  ].join('');
}

/**
 * @param {string} name
 * @param {string} kind an ArgKind of the table
 * @returns {string[]}
 */
function cParameters(name, kind) {
  if (kind === 'off') return [`int64_t ${name}`];
  if (kind === 'path' || kind === 'strs') return [`const char *${name}`, `size_t ${name}_len`];
  const [direction = '', layout] = kind.split('@');
  if (direction === 'in' || direction === 'out' || direction === 'inout') {
    const type = layout === undefined ? 'void' : `struct tabos_${layout}`;
    return [`${direction === 'in' ? 'const ' : ''}${type} *${name}`, `size_t ${name}_len`];
  }
  return [kind === 'uint' || kind === 'mode' || kind === 'flags' ? `uint32_t ${name}` : `int32_t ${name}`];
}
