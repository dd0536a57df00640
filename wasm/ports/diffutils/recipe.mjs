/** GNU diff, diff3, sdiff and cmp. */
import path from 'node:path';

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'diffutils',
  version: '3.8',
  summary: 'GNU diff, diff3, sdiff and cmp',
  license: 'GPL-3.0-or-later',
  licenseFile: 'COPYING',
  homepage: 'https://www.gnu.org/software/diffutils/',
  source: {
    package: 'diffutils',
    file: 'diffutils_3.8.orig.tar.xz',
    sha256: 'a6bdd7d1b31266d11c4f4de6c1b748d4607ab0231af5188fc2533d0ae2438fec',
  },
  patches: ['vfork.patch'],
  tier: 'base',

  async build({ source, configure, make }) {
    await configure([]);
    await make(['-C', 'lib']);
    await make(['-C', 'src']);
    return {
      programs: [
        { wasm: path.join(source, 'src/diff'), commands: ['diff'] },
        { wasm: path.join(source, 'src/cmp'), commands: ['cmp'] },
        { wasm: path.join(source, 'src/diff3'), commands: ['diff3'] },
        { wasm: path.join(source, 'src/sdiff'), commands: ['sdiff'] },
      ],
    };
  },
};
