/**
 * Building by a program's own configure script and makefile.
 *
 * What configure would find out about TabOS by compiling hundreds of little programs is in wasm/libc/config.site
 * (CONFIG_SITE of autoconf): with it a configure script takes seconds. The upper part of that file is written by hand and
 * says what cannot be found out without running programs; the rest is what configure scripts found out:
 * `node scripts/ports.mjs --learn` runs them all without it and writes it anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { WASM } from './places.mjs';
import { AR, RANLIB, tool } from './toolchain.mjs';

/** An architecture of 32 bits with musl: the closest thing to TabOS that config.sub knows. */
const HOST = 'i686-pc-linux-musl';
const BUILD = 'x86_64-pc-linux-gnu';

const SITE = path.join(WASM, 'libc/config.site');
const LEARNED = '# Found out by configure scripts:\n';

/** Dash runs configure scripts twice as fast as bash. */
const SHELL = existsSync('/bin/dash') ? '/bin/dash' : '/bin/sh';

/** Not of the target: tools of this machine, its paths, variables of one run. */
const OF_THIS_MACHINE =
  /^(ac_cv_env_|ac_cv_(build|host|target)|ac_cv_path_|ac_cv_prog_(?!cc_)|lt_cv_path_|lt_cv_.*(max_cmd_len|cmd)|am_cv_)/;

/** Functions and headers. */
const OF_THE_LIBRARY = /^(ac|gl)_cv_(func|header|have_decl|search|lib|next)_/;

/** Where `--learn` collects what configure scripts find out. @type {string | undefined} */
let learning;

/** What `configure` throws when it has learned what there is to learn: there is no need to build anything. */
export class Learned extends Error {}

/** @param {string} file the cache file that configure scripts write from now on, instead of reading config.site */
export function learnInto(file) {
  const [byHand = ''] = readFileSync(SITE, 'utf8').split(LEARNED);
  writeFileSync(`${file}.site`, byHand);
  learning = file;
}

/** @param {string} file what `learnInto` named, after the configure scripts */
export function writeLearned(file) {
  const [byHand = ''] = readFileSync(SITE, 'utf8').split(LEARNED);
  const known = new Set([...byHand.matchAll(/^(\w+)=/gm)].map((match) => match[1]));
  const lines = readFileSync(file, 'utf8').split('\n');
  const facts = lines.filter((line) => {
    const name = /^(\w+)=/.exec(line)?.[1];
    // What was not there is asked again: the library may have gained it.
    if (line.includes('guessing no') || (line.endsWith("'no'}") && OF_THE_LIBRARY.test(line))) return false;
    return name !== undefined && !known.has(name) && !OF_THIS_MACHINE.test(line) && !/[^/<]\/\w+\//.test(line);
  });
  writeFileSync(SITE, `${byHand}${LEARNED}${facts.sort().join('\n')}\n`);
}

/**
 * @param {string} source the folder with the configure script
 * @param {readonly string[]} cc
 * @param {readonly string[]} args
 * @param {string} recipe its folder: facts that only this script asks for may be there in a config.site
 */
export async function configure(source, cc, args, recipe) {
  const own = path.join(recipe, 'config.site');
  const sites = [learning === undefined ? SITE : `${learning}.site`, ...(existsSync(own) ? [own] : [])];
  const cache = learning === undefined ? [] : [`--cache-file=${learning}`];
  const common = [
    `--host=${HOST}`,
    `--build=${BUILD}`,
    '--disable-nls',
    '--disable-dependency-tracking',
    `CC=${[...cc, '-std=gnu17', '-w'].join(' ')}`,
    'CFLAGS=-Os',
    `AR=${AR}`,
    `RANLIB=${RANLIB}`,
  ];
  const env = { ...process.env, CONFIG_SITE: sites.join(' '), CONFIG_SHELL: SHELL };
  await tool(SHELL, ['./configure', '-q', ...common, ...cache, ...args], { cwd: source, env });
  if (learning === undefined) return;
  const facts = readFileSync(learning, 'utf8');
  // The next script has other variables, which is no contradiction.
  writeFileSync(learning, facts.replace(/^ac_cv_env_.*\n/gm, ''));
  throw new Learned();
}

/**
 * @param {string} source
 * @param {readonly string[]} args targets and variables
 */
export async function make(source, args) {
  await tool('make', ['-s', `-j${availableParallelism()}`, `SHELL=${SHELL}`, ...args], { cwd: source });
}

/**
 * The headers that gnulib's makefiles generate: needed before a single target, as only `all` makes them by itself.
 *
 * @param {string} source
 */
export async function makeBuiltSources(source) {
  const file = path.join(source, 'built-sources.mk');
  writeFileSync(file, 'include Makefile\nbuilt-sources: $(BUILT_SOURCES)\n');
  await make(source, ['-f', file, 'built-sources']);
}
