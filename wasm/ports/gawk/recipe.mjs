/** GNU awk: it is `awk`. */
import path from 'node:path';

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'gawk',
  version: '5.2.1',
  summary: 'GNU awk: scans for patterns and processes text',
  license: 'GPL-3.0-or-later',
  licenseFile: 'COPYING',
  homepage: 'https://www.gnu.org/software/gawk/',
  source: {
    package: 'gawk',
    file: 'gawk_5.2.1.orig.tar.xz',
    sha256: '2337a0283b180ec1b9c727973a34781c6478b3ae9bcbdcca0a4dc49861d75a65',
  },
  patches: ['vfork.patch'],
  tier: 'base',
  optimize: '-O2',

  async build({ source, configure, make }) {
    await configure(['--disable-extensions', '--disable-mpfr', '--disable-pma', '--without-readline', 'CFLAGS=-O2']);
    await make(['-C', 'support']);
    await make(['gawk']);
    return { programs: [{ wasm: path.join(source, 'gawk'), commands: ['gawk', 'awk'] }] };
  },
};
