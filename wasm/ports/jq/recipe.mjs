/**
 * jq, with oniguruma for its regular expressions. Both are compiled by hand: their tarballs have no configure script,
 * only what one is made from.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ONIGURUMA = (
  'regparse regcomp regexec regenc regerror regext regsyntax regtrav regversion st reggnu unicode unicode_unfold_key ' +
  'unicode_fold1_key unicode_fold2_key unicode_fold3_key ascii utf8 utf16_be utf16_le utf32_be utf32_le euc_jp ' +
  'euc_jp_prop sjis sjis_prop iso8859_1 iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 ' +
  'iso8859_9 iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16 euc_tw euc_kr big5 gb18030 koi8_r cp1251 ' +
  'onig_init'
)
  .split(' ')
  .map((name) => `source1/src/${name}.c`);

const JQ = (
  'main builtin bytecode compile execute jq_test jv jv_alloc jv_aux jv_dtoa jv_file jv_parse jv_print jv_unicode linker ' +
  'locfile util lexer parser'
)
  .split(' ')
  .map((name) => `src/${name}.c`);

/** Mathematical functions that glibc of today does not have either. */
const MISSING = new Set(['HAVE_POW10']);

const DEFINES = (
  'ALLOCA_H ATEXIT FREXP GETTIMEOFDAY GMTIME GMTIME_R ISATTY LGAMMA_R LIBONIG LOCALTIME_R MEMMEM MKSTEMP MODF ' +
  'PTHREAD_KEY_CREATE PTHREAD_ONCE STRFTIME STRPTIME TIMEGM TM_TM_GMT_OFF'
)
  .split(' ')
  .map((name) => `-DHAVE_${name}`);

// glibc's gamma is lgamma, musl has none.
const FLAGS = [
  '-O2',
  '-w',
  '-D_GNU_SOURCE',
  '-DIEEE_8087',
  '-Dgamma=lgamma',
  '-I.',
  '-Isrc',
  '-Isource1/src',
  ...DEFINES,
];

/** What oniguruma wants to know of a machine. */
const ONIGURUMA_CONFIG = `#define HAVE_ALLOCA_H 1
#define HAVE_INTTYPES_H 1
#define HAVE_STDINT_H 1
#define HAVE_SYS_TIME_H 1
#define HAVE_SYS_TIMES_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H 1
#define SIZEOF_INT 4
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_VOIDP 4
#define PACKAGE "onig"
#define VERSION "6.9.8"
`;

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'jq',
  version: '1.6',
  summary: 'processes JSON',
  license: 'MIT',
  licenseFile: 'COPYING',
  homepage: 'https://jqlang.github.io/jq/',
  source: {
    package: 'jq',
    file: 'jq_1.6.orig.tar.gz',
    sha256: '3ba940b97571c866923f0409678033d33b5a98758dfc174fad8397ed908bc4d9',
  },
  sources: [
    {
      package: 'libonig',
      file: 'libonig_6.9.8.orig.tar.gz',
      sha256: '26372720bab6733c869a9eb69377f73971138dc5e3eff4a81f5ba8aea5435fb2',
    },
  ],
  tier: 'extra',
  optimize: '-O2',

  async build({ source, cc, tool, parallel }) {
    const [command = '', ...options] = cc;
    generate(source);
    const functions = readFileSync(path.join(source, 'src/libm.h'), 'utf8').match(/HAVE_[A-Z0-9_]+/g) ?? [];
    const math = [...new Set(functions)].filter((name) => !MISSING.has(name)).map((name) => `-D${name}`);
    const sources = [...JQ, ...ONIGURUMA];
    await parallel(sources, (name) =>
      tool(command, [...options, ...FLAGS, ...math, '-c', name, '-o', objectOf(name)], { cwd: source }),
    );
    // Nested data and long programs recurse.
    const link = ['-Wl,-z,stack-size=4194304', '-o', 'jq.wasm'];
    await tool(command, [...options, ...sources.map(objectOf), ...link], { cwd: source });
    return { programs: [{ wasm: path.join(source, 'jq.wasm'), commands: ['jq'] }] };
  },
};

/** @param {string} name */
const objectOf = (name) => name.replace(/c$/, 'o');

/** What the makefiles would generate. @param {string} source */
function generate(source) {
  const builtin = readFileSync(path.join(source, 'src/builtin.jq'), 'utf8').replace(/\n$/, '');
  const lines = builtin.split('\n').map((line) => `"${line.replace(/[\\"]/g, '\\$&')}\\n"\n`);
  writeFileSync(path.join(source, 'src/builtin.inc'), lines.join(''));
  writeFileSync(path.join(source, 'src/version.h'), '#define JQ_VERSION "1.6"\n');
  writeFileSync(path.join(source, 'source1/src/config.h'), ONIGURUMA_CONFIG);
}
