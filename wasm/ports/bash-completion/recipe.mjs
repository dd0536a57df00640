/**
 * bash-completion: what Tab offers behind a command, read by bash when it is first pressed there (/etc/bash.bashrc). Only
 * the completions of commands that this system has, or that its ports can bring, are taken along.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const COMMANDS = (
  '7z abook bzip2 chmod chown cpio curl dd diff dot export file find function getconf getent grep gzip hostname htop ' +
  'iconv id info jq kill killall lua luac lz4 lzma make man mktemp nc nproc openssl passwd patch perl pgrep pidof ping ' +
  'printenv pwd pwdx python route rsync screen sh sqlite3 ss ssh strace strings sysctl tar timeout tree ulimit vmstat ' +
  'watch wget xxd xz xzdec zopfli _cal _hexdump _look _mount _renice _umount'
).split(' ');

/** @type {import('../../../scripts/ports/recipe.mjs').Recipe} */
export const recipe = {
  name: 'bash-completion',
  version: '2.11',
  summary: 'completions of commands for bash',
  license: 'GPL-2.0-or-later',
  licenseFile: 'COPYING',
  homepage: 'https://github.com/scop/bash-completion',
  source: {
    package: 'bash-completion',
    file: 'bash-completion_2.11.orig.tar.gz',
    sha256: '16adefabf43ec8ffb473704f5724d775c2f47e9f750d7d608f0251ec21fe8813',
  },

  build({ source }) {
    const root = path.join(source, 'to/root');
    const place = path.join(root, 'usr/share/bash-completion');
    mkdirSync(path.join(place, 'completions'), { recursive: true });
    cpSync(path.join(source, 'bash_completion'), path.join(place, 'bash_completion'));
    for (const name of COMMANDS) {
      const from = path.join(source, 'completions', name);
      if (existsSync(from)) cpSync(from, path.join(place, 'completions', name));
    }
    return Promise.resolve({ programs: [], root });
  },
};
