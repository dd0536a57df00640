/**
 * Builds the sysroot: wasi-libc with the parts that do not fit TabOS taken out and those of wasm/libc put in, the
 * headers of both, and the ones that follow from the ABI.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/run.mjs';
import { writeAbiHeaders } from './abi-header.mjs';
import { BUILD, SYSROOT, WASM } from './places.mjs';
import { hashFiles, hashOf, step } from './step.mjs';
import { AR, compiler, parallel, tool, toolchainKey, unpackWasiLibc, writeConfig } from './toolchain.mjs';

const LIBC = path.join(WASM, 'libc');
const FLAGS = ['-D_GNU_SOURCE', '-std=gnu17', '-O2', '-Wall', '-Wextra', '-Werror', '-ffunction-sections', '-c'];

/** @returns {Promise<string>} the key of the sysroot: part of the key of everything that is compiled with it */
export async function buildLibc() {
  const key = hashOf(
    toolchainKey(),
    hashFiles(path.join(LIBC, 'src'), path.join(LIBC, 'include'), path.join(LIBC, 'replaced.txt')),
    hashFiles(
      ...abiSources(),
      ...['abi-header.mjs', 'libc.mjs', 'toolchain.mjs'].map((name) => path.join(ROOT, 'scripts/ports', name)),
    ),
  );
  await step('libc', SYSROOT, key, async (sysroot) => {
    await unpackWasiLibc(sysroot);
    const overlay = path.join(sysroot, 'include/tabos');
    cpSync(path.join(LIBC, 'include'), overlay, { recursive: true });
    await writeAbiHeaders(overlay);
    writeConfig(sysroot);
    const objects = path.join(BUILD, 'libc-objects');
    await compileLibrary(sysroot, objects);
    await assemble(path.join(sysroot, 'lib/wasm32-wasip1'), objects);
  });
  return key;
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
  const replaced = readFileSync(path.join(LIBC, 'replaced.txt'), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => line.split(' ').filter(Boolean))
    .map((name) => `${name}.c.obj`);
  const archive = path.join(lib, 'libc.a');
  await tool(AR, ['d', archive, ...replaced]);
  cpSync(path.join(objects, 'crt1.o'), path.join(lib, 'crt1-command.o'));
  const own = readdirSync(objects)
    .filter((name) => name !== 'crt1.o')
    .sort();
  await tool(AR, ['rcsD', archive, ...own.map((name) => path.join(objects, name))]);
}
