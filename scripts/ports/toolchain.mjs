/**
 * The compiler: clang and lld from Debian, binaryen and wasi-libc from npm packages, set up for programs of TabOS.
 *
 * A program is compiled with `clang-22 --config=SYSROOT/tabos.cfg`; the options that every program needs are in that
 * file, so that configure scripts and makefiles take it as an ordinary CC.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { ensurePackages } from '../lib/debian.mjs';
import { Failure, ROOT } from '../lib/run.mjs';
import { hashOf } from './step.mjs';

export const CLANG = 'clang-22';
export const AR = 'llvm-ar-22';
export const RANLIB = 'llvm-ranlib-22';
const WASI_LIBC = path.join(ROOT, 'node_modules/@yowasp/clang/gen/llvm-resources.tar');
const WASM_OPT = path.join(ROOT, 'node_modules/binaryen/bin/wasm-opt');

/** What clang may produce, and so what the optimizer has to accept. Exceptions are the legacy ones: asyncify needs it. */
const FEATURES = [
  '--enable-bulk-memory',
  '--enable-bulk-memory-opt',
  '--enable-exception-handling',
  '--enable-multivalue',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
];

/**
 * A hash of the versions of all tools. Of clang the name has it, which is enough and does not need clang: who has all
 * that is to be built in a cache needs no compiler.
 *
 * @returns {string}
 */
export function toolchainKey() {
  const packages = ['@yowasp/clang', 'binaryen'].map(
    (name) => JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version,
  );
  return hashOf(CLANG, ...packages);
}

/** @type {Promise<void> | undefined} */
let ready;

/** @returns {Promise<void>} rejects with a Failure that says what to install */
export function ensureToolchain() {
  ready ??= ensurePackages('toolchain');
  return ready;
}

/**
 * Runs a tool; what it prints is shown only when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string }} [options]
 * @returns {Promise<string>} its standard output
 */
export function tool(command, args, { cwd = ROOT, env = process.env, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      log += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      log += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Failure(`${command} ${args.join(' ')}\n${log.slice(-8000)}\nfailed (exit code ${code})`));
    });
    // A tool that does not read its input closes it early.
    child.stdin.once('error', () => {}).end(input);
  });
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<unknown>} work run for as many items at a time as there are processors
 */
export async function parallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/**
 * Unpacks wasi-libc (headers, libc.a, libsetjmp.a) as the ground of a sysroot.
 *
 * @param {string} sysroot
 */
export async function unpackWasiLibc(sysroot) {
  await tool('tar', ['xf', WASI_LIBC, '-C', sysroot, 'include/wasm32-wasip1', 'lib/wasm32-wasip1']);
}

/** @param {string} sysroot */
export function writeConfig(sysroot) {
  const lines = [
    '# Options of clang for programs of TabOS.',
    '--target=wasm32-wasip1',
    '--sysroot=<CFGDIR>',
    '--no-wasm-opt',
    '-isystem <CFGDIR>/include/tabos',
    '# wasi-libc has the POSIX side of its headers, but switched off.',
    '-D__wasilibc_unmodified_upstream',
    ...['GETPID', 'MMAN', 'PROCESS_CLOCKS', 'SIGNAL'].map((name) => `-D_WASI_EMULATED_${name}`),
    '-mllvm -wasm-enable-sjlj',
    '-fno-strict-aliasing',
    '# Function pointers 1 to 7 are no functions: SIG_IGN is 1.',
    '-Wl,--table-base=8,-z,stack-size=262144',
    '# A worker lends one memory to its programs in turn (src/user/runtime/worker-memory.ts).',
    '-Wl,--import-memory,--export-memory',
    '-lsetjmp',
    '# printf and scanf of long double, which wasi-libc leaves to those who ask: without it %Lf ends the program.',
    '-lc-printscan-long-double',
  ];
  writeFileSync(path.join(sysroot, 'tabos.cfg'), `${lines.join('\n')}\n`);
}

/** @param {string} sysroot @returns {string[]} the compiler with its options, in front of those of a call */
export const compiler = (sysroot) => [CLANG, `--config=${path.join(sysroot, 'tabos.cfg')}`];

/**
 * @param {string} from
 * @param {string} to
 * @param {{ fork?: boolean, castsFunctions?: boolean, level?: string }} [options] fork: transform the program so that its
 *   stack can be unwound in `tabos.fork`; castsFunctions: so that a function can be called through a pointer of another type
 */
export async function optimize(from, to, { fork = false, castsFunctions = false, level = '-Os' } = {}) {
  const casts = castsFunctions ? ['--fpcast-emu'] : [];
  const asyncify = fork ? ['--asyncify', '--pass-arg=asyncify-imports@tabos.fork'] : [];
  const strip = ['--strip-debug', '--strip-producers', '--strip-target-features'];
  await tool(process.execPath, [WASM_OPT, from, ...FEATURES, ...casts, ...asyncify, level, ...strip, '-o', to]);
}
