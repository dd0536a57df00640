/**
 * Proves that the compiler holds the layers: copies the TypeScript projects to a temporary folder, plants one file
 * for each pair of folders and for each global that a folder must or must not know, compiles once, and compares
 * which files fail with the table below. A project file that grants too much (or too little) fails here.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure, ROOT, runMain } from './lib/run.mjs';

/** @typedef {{ imports: readonly string[], globals: readonly string[] }} Layer what a folder may name */

/** @type {Readonly<Record<string, Layer>>} */
const LAYERS = {
  abi: { imports: [], globals: [] },
  base: { imports: [], globals: ['TextDecoder'] },
  kernel: { imports: ['abi', 'base'], globals: ['TextDecoder'] },
  transport: { imports: ['abi', 'base'], globals: ['TextDecoder'] },
  host: {
    imports: ['abi', 'base', 'kernel', 'transport', 'host/control'],
    globals: ['TextDecoder', 'Worker', 'FileSystemSyncAccessHandle'],
  },
  user: {
    imports: ['abi', 'base', 'transport'],
    globals: ['TextDecoder', 'Worker', 'FileSystemSyncAccessHandle'],
  },
  page: { imports: ['abi', 'base', 'transport', 'host/control'], globals: ['TextDecoder', 'Worker', 'HTMLElement'] },
  testing: {
    imports: ['abi', 'base', 'kernel', 'transport', 'host', 'host/control', 'user', 'page'],
    globals: ['TextDecoder', 'Worker', 'FileSystemSyncAccessHandle', 'process', 'node:fs'],
  },
};

const PROBED_GLOBALS = ['TextDecoder', 'Worker', 'FileSystemSyncAccessHandle', 'HTMLElement', 'process', 'node:fs'];

/**
 * @param {string} folder the copy
 * @returns {Promise<Map<string, boolean>>} planted file -> whether it has to compile
 */
async function plant(folder) {
  /** @type {Map<string, boolean>} */
  const expected = new Map();
  /** @param {string} file @param {string} text @param {boolean} compiles */
  const write = async (file, text, compiles) => {
    expected.set(file, compiles);
    await writeFile(path.join(folder, file), text);
  };

  for (const [layer, may] of Object.entries(LAYERS)) {
    await write(`src/${layer}/own.ts`, 'export const own = 1;\n', true);
    for (const target of [...Object.keys(LAYERS), 'host/control']) {
      if (target === layer) continue;
      const module = target.includes('/') ? target : `${target}/own`;
      const file = `src/${layer}/imports-${target.replace('/', '-')}.ts`;
      await write(file, `export { own } from '../${module}.ts';\n`, may.imports.includes(target));
    }
    for (const name of PROBED_GLOBALS) {
      const isModule = name.startsWith('node:');
      const text = isModule ? `export * as it from '${name}';\n` : `export const it: unknown = ${name};\n`;
      await write(`src/${layer}/names-${name.replace(':', '-')}.ts`, text, may.globals.includes(name));
    }
  }
  await write('src/host/control.ts', 'export const own = 1;\n', true);
  return expected;
}

/**
 * @param {string} folder
 * @returns {Set<string>} the files that do not compile
 */
function compile(folder) {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [tsc, '-b', '--pretty', 'false', 'src/testing', 'src/page'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  if (error) throw error;
  if (stderr) throw new Failure(`tsc: ${stderr}`);
  /** @type {Set<string>} */
  const failed = new Set();
  for (const line of stdout.split('\n')) {
    const match = /^(src\/.+?)\(\d+,\d+\): error/.exec(line);
    if (match?.[1]) failed.add(match[1]);
    else if (line.includes('error TS')) throw new Failure(`a project file is wrong: ${line}`);
  }
  return failed;
}

await runMain(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'layers-'));
  try {
    await mkdir(path.join(folder, 'src'));
    for (const file of ['tsconfig.base.json', 'src/ambient.d.ts'])
      await cp(path.join(ROOT, file), path.join(folder, file));
    for (const layer of Object.keys(LAYERS)) {
      await mkdir(path.join(folder, 'src', layer));
      const names = await readdir(path.join(ROOT, 'src', layer));
      for (const name of names.filter((entry) => /^tsconfig.*\.json$/.test(entry))) {
        await cp(path.join(ROOT, 'src', layer, name), path.join(folder, 'src', layer, name));
      }
    }
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    const expected = await plant(folder);
    const failed = compile(folder);
    const wrong = [...expected].filter(([file, compiles]) => failed.has(file) === compiles);
    if (wrong.length > 0) {
      const lines = wrong.map(([file, compiles]) => `  ${file} ${compiles ? 'should compile' : 'should be an error'}`);
      throw new Failure(`the layers are not held:\n${lines.join('\n')}`);
    }
    const errors = [...expected.values()].filter((compiles) => !compiles).length;
    console.log(`layers: ${expected.size} files planted, the ${errors} forbidden ones are errors`);
  } finally {
    await rm(folder, { recursive: true });
  }
});
