/**
 * Precompressed siblings (`x.wasm.br`, `x.wasm.gz`) for the files of a built site, which scripts/serve.mjs and most
 * static hosts send by Accept-Encoding. Brotli at its best takes seconds a megabyte, so results are kept by content
 * hash in `.cache/compressed/`.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { errorCode, listFiles } from './files.mjs';
import { ROOT } from './run.mjs';

const CACHE = path.join(ROOT, '.cache/compressed');

/** Text without an extension is what licences are in. */
const COMPRESSIBLE = new Set(
  ['css', 'data', 'html', 'js', 'json', 'mjs', 'svg', 'tar', 'ttf', 'txt', 'wasm', 'webmanifest'].map(
    (name) => `.${name}`,
  ),
).add('');

/** Below this a coding saves nothing that matters. */
const SMALLEST = 1024;

/** Above this many bytes the best brotli takes minutes for a percent or two. */
const LARGE = 8 * 1024 * 1024;

const CODINGS = [
  {
    suffix: '.br',
    /** @param {Buffer} data */
    compress: (data) =>
      promisify(brotliCompress)(data, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: data.length > LARGE ? 9 : constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
          [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
        },
      }),
  },
  {
    suffix: '.gz',
    /** @param {Buffer} data */
    compress: (data) => promisify(gzip)(data, { level: constants.Z_BEST_COMPRESSION }),
  },
];

/**
 * @param {string} folder every file below it that gains gets its siblings
 * @param {string} [cache]
 * @returns {Promise<void>}
 */
export async function compressTree(folder, cache = CACHE) {
  await compressFiles(folder, await listFiles(folder), cache);
}

/**
 * @param {string} folder
 * @param {readonly string[]} names of files below it
 * @param {string} [cache]
 * @returns {Promise<void>}
 */
export async function compressFiles(folder, names, cache = CACHE) {
  await mkdir(cache, { recursive: true });
  for (const name of names) {
    if (!COMPRESSIBLE.has(path.extname(name))) continue;
    const file = path.join(folder, name);
    const data = await readFile(file);
    if (data.length < SMALLEST) continue;
    // Both codings at once: zlib works in the thread pool.
    await Promise.all(CODINGS.map((coding) => compressFile(file, data, coding, cache)));
  }
}

/**
 * @param {string} file
 * @param {Buffer} data its content
 * @param {typeof CODINGS[number]} coding
 * @param {string} cache
 */
async function compressFile(file, data, { suffix, compress }, cache) {
  const hash = createHash('sha256').update(data).digest('hex');
  const cached = path.join(cache, hash + suffix);
  try {
    await copyFile(cached, file + suffix);
    return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const packed = await compress(data);
  if (packed.length > data.length * 0.95) return;
  await writeFile(file + suffix, packed);
  // Renamed into place: another build may read the cache at the same time.
  const partial = `${cached}.${process.pid}`;
  await writeFile(partial, packed);
  await rename(partial, cached);
}
