// pkg: packages of the repository. All of them can be run without it: a file that is not here is fetched when it is first
// read. Installing is fetching ahead, removing is giving up what was fetched, and what a file uses of the disk says
// whether it is here (ls -s). So this is an ordinary program: it reads files and gives advice (posix_fadvise).

import { ERRNO, type Errno } from '../../abi/errno.ts';
import { AT } from '../../abi/file.ts';
import { LAYOUT } from '../../abi/layout.ts';
import { unpack } from '../../abi/struct.ts';
import { FADV } from '../../abi/syscalls.ts';
import { fileFunctions } from '../sys/files.ts';
import { SystemError } from '../sys/system-error.ts';
import type { Builtin, BuiltinProcess } from './builtin.ts';

const USAGE = `usage: pkg search [WORD...]     packages with all the words in name, summary or commands
       pkg list                 packages that are installed
       pkg show NAME...         what a package is
       pkg install NAME...      fetch packages, so that they are here without a network
       pkg remove NAME...       give up what was fetched
       pkg update               look what the repository has by now

NAME is a package or one of its commands. A command that is not installed is fetched when it is first used.
`;

const INDEX = '/usr/lib/pkg/index.json';
const READ_SIZE = 1 << 20;

/** As the index of the repository has it; there is more in it. */
interface Package {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly license: string;
  readonly homepage: string;
  readonly source: { readonly package: string; readonly file: string; readonly sha256: string };
  readonly size: number;
  readonly commands: readonly string[];
  readonly entries: readonly { readonly path: string; readonly type: string }[];
}

/** For the person at the terminal; the program ends with 1. */
class Refusal extends Error {}

const REASONS: Partial<Record<Errno, string>> = {
  EHOSTUNREACH: 'the repository did not give it',
  EIO: 'what came does not have the SHA-256 of the list',
  ENETUNREACH: 'there is no network',
};

const reasonOf = ({ code }: SystemError): string => REASONS[code] ?? ERRNO[code].text;

const sizeText = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

class Packages {
  private readonly process: BuiltinProcess;
  private readonly files: ReturnType<typeof fileFunctions>;

  constructor(process: BuiltinProcess) {
    this.process = process;
    this.files = fileFunctions(process.calls);
  }

  say(text: string): void {
    this.process.write(1, `${text}\n`);
  }

  all(): readonly Package[] {
    try {
      return (JSON.parse(this.files.readTextFile(INDEX)) as { packages: readonly Package[] }).packages;
    } catch (error) {
      if (!(error instanceof SystemError) || error.code !== 'ENOENT') throw error;
      throw new Refusal('this site has no repository of packages');
    }
  }

  named(names: readonly string[]): readonly Package[] {
    if (names.length === 0) throw new Refusal('which package? pkg search lists them');
    const all = this.all();
    return names.map((name) => {
      const found = all.find((one) => one.name === name) ?? all.find((one) => one.commands.includes(name));
      if (found === undefined) throw new Refusal(`there is no package ${name}`);
      return found;
    });
  }

  filesOf({ entries }: Package): string[] {
    return entries.filter(({ type }) => type === 'file').map(({ path }) => `/${path}`);
  }

  isHere(path: string): boolean {
    const { calls } = this.process;
    const bytes = new Uint8Array(LAYOUT.stat.size);
    calls.call('stat', path, AT.FDCWD, calls.path('stat', path), 0, bytes);
    const { blocks, size } = unpack('stat', bytes);
    return blocks > 0 || size === 0;
  }

  /** Whether it can be used without a network: its licence is not needed for that. */
  isInstalled(one: Package): boolean {
    return this.filesOf(one).every((path) => path.startsWith('/usr/share/doc/') || this.isHere(path));
  }

