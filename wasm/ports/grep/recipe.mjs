/** GNU grep. egrep and fgrep are shell scripts around it, as its authors have it. */
import path from 'node:path';

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'grep',
  version: '3.8',
  summary: 'GNU grep: prints lines that match a pattern',
  license: 'GPL-3.0-or-later',
  licenseFile: 'COPYING',
  homepage: 'https://www.gnu.org/software/grep/',
  source: {
    package: 'grep',
    file: 'grep_3.8.orig.tar.xz',
    sha256: '498d7cc1b4fb081904d87343febb73475cf771e424fb7e6141aff66013abc382',
  },
  patches: ['splice.patch'],
  tier: 'base',
  optimize: '-O2',

  async build({ source, configure, make }) {
    await configure(['--disable-perl-regexp', 'CFLAGS=-O2']);
    await make(['-C', 'lib']);
    await make(['-C', 'src', 'grep']);
    return { programs: [{ wasm: path.join(source, 'src/grep'), commands: ['grep'] }] };
  },
};
