/**
 * dash: /bin/sh. Its makefile is followed by hand, because configure would take longer than everything else; config.h
 * is what it would find. The programs that generate sources run on this machine.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const SOURCES = (
  'alias arith_yacc arith_yylex cd error eval exec expand histedit input jobs mail main memalloc miscbltin mystring ' +
  'options parser redir show trap output bltin/printf system bltin/test bltin/times var'
)
  .split(' ')
  .map((name) => `${name}.c`);

/** Made by the generators. */
const GENERATED = ['builtins.c', 'init.c', 'nodes.c', 'signames.c', 'syntax.c'];

const FLAGS = ['-include', '../config.h', '-I.', '-I..', '-DBSD=1', '-DSHELL', '-Os', '-w'];

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'dash',
  version: '0.5.12',
  summary: 'the POSIX shell',
  license: 'BSD-3-Clause',
  licenseFile: 'COPYING',
  homepage: 'http://gondor.apana.org.au/~herbert/dash/',
  source: {
    package: 'dash',
    file: 'dash_0.5.12.orig.tar.gz',
    sha256: '6a474ac46e8b0b32916c4c60df694c82058d3297d8b385b74508030ca4a8f28a',
  },
  patches: ['sigpoll.patch', 'depth.patch', 'exec.patch', 'builtins.patch'],
  forks: true,

  async build({ source, recipe: folder, cc, tool, parallel }) {
    const [command = '', ...options] = cc;
    const cwd = path.join(source, 'src');
    copyFileSync(path.join(folder, 'config.h'), path.join(source, 'config.h'));
    await generate(cwd, [command, ...options], tool);
    mkdirSync(path.join(cwd, 'objects/bltin'), { recursive: true });
    const sources = [...SOURCES, ...GENERATED];
    await parallel(sources, (name) => tool(command, [...options, ...FLAGS, '-c', name, '-o', objectOf(name)], { cwd }));
    const link = ['-Wl,--export=__stack_pointer,-z,stack-size=524288', '-o', 'dash.wasm'];
    await tool(command, [...options, ...sources.map(objectOf), ...link], { cwd });
    return { programs: [{ wasm: path.join(cwd, 'dash.wasm'), commands: ['dash', 'sh'] }] };
  },
};

/** @param {string} name */
const objectOf = (name) => `objects/${name.replace(/c$/, 'o')}`;

/**
 * @param {string} cwd
 * @param {string[]} cc
 * @param {typeof import('../../../scripts/ports/toolchain.mjs').tool} tool
 */
async function generate(cwd, [command = '', ...options], tool) {
  const generator = (/** @type {string} */ name) =>
    tool('clang-22', ['-w', '-O1', '-DBSD=1', '-DSHELL', '-o', name, `${name}.c`], { cwd });
  await tool('sh', ['mktokens'], { cwd });
  await Promise.all(['mkinit', 'mknodes', 'mksignames', 'mksyntax'].map(generator));
  await tool(command, [...options, ...FLAGS, '-E', '-x', 'c', '-o', 'builtins.def', 'builtins.def.in'], { cwd });
  await tool('sh', ['mkbuiltins', 'builtins.def'], { cwd });
  await tool('./mkinit', SOURCES, { cwd });
  await tool('./mknodes', ['nodetypes', 'nodes.c.pat'], { cwd });
  await tool('./mksyntax', [], { cwd });
  await tool('./mksignames', [], { cwd });
}
