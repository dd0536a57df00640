// Compiles the C programs that tests run, with Debian's clang and the sysroot that @yowasp/clang brings. What is built
// is kept by the hash of sources and flags.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ROOT = path.join(import.meta.dirname, '../..');
const CACHE = path.join(ROOT, '.cache/testing');
const RESOURCES = path.join(ROOT, 'node_modules/@yowasp/clang/gen/llvm-resources.tar');
const WASM_OPT = path.join(ROOT, 'node_modules/binaryen/bin/wasm-opt');

export interface CompileOptions {
  /** More flags of the compiler. */
  readonly flags?: readonly string[];
  /** Make it able to fork: asyncify with the import `tabos.fork`. */
  readonly fork?: boolean;
}

const FLAGS = ['--target=wasm32-wasip1', '--no-wasm-opt', '-O1', '-mllvm', '-wasm-enable-sjlj'];
const FORK_FLAGS = ['-Wl,--export=__stack_pointer'];
const FEATURES =
  'exception-handling bulk-memory bulk-memory-opt sign-ext mutable-globals nontrapping-float-to-int reference-types multivalue';
const ASYNCIFY = [
  ...FEATURES.split(' ').map((feature) => `--enable-${feature}`),
  '--asyncify',
  '--pass-arg=asyncify-imports@tabos.fork',
  '-O1',
];

/** The tool's own words are the failure. */
const tool = async (command: string, args: readonly string[]): Promise<void> => {
  try {
    await run(command, args);
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT')
      throw new Error(`${command} is missing: apt-get install clang-22 lld-22 llvm-22 libclang-rt-22-dev-wasm32`);
    throw new Error(`${command} ${args.join(' ')}\n${stderr ?? ''}`, { cause: error });
  }
};

/** Build at a name of one's own, then put it in place: tests of other files may do the same. */
const inPlace = async (target: string, build: (at: string) => Promise<void>): Promise<void> => {
  if (existsSync(target)) return;
  await mkdir(path.dirname(target), { recursive: true });
  const at = `${target}.${process.pid}`;
  await build(at);
  try {
    await rename(at, target);
  } catch (error) {
    // A folder that somebody else was faster with.
    await rm(at, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
};

const sysroot = async (): Promise<string> => {
  const target = path.join(CACHE, 'sysroot');
  await inPlace(target, async (at) => {
    await mkdir(at);
    await tool('tar', ['xf', RESOURCES, '-C', at]);
  });
  return target;
};

const hashOf = async (source: string, flags: readonly string[]): Promise<string> => {
  const hash = createHash('sha256').update(flags.join(' '));
  const folder = path.dirname(source);
  const headers = (await readdir(folder)).filter((name) => name.endsWith('.h')).sort();
  for (const name of [path.basename(source), ...headers]) hash.update(await readFile(path.join(folder, name)));
  return hash.digest('hex').slice(0, 16);
};

/** Compile a C or C++ file; gives the path of the wasm file. */
const build = async (source: string, options: CompileOptions = {}): Promise<string> => {
  const { fork = false, flags = [] } = options;
  const all = [...FLAGS, ...flags, ...(fork ? FORK_FLAGS : [])];
  const hash = await hashOf(source, [...all, ...(fork ? ASYNCIFY : [])]);
  const target = path.join(CACHE, 'wasm', `${path.basename(source)}-${hash}.wasm`);
  await inPlace(target, async (at) => {
    await tool('clang-22', [...all, `--sysroot=${await sysroot()}`, source, '-lsetjmp', '-o', at]);
    if (fork) await tool(process.execPath, [WASM_OPT, at, ...ASYNCIFY, '-o', at]);
  });
  return target;
};

/** The program that a C or C++ file compiles to. */
export const compileC = async (source: string, options?: CompileOptions): Promise<Uint8Array> =>
  new Uint8Array(await readFile(await build(source, options)));
