/** GNU coreutils as one program, which sees by its name what to be. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What cannot work here: other roots, security contexts, a library to preload. */
const WITHOUT = ['chroot', 'chcon', 'runcon', 'stdbuf', 'pinky', 'users', 'who'];

/** Not installed by default, but of this package everywhere. */
const WITH = ['arch', 'hostname'];

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'coreutils',
  version: '9.1',
  summary: 'GNU core utilities: ls, cp, sort, wc, date, sha256sum and a hundred more',
  license: 'GPL-3.0-or-later',
  licenseFile: 'COPYING',
  homepage: 'https://www.gnu.org/software/coreutils/',
  source: {
    package: 'coreutils',
    file: 'coreutils_9.1.orig.tar.xz',
    sha256: '61a1f410d78ba7e7f37a5a4f50e6d1320aca33375484a3255eddf17a38580423',
  },
  patches: ['vfork.patch'],
  tier: 'base',
  optimize: '-O2',

  async build({ source, configure, make, makeBuiltSources }) {
    const options = ['acl', 'xattr', 'libcap'].map((feature) => `--disable-${feature}`);
    await configure([
      ...options,
      ...['selinux', 'openssl', 'libgmp'].map((name) => `--without-${name}`),
      '--enable-single-binary=symlinks',
      `--enable-no-install-program=${WITHOUT.join(',')}`,
      `--enable-install-program=${WITH.join(',')}`,
      'CFLAGS=-O2',
      // sort recurses; numbers of printf and seq are long doubles.
      'LDFLAGS=-Wl,-z,stack-size=1048576',
      'LIBS=-lc-printscan-long-double',
    ]);
    await makeBuiltSources();
    await make(['src/coreutils']);
    const makefile = readFileSync(path.join(source, 'Makefile'), 'utf8');
    const built = /^single_binary_progs = (.*)$/m.exec(makefile)?.[1]?.split(/\s+/) ?? [];
    const names = built.filter((name) => !WITHOUT.includes(name)).map((name) => name.replace('ginstall', 'install'));
    return { programs: [{ wasm: path.join(source, 'src/coreutils'), commands: ['coreutils', ...names] }] };
  },
};
