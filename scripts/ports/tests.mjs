/**
 * Programs for tests, which are not part of the system: those of wasm/libc/tests, once for TabOS and once for this
 * machine as the control, and the plain WASI programs of wasm/programs, compiled without our library.
 *
 * In the test image they are in /usr/lib/tests.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/run.mjs';
import { storeFile, writeManifest } from './image.mjs';
import { libcKey } from './libc.mjs';
import { BUILD, SYSROOT, TEST_IMAGE, TEST_NATIVE, WASM } from './places.mjs';
import { hashFiles, hashOf, step } from './step.mjs';
import { CLANG, compiler, optimize, parallel, tool, unpackWasiLibc } from './toolchain.mjs';

const TESTS = path.join(WASM, 'libc/tests');
const PROGRAMS = path.join(WASM, 'programs');
const PLACE = 'usr/lib/tests';
const FLAGS = ['-D_GNU_SOURCE', '-std=gnu17', '-O1', '-Wall', '-Werror'];

/** Programs that fork; the others are as they come from the linker. */
const FORKING = new Set(['fork', 'locks', 'terminals', 'watches']);

export async function buildTests() {
  const libc = libcKey('library');
  const scripts = ['tests.mjs', 'image.mjs'].map((name) => path.join(ROOT, 'scripts/ports', name));
  const sources = hashFiles(TESTS, PROGRAMS, ...scripts);
  await step('test programs', TEST_IMAGE, hashOf(libc, sources), async (folder) => {
    const objects = path.join(BUILD, 'test-objects');
    mkdirSync(objects, { recursive: true });
    await parallel(sourcesIn(TESTS), (name) => compileTest(name, objects));
    await compilePlain(objects);
    const names = [...sourcesIn(TESTS), ...sourcesIn(PROGRAMS)];
    const files = names.map((name) => storeFile(folder, path.join(objects, `${name}.wasm`), `${PLACE}/${name}`, 0o755));
    writeManifest(folder, {
      packages: [],
      entries: [{ path: PLACE, type: 'dir', mode: 0o755 }, ...files],
      skeleton: [],
    });
  });
  await step('test programs for this machine', TEST_NATIVE, sources, async (folder) => {
    await parallel(sourcesIn(TESTS), (name) =>
      tool(CLANG, [...FLAGS, path.join(TESTS, `${name}.c`), '-lutil', '-o', path.join(folder, name)]),
    );
  });
}

/** @param {string} folder @returns {string[]} the names of its C programs */
const sourcesIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .map((name) => name.slice(0, -2))
    .sort();

/**
 * @param {string} name
 * @param {string} objects
 */
async function compileTest(name, objects) {
  const [command = '', ...options] = compiler(SYSROOT);
  const compile = [...options, ...FLAGS, '-Wl,--strip-debug', path.join(TESTS, `${name}.c`)];
  const program = path.join(objects, `${name}.wasm`);
  if (!FORKING.has(name)) {
    await tool(command, [...compile, '-o', program]);
    return;
  }
  const linked = path.join(objects, `${name}.linked`);
  await tool(command, [...compile, '-Wl,--export=__stack_pointer', '-o', linked]);
  await optimize(linked, program, { fork: true });
}

/** @param {string} objects */
async function compilePlain(objects) {
  const sysroot = path.join(BUILD, 'wasi-sysroot');
  mkdirSync(sysroot, { recursive: true });
  await unpackWasiLibc(sysroot);
  const options = ['--target=wasm32-wasip1', `--sysroot=${sysroot}`, '--no-wasm-opt', '-O2', '-Wall'];
  await parallel(sourcesIn(PROGRAMS), (name) =>
    tool(CLANG, [...options, path.join(PROGRAMS, `${name}.c`), '-o', path.join(objects, `${name}.wasm`)]),
  );
}
