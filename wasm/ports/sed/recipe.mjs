/** GNU sed. */
import path from 'node:path';

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'sed',
  version: '4.9',
  summary: 'GNU sed: the stream editor',
  license: 'GPL-3.0-or-later',
  licenseFile: 'COPYING',
  homepage: 'https://www.gnu.org/software/sed/',
  source: {
    package: 'sed',
    file: 'sed_4.9.orig.tar.xz',
    sha256: '6e226b732e1cd739464ad6862bd1a1aba42d7982922da7a53519631d24975181',
  },
  tier: 'base',
  optimize: '-O2',

  async build({ source, configure, make, makeBuiltSources }) {
    await configure(['--disable-acl', '--without-selinux', 'CFLAGS=-O2']);
    await makeBuiltSources();
    await make(['sed/sed']);
    return { programs: [{ wasm: path.join(source, 'sed/sed'), commands: ['sed'] }] };
  },
};
