/**
 * What a new machine looks like, apart from the programs of the ports: the read-only base, and the skeleton that is
 * copied into the writable root at first boot, where something is missing.
 *
 * Paths have no leading slash. Text is UTF-8. What says nothing of its owner belongs to the machine's user in the
 * skeleton, and to root in the base.
 */

import { readFileSync } from 'node:fs';

/** @typedef {{ path: string, type: 'dir', mode: number, uid?: number, gid?: number }} Dir */
/** @typedef {{ path: string, type: 'link', target: string, uid?: number, gid?: number }} Link */
/** @typedef {{ path: string, type: 'file', mode: number, text: string, uid?: number, gid?: number }} TextFile */
/** @typedef {Dir | Link | TextFile} Entry */

/** @param {string} path @param {number} [mode] @returns {Dir} */
const dir = (path, mode = 0o755) => ({ path, type: 'dir', mode });

/** @param {string} path @param {string} target @returns {Link} */
const link = (path, target) => ({ path, type: 'link', target });

/** @param {string} path @param {string} text @param {number} [mode] @returns {TextFile} */
const file = (path, text, mode = 0o644) => ({ path, type: 'file', mode, text });

/** A program that is part of the process runtime instead of a wasm file. @param {string} name */
const builtin = (name) => file(`usr/bin/${name}`, `\0tabos:${name}\n`, 0o755);

/** A file of the skeleton that is long enough to be one here. @param {string} place @param {string} name */
const copy = (place, name) => file(place, readFileSync(new URL(name, import.meta.url), 'utf8'));

const ROOT = { uid: 0, gid: 0 };

const ESC = '\u001b';
const BEL = '\u0007';
/** A mark of shell integration, OSC 133. @param {string} body */
const mark = (body) => `${ESC}]133;${body}${BEL}`;

// The prompt names the working directory, with the home directory as ~. The shell expands parameters in PS1 and nothing
// may fork there, so: ${PWD%"${PWD#"$HOME"}"} is $HOME below the home directory and nothing elsewhere, and the tilde
// is deleted when `?` followed by that matches it.
const DIRECTORY = `\${_tilde#?\${PWD%"\${PWD#"$HOME"}"}}\${PWD#"$HOME"}`;

const PROFILE = `# For login shells.
export PATH="\${PATH:-/usr/local/bin:/usr/bin:/bin}"
export TERM="\${TERM:-xterm-256color}"
export PAGER=less EDITOR=vi
export ENV=/etc/shrc
case $BASH_VERSION in
?*) [ -f /etc/bash.bashrc ] && . /etc/bash.bashrc ;;
esac
`;

const SHRC = `# For interactive shells. The prompt carries marks that tell a terminal where it begins and ends, and how the
# command before it ended (OSC 133).
_tilde='~'
PS1='${mark('D;$?')}${mark('A')}\${USER:-user}@tabos:${DIRECTORY}$ ${mark('B')}'
PS2='> '
case $KSH_VERSION in
?*)
  # What stands between two of the characters that are announced so takes no room on the line.
  PS1='\u0001\r\u0001${mark('D;$?')}${mark('A')}\u0001\${USER:-user}@tabos:${DIRECTORY}$ \u0001${mark('B')}\u0001' ;;
esac
`;

/** @param {string} version */
const osRelease = (version) => `NAME="TabOS"
ID=tabos
VERSION="${version}"
VERSION_ID="${version}"
PRETTY_NAME="TabOS ${version}"
`;

/** @returns {Entry[]} */
export const base = () => [
  dir('usr'),
  dir('usr/bin'),
  dir('usr/lib'),
  dir('usr/share'),
  dir('usr/share/doc'),
  link('usr/sbin', 'bin'),
  link('usr/local', '../var/local'),
  builtin('fsck'),
  builtin('js'),
  builtin('mount'),
  builtin('node'),
  builtin('snapshot'),
  builtin('pkg'),
  builtin('strace'),
  builtin('umount'),
];

/** @param {string} version @returns {Entry[]} */
export const skeleton = (version) => [
  link('bin', 'usr/bin'),
  link('sbin', 'usr/bin'),
  link('lib', 'usr/lib'),
  dir('etc'),
  file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:User:/home/user:/bin/bash\n'),
  file('etc/group', 'root:x:0:\ntty:x:5:\nusers:x:100:user\nuser:x:1000:\n'),
  file('etc/hosts', '127.0.0.1\tlocalhost\n127.0.1.1\ttabos\n'),
  file('etc/hostname', 'tabos\n'),
  file('etc/shells', '/bin/sh\n/bin/dash\n/bin/bash\n/bin/mksh\n'),
  copy('etc/services', 'services'),
  copy('etc/protocols', 'protocols'),
  dir('etc/terminfo'),
  file('etc/profile', PROFILE),
  file('etc/shrc', SHRC),
  copy('etc/bash.bashrc', 'bash.bashrc'),
  copy('etc/inputrc', 'inputrc'),
  dir('etc/skel'),
  copy('etc/skel/.bashrc', 'dot.bashrc'),
  copy('etc/skel/.profile', 'dot.profile'),
  file('etc/os-release', osRelease(version)),
  link('etc/mtab', '/proc/mounts'),
  dir('home'),
  dir('home/user'),
  copy('home/user/.bashrc', 'dot.bashrc'),
  copy('home/user/.profile', 'dot.profile'),
  { ...dir('root', 0o700), ...ROOT },
  dir('mnt'),
  dir('opt'),
  dir('srv'),
  { ...dir('tmp', 0o1777), ...ROOT },
  dir('var'),
  dir('var/cache'),
  dir('var/lib'),
  dir('var/local'),
  dir('var/local/bin'),
  dir('var/log'),
  dir('var/tmp', 0o1777),
  link('var/run', '/run'),
  dir('run'),
  dir('dev'),
  dir('proc'),
];
