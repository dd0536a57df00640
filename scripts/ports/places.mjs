/** Where the ports tree keeps what it reads and what it builds. */
import { homedir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../lib/run.mjs';

/** Sources: the C library, recipes, image, programs. */
export const WASM = path.join(ROOT, 'wasm');

/** What is built, one folder a step; it is safe to delete. */
export const BUILD = path.join(ROOT, '.cache/ports');

/** The C library with its headers, as a sysroot for clang. */
export const SYSROOT = path.join(BUILD, 'sysroot');

/** The image that is served, and the one for tests. */
export const IMAGE = path.join(BUILD, 'image');
export const TEST_IMAGE = path.join(BUILD, 'test-image');

/** The same test programs for this machine: what the ones in the test image are compared with. */
export const TEST_NATIVE = path.join(BUILD, 'test-native');

/** The packages that are not in the image, as a repository: index.json and files under content-hashed names. */
export const PACKAGES = path.join(BUILD, 'packages');

/** What all working copies of the user share. */
const SHARED = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'tabos');

/** Downloaded sources. */
export const SOURCES = path.join(SHARED, 'sources');

/** Built ports by their keys: what one working copy has built, the others do not build again. */
export const PRODUCTS = path.join(SHARED, 'products');
