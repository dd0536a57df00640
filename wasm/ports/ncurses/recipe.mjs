/**
 * ncurses: libraries for programs that draw on the terminal, the terminfo database, and the programs around it. All
 * letters are wide; the names without `w` mean the same libraries.
 *
 * The database is compiled by the `tic` of this machine, which every Debian system has: its format has not changed for
 * decades.
 */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** Terminals that the image knows; programs have the first ones built in, so that they need no file to start. */
const BUILT_IN = ['xterm-256color', 'xterm', 'dumb'];
const MORE =
  'ansi linux rxvt rxvt-unicode-256color screen screen-256color tmux tmux-256color vt100 vt102 vt220 vt52 xterm-color ' +
  'xterm-direct xterm-mono alacritty';

const OPTIONS = [
  '--prefix=/usr',
  '--enable-widec',
  '--with-termlib',
  '--with-default-terminfo-dir=/usr/share/terminfo',
  '--with-terminfo-dirs=/etc/terminfo:/usr/share/terminfo',
  `--with-fallbacks=${BUILT_IN.join(',')}`,
  ...['debug', 'shared', 'cxx', 'cxx-binding', 'ada', 'manpages', 'tests', 'dlsym', 'gpm'].map(
    (part) => `--without-${part}`,
  ),
  ...['db-install', 'home-terminfo', 'stripping', 'rpath'].map((part) => `--disable-${part}`),
];

/** A program and the other names that it goes by. */
const PROGRAMS = [
  ['tput'],
  ['clear'],
  ['infocmp', 'captoinfo', 'infotocap'],
  ['tic'],
  ['toe'],
  ['tabs'],
  ['tset', 'reset'],
];

const HEADERS = [
  'curses.h',
  'term.h',
  'termcap.h',
  'unctrl.h',
  'ncurses_dll.h',
  'panel.h',
  'menu.h',
  'form.h',
  'eti.h',
];

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'ncurses',
  version: '6.4',
  summary: 'terminal capabilities: tput, clear, reset, tic, infocmp, and terminfo',
  license: 'X11-distribute-modifications-variant',
  licenseFile: 'COPYING',
  homepage: 'https://invisible-island.net/ncurses/',
  source: {
    package: 'ncurses',
    file: 'ncurses_6.4.orig.tar.gz',
    sha256: '6931283d9ac87c5073f30b6290c4c75f21632bb4fc3603ac8100812bed248159',
  },

  async build({ source, configure, make, tool }) {
    await configure(['BUILD_CC=clang-22', ...OPTIONS]);
    await make(['-C', 'include']);
    await make(['-C', 'ncurses']);
    await Promise.all(['panel', 'menu', 'form', 'progs'].map((part) => make(['-C', part])));
    const prefix = path.join(source, 'to/prefix');
    installLibraries(source, prefix);
    const root = path.join(source, 'to/root');
    const database = path.join(root, 'usr/share/terminfo');
    mkdirSync(database, { recursive: true });
    await tool('tic', [
      '-x',
      '-o',
      database,
      '-e',
      [...BUILT_IN, ...MORE.split(' ')].join(','),
      path.join(source, 'misc/terminfo.src'),
    ]);
    const programs = PROGRAMS.map((commands) => ({ wasm: path.join(source, 'progs', commands[0] ?? ''), commands }));
    return { programs, prefix, root };
  },
};

/**
 * @param {string} source
 * @param {string} prefix
 */
function installLibraries(source, prefix) {
  const include = path.join(prefix, 'include');
  const lib = path.join(prefix, 'lib');
  mkdirSync(include, { recursive: true });
  mkdirSync(lib, { recursive: true });
  const folders = ['include', 'panel', 'menu', 'form'].map((name) => path.join(source, name));
  for (const folder of folders) {
    for (const name of readdirSync(folder)) {
      if (HEADERS.includes(name)) cpSync(path.join(folder, name), path.join(include, name));
    }
  }
  for (const name of ['ncursesw', 'ncurses']) {
    symlinkSync('.', path.join(include, name));
  }
  symlinkSync('curses.h', path.join(include, 'ncurses.h'));
  for (const name of ['ncurses', 'tinfo', 'panel', 'menu', 'form']) {
    cpSync(path.join(source, `lib/lib${name}w.a`), path.join(lib, `lib${name}w.a`));
    symlinkSync(`lib${name}w.a`, path.join(lib, `lib${name}.a`));
  }
}