  /** Nothing is left of a package that cannot be had as a whole. */
  install(one: Package): void {
    const missing = this.filesOf(one).filter((path) => !this.isHere(path));
    if (missing.length === 0) {
      this.say(`${one.name} ${one.version} is installed already`);
      return;
    }
    try {
      for (const path of missing) this.fetch(path);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      for (const path of missing) this.forget(path);
      throw new Refusal(`${one.name} was not installed: ${reasonOf(error)}`);
    }
    this.say(`${one.name} ${one.version} is installed, ${sizeText(one.size)}`);
  }

  /** On a terminal the system shows how far it is. */
  private fetch(path: string): void {
    const fd = this.files.open(path);
    try {
      while (this.files.read(fd, READ_SIZE).length > 0);
    } finally {
      this.files.close(fd);
    }
  }

  forget(path: string): void {
    const fd = this.files.open(path);
    try {
      this.process.calls.call('fadvise', path, fd, 0, 0, FADV.DONTNEED);
    } finally {
      this.files.close(fd);
    }
  }

  remove(one: Package): void {
    if (!this.filesOf(one).some((path) => this.isHere(path))) throw new Refusal(`${one.name} is not installed`);
    for (const path of this.filesOf(one)) this.forget(path);
    this.say(`${one.name} is removed; it is fetched again when it is next used`);
  }

  update(): void {
    const before = new Map(this.all().map(({ name, version }) => [name, version]));
    try {
      this.forget(INDEX);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw new Refusal(`the list of packages stays as it was: ${reasonOf(error)}`);
    }
    const after = this.all();
    const news = after.filter(({ name, version }) => before.get(name) !== version);
    for (const { name, version, summary } of news) this.say(`${name} ${version}: ${summary}`);
    this.say(`${after.length} packages, ${news.length} of them new`);
  }

  search(words: readonly string[]): number {
    const wanted = words.map((word) => word.toLowerCase());
    const matches = this.all().filter(({ name, summary, commands }) => {
      const text = `${name} ${summary} ${commands.join(' ')}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
    for (const one of matches) this.line(one);
    return matches.length > 0 ? 0 : 1;
  }

  line(one: Package): void {
    const { name, version, size, summary } = one;
    const here = this.isInstalled(one) ? '*' : ' ';
    this.say(`${here} ${name.padEnd(12)} ${version.padEnd(12)} ${sizeText(size).padStart(8)}  ${summary}`);
  }

  show(one: Package): void {
    this.say(`${one.name} ${one.version}: ${one.summary}`);
    this.say(`installed: ${this.isInstalled(one) ? 'yes' : 'no'}, ${sizeText(one.size)}`);
    this.say(`commands:  ${one.commands.join(' ')}`);
    this.say(`license:   ${one.license} (/usr/share/doc/${one.name}/copyright)`);
    this.say(`homepage:  ${one.homepage}`);
    this.say(`source:    ${one.source.file} of Debian's ${one.source.package}, SHA-256 ${one.source.sha256}`);
  }
}

const perform = (packages: Packages, process: BuiltinProcess): number => {
  const [, verb = '', ...names] = process.args;
  switch (verb) {
    case 'search':
      return packages.search(names);
    case 'list':
      for (const one of packages.all()) if (packages.isInstalled(one)) packages.line(one);
      return 0;
    case 'show':
      for (const one of packages.named(names)) packages.show(one);
      return 0;
    case 'install':
      for (const one of packages.named(names)) packages.install(one);
      return 0;
    case 'remove':
      for (const one of packages.named(names)) packages.remove(one);
      return 0;
    case 'update':
      packages.update();
      return 0;
    case '-h':
    case '--help':
    case 'help':
      process.write(1, USAGE);
      return 0;
    default:
      process.write(2, verb === '' ? USAGE : `pkg: there is no command ${verb}\n${USAGE}`);
      return 2;
  }
};

export const pkg: Builtin = (process) => {
  try {
    return perform(new Packages(process), process);
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof SystemError)) throw error;
    process.write(2, `pkg: ${error.message}\n`);
    return 1;
  }
};
