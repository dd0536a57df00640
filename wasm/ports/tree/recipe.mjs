/** tree, by the makefile of its authors. */
import path from 'node:path';

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'tree',
  version: '2.1.0',
  summary: 'lists folders as trees',
  license: 'GPL-2.0-or-later',
  licenseFile: 'LICENSE',
  homepage: 'http://oldmanprogrammer.net/source.php?dir=projects/tree',
  source: {
    package: 'tree',
    file: 'tree_2.1.0.orig.tar.gz',
    sha256: '0160c535bff2b0dc6a830b9944e981e3427380f63e748da96ced7071faebabf6',
  },
  tier: 'extra',

  async build({ source, cc, make }) {
    await make([`CC=${cc.join(' ')} -w`, 'CFLAGS=-O2 -DLINUX -D_GNU_SOURCE', 'LDFLAGS=', 'tree']);
    return { programs: [{ wasm: path.join(source, 'tree'), commands: ['tree'] }] };
  },
};
