/**
 * Builds the sysroot: wasi-libc with the parts that do not fit TabOS taken out and those of wasm/libc put in, the
 * headers of both, and the ones that follow from the ABI.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/run.mjs';
import { writeAbiHeaders } from './abi-header.mjs';
import { BUILD, SYSROOT, WASM } from './places.mjs';
import { hashFiles, hashOf, step } from './step.mjs';
import {
  AR,
  compiler,
  ensureToolchain,
  parallel,
  tool,
  toolchainKey,
  unpackWasiLibc,
  writeConfig,
} from './toolchain.mjs';

const LIBC = path.join(WASM, 'libc');
const FLAGS = ['-D_GNU_SOURCE', '-std=gnu17', '-O2', '-Wall', '-Wextra', '-Werror', '-ffunction-sections', '-c'];

/** Of src/abi, what only the library itself reads. Rows of the table are only ever added, so programs stay as they are. */
const ONLY_FOR_LIBRARY = new Set(['program.ts', 'syscalls.ts']);

/**
 * @param {'library' | 'programs'} part
 * @returns {string} a hash of what the library is made of, or of as much of it as what is compiled with it depends on
 */
export function libcKey(part) {
  return hashOf(
    toolchainKey(),
    hashFiles(
      path.join(LIBC, 'src'),
      path.join(LIBC, 'include'),
      path.join(LIBC, 'replaced.txt'),
      path.join(LIBC, 'renamed.txt'),
    ),
    hashFiles(
      ...abiSources().filter((file) => part === 'library' || !ONLY_FOR_LIBRARY.has(path.basename(file))),
      ...['abi-header.mjs', 'libc.mjs', 'toolchain.mjs'].map((name) => path.join(ROOT, 'scripts/ports', name)),
    ),
  );
}

export async function buildLibc() {
  await step('libc', SYSROOT, libcKey('library'), async (sysroot) => {
    await ensureToolchain();
    await unpackWasiLibc(sysroot);
    const overlay = path.join(sysroot, 'include/tabos');
    cpSync(path.join(LIBC, 'include'), overlay, { recursive: true });
    await writeAbiHeaders(overlay);
    writeConfig(sysroot);
    const objects = path.join(BUILD, 'libc-objects');
    await compileLibrary(sysroot, objects);
    await assemble(path.join(sysroot, 'lib/wasm32-wasip1'), objects);
  });
}

function abiSources() {
  const folder = path.join(ROOT, 'src/abi');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => path.join(folder, name));
}

/**
 * @param {string} sysroot
 * @param {string} objects
 */
async function compileLibrary(sysroot, objects) {
  rmSync(objects, { recursive: true, force: true });
  mkdirSync(objects, { recursive: true });
  const [command = '', ...options] = compiler(sysroot);
  const sources = readdirSync(path.join(LIBC, 'src')).filter((name) => name.endsWith('.c'));
  await parallel(sources, (name) =>
    tool(command, [
      ...options,
      ...FLAGS,
      path.join(LIBC, 'src', name),
      '-o',
      path.join(objects, name.replace(/c$/, 'o')),
    ]),
  );
}

/**
 * One libc.a of both libraries, and the object that starts programs.
 *
 * @param {string} lib
 * @param {string} objects
 */
async function assemble(lib, objects) {
  const archive = path.join(lib, 'libc.a');
  const replaced = readTable('replaced.txt').flat();
  await tool(AR, ['d', archive, ...replaced.map((name) => `${name}.c.obj`)]);
  for (const [object = '', name = '', fresh = ''] of readTable('renamed.txt')) {
    await rename(archive, `${object}.c.obj`, name, fresh, objects);
  }
  cpSync(path.join(objects, 'crt1.o'), path.join(lib, 'crt1-command.o'));
  const own = readdirSync(objects).filter((name) => name.endsWith('.o') && name !== 'crt1.o');
  await tool(AR, ['rcsD', archive, ...own.sort().map((name) => path.join(objects, name))]);
}

/** @param {string} name @returns {string[][]} the words of each line, without comments */
function readTable(name) {
  const lines = readFileSync(path.join(LIBC, name), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(' '));
}

/**
 * Gives a symbol of an object another name of the same length: in its symbol table, the only place where the name is.
 * (llvm-objcopy does not rename symbols of WebAssembly.)
 *
 * @param {string} archive
 * @param {string} object
 * @param {string} name
 * @param {string} fresh
 * @param {string} folder
 */
async function rename(archive, object, name, fresh, folder) {
  await tool(AR, ['x', archive, object], { cwd: folder });
  const file = path.join(folder, object);
  const bytes = readFileSync(file);
  const at = bytes.indexOf(name);
  if (name.length !== fresh.length || at < 0 || bytes.includes(name, at + 1)) {
    throw new Error(`cannot rename ${name} of ${object} to ${fresh}`);
  }
  bytes.write(fresh, at);
  writeFileSync(file, bytes);
  await tool(AR, ['rD', archive, object], { cwd: folder });
}
