/**
 * GNU bash: the shell that people type into. It has its own copy of readline; what it knows of terminals comes from
 * ncurses. `sigpoll.patch` says how signals reach its loops.
 */
import path from 'node:path';

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'bash',
  version: '5.2.15',
  summary: 'the GNU shell, with line editing, history and completion',
  license: 'GPL-3.0-or-later',
  licenseFile: 'COPYING',
  homepage: 'https://www.gnu.org/software/bash/',
  source: {
    package: 'bash',
    file: 'bash_5.2.15.orig.tar.gz',
    sha256: '7a315bc0e9d90713159e4390ec1096a41e4f33cd8cc3d1a749a8e5ad56600f51',
  },
  uses: ['ncurses'],
  patches: ['sigpoll.patch'],
  forks: true,
  castsFunctions: true,

  async build({ source, prefix, configure, make }) {
    const ncurses = prefix('ncurses');
    await configure([
      '--prefix=/usr',
      '--without-bash-malloc',
      '--with-curses',
      'CC_FOR_BUILD=clang-22',
      `CPPFLAGS=-I${ncurses}/include`,
      `LDFLAGS=-L${ncurses}/lib -Wl,--export=__stack_pointer,-z,stack-size=1048576`,
    ]);
    await make(['bash']);
    return { programs: [{ wasm: path.join(source, 'bash'), commands: ['bash', 'rbash'] }] };
  },
};
