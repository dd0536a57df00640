/** GNU find and xargs. find starts programs by vfork; xargs forks. */
import path from 'node:path';

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'findutils',
  version: '4.9.0',
  summary: 'GNU find and xargs',
  license: 'GPL-3.0-or-later',
  licenseFile: 'COPYING',
  homepage: 'https://www.gnu.org/software/findutils/',
  source: {
    package: 'findutils',
    file: 'findutils_4.9.0.orig.tar.xz',
    sha256: 'a2bfb8c09d436770edc59f50fa483e785b161a3b7b9d547573cb08065fd462fe',
  },
  patches: ['vfork.patch'],
  tier: 'base',

  async build({ source, configure, make }) {
    await configure(['--without-selinux', 'LDFLAGS=-Wl,--export=__stack_pointer']);
    await make(['-C', 'gl']);
    await make(['-C', 'lib']);
    await make(['-C', 'find', 'find']);
    await make(['-C', 'xargs', 'xargs']);
    return {
      programs: [
        { wasm: path.join(source, 'find/find'), commands: ['find'] },
        { wasm: path.join(source, 'xargs/xargs'), commands: ['xargs'], forks: true },
      ],
    };
  },
};
