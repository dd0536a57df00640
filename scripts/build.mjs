/**
 * Builds the site into `dist/`: Vite's output, the userland beside it as `image/` and `packages/`, precompressed siblings.
 *
 * Nothing happens when neither sources nor userland changed since the last build (content hash). The new site is
 * made aside and renamed into place, so a server that runs meanwhile never sees half of it.
 * From the command line: node scripts/build.mjs [--force]; the userland must have been built (scripts/ports.mjs).
 */
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compressTree } from './lib/compress.mjs';
import { errorCode, hashFiles } from './lib/files.mjs';
import { isMain } from './lib/main.mjs';
import { Failure, mustRun, ROOT, runMain, say } from './lib/run.mjs';
import { hasRepository, publishRepository } from './ports/repository.mjs';

/** Where the site ends up. */
export const SITE = path.join(ROOT, 'dist');

/** Where scripts/ports.mjs leaves the programs and their manifest. */
const IMAGE = path.join(ROOT, '.cache/ports/image');

const STAMP = path.join(ROOT, '.cache/build-stamp');

const INPUTS = [
  'index.html',
  'public',
  'src',
  'package-lock.json',
  'vite.config.ts',
  'scripts/build.mjs',
  'scripts/lib',
  '.cache/ports/image',
];

/**
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<void>}
 */
export async function build({ force = false } = {}) {
  const stamp = await hashFiles(ROOT, INPUTS, (name) => !name.includes('.test.'));
  if (!force && (await isFile(path.join(SITE, 'index.html'))) && (await readStamp()) === stamp) return;
  if (!(await isFile(path.join(ROOT, 'index.html'))))
    throw new Failure('index.html is missing: there is no page to build');

  say('building the site');
  await mkdir(path.join(ROOT, '.cache'), { recursive: true });
  const fresh = await mkdtemp(path.join(ROOT, '.cache/site-'));
  try {
    await mustRun(process.execPath, [
      'node_modules/vite/bin/vite.js',
      'build',
      '--outDir',
      fresh,
      '--logLevel',
      'warn',
    ]);
    const isServed = (/** @type {string} */ file) => !path.basename(file).startsWith('.');
    await cp(IMAGE, path.join(fresh, 'image'), { recursive: true, filter: isServed });
    say('compressing');
    await compressTree(fresh);
    // Those that are built; the others follow (scripts/ports.mjs all --publish).
    if (hasRepository()) await publishRepository(fresh);
    await chmod(fresh, 0o755);
    await replaceFolder(SITE, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  await writeFile(STAMP, stamp);
}

/**
 * @param {string} target
 * @param {string} fresh is renamed to the target
 */
async function replaceFolder(target, fresh) {
  const old = `${fresh}-old`;
  await rename(target, old).catch((/** @type {unknown} */ error) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
  await rename(fresh, target);
  await rm(old, { recursive: true, force: true });
}

async function readStamp() {
  return readFile(STAMP, 'utf8').catch(() => undefined);
}

/** @param {string} file */
async function isFile(file) {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { force: { type: 'boolean', default: false } } });
  await runMain(() => build(values));
}
