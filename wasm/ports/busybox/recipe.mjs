/**
 * busybox: the commands. Its own makefile compiles it; the link is ours, because the one of the makefile asks for
 * options of GNU ld.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The compiler of programs that run while it is built. */
const HOSTCC = 'HOSTCC=clang-22 -w';

/** When this version came out: the date that it shows instead of the one of the build. */
const RELEASED = '1640476800';

/** The makefile asks about what our configuration leaves open: take the default. */
const ANSWERS = '\n'.repeat(2000);

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'busybox',
  version: '1.35.0',
  summary: 'the commands: coreutils, find, grep, sed, awk, vi, less, tar, ps and so on',
  license: 'GPL-2.0-only',
  licenseFile: 'LICENSE',
  homepage: 'https://busybox.net/',
  source: {
    package: 'busybox',
    file: 'busybox_1.35.0.orig.tar.bz2',
    sha256: 'faeeb244c35a348a334f4a59e44626ee870fb07b6884d68c10ae8bc19f83a694',
  },

  yields: true,
  patches: ['wc.patch', 'head.patch', 'tr.patch', 'timeout.patch', 'awk.patch', 'zcat.patch'],

  async build({ source, recipe: folder, cc, tool }) {
    const [command = '', ...options] = cc;
    const env = { ...process.env, LC_ALL: 'C', SOURCE_DATE_EPOCH: RELEASED };
    const make = (/** @type {string[]} */ ...args) =>
      tool('make', ['-s', ...args], { cwd: source, env, input: ANSWERS });
    await make(HOSTCC, 'allnoconfig');
    configure(path.join(source, '.config'), readFileSync(path.join(folder, 'config'), 'utf8'));
    await make(HOSTCC, 'oldconfig');
    writeFileSync(path.join(source, 'scripts/trylink'), '#!/bin/sh\n: > "$1"\n');
    const variables = [`CC=${cc.join(' ')}`, 'AR=llvm-ar-22', 'EXTRA_CFLAGS=-include sys/sysinfo.h -w'];
    await make(HOSTCC, ...variables, '-j2', 'busybox_unstripped');
    await tool(command, [...options, ...archives(source), '-o', 'busybox.wasm'], { cwd: source });
    return { programs: [{ wasm: path.join(source, 'busybox.wasm'), commands: ['busybox', ...applets(source)] }] };
  },
};

/**
 * Put the settings of `wanted` into a configuration that has everything off.
 *
 * @param {string} file
 * @param {string} wanted
 */
function configure(file, wanted) {
  const line = /^(?:# CONFIG_(\w+) is not set|CONFIG_(\w+)=.*)$/gm;
  const settings = new Map([...wanted.matchAll(line)].map((match) => [match[1] ?? match[2], match[0]]));
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace(line, (whole, off, on) => settings.get(off ?? on) ?? whole),
  );
}

/**
 * @param {string} source
 * @returns {string[]} what the makefile made: libraries first to last, as the linker needs no order
 */
function archives(source) {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  return files.filter((name) => /(^|\/)(lib\.a|built-in\.o)$/.test(name)).sort();
}

/**
 * @param {string} source
 * @returns {string[]} the names of all commands
 */
function applets(source) {
  const table = readFileSync(path.join(source, 'include/applet_tables.h'), 'utf8');
  return [...table.matchAll(/^"([^"]+)" "\\0"$/gm)].map((match) => match[1] ?? '');
}
