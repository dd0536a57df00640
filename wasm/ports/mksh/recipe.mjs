/** mksh: the Korn shell of MirBSD, with line editing, for machines that want no program under the GPL. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'mksh',
  version: '59c',
  summary: 'the MirBSD Korn shell',
  license: 'MirOS AND ISC',
  licenseFile: 'sh.h',
  homepage: 'http://www.mirbsd.org/mksh.htm',
  source: {
    package: 'mksh',
    file: 'mksh_59c.orig.tar.gz',
    sha256: '77ae1665a337f1c48c61d6b961db3e52119b38e58884d1c89684af31f87bc506',
  },
  patches: ['sigpoll.patch'],
  forks: true,

  async build({ source, cc, tool }) {
    const cwd = path.join(source, 'build');
    mkdirSync(cwd);
    const env = {
      ...process.env,
      CC: cc.join(' '),
      CFLAGS: '-Os -w',
      LDFLAGS: '-Wl,--export=__stack_pointer,-z,stack-size=524288',
      // Whose system calls and files it is to expect.
      TARGET_OS: 'Linux',
    };
    await tool('sh', ['../Build.sh', '-r'], { cwd, env });
    return { programs: [{ wasm: path.join(cwd, 'mksh'), commands: ['mksh'] }] };
  },
};
