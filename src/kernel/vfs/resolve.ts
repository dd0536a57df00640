// From a path to an inode: path_resolution(7). Follows symbolic links (40 at most), crosses mounts, stays under the
// root of the context, and asks search permission of every directory gone through.
//
// A run of plain names is one `walk` of the file system, so that a remote one is asked once. What it reports is judged
// name by name, in the order in which a system that goes step by step would have found the error.

import { SysError } from '../../abi/errno.ts';
import { isDirectory, isSymlink, LIMITS } from '../../abi/file.ts';
import type { Attributes, Caller, Ino, Walk } from './filesystem.ts';
import { type Awaitable, type Flow, wait } from './flow.ts';
import type { Mount, Node } from './node.ts';
import { type Credentials, check, MAY, permits } from './permission.ts';

/** On whose behalf a path is resolved. A task is one. */
export interface Context {
  readonly root: Node;
  readonly cwd: Node;
  readonly cred: Credentials;
  readonly umask: number;
  /** Handed to file systems that ask who is calling (procfs). */
  readonly caller?: Caller;
}

/** What to do with the last name of a path. */
export type Last =
  /** Follow it if it is a symbolic link. */
  | 'follow'
  /** Follow it only if a slash comes behind it. */
  | 'nofollow'
  /** It is to be made, removed or renamed: take it as it is, whether it exists or not, and do not cross a mount. */
  | 'name';

/** An inode on the way. Nobody keeps it alive. */
export interface Spot {
  readonly mount: Mount;
  readonly ino: Ino;
  readonly path: string;
  /** The directory in which it was found by the last name of the path. */
  readonly parent: Ino | undefined;
  readonly attributes: Attributes;
}

export interface Found {
  /** The directory of the last name: for `/`, `.` and `..` the directory itself. */
  readonly parent: Spot;
  /** The last name: '/', '.' and '..' where the path ends so. */
  readonly name: string;
  /** The path ends with a slash. */
  readonly slash: boolean;
  /** Undefined when the last name does not exist. */
  readonly target: Spot | undefined;
  /** The target is a directory that something is mounted over (only for 'name'). */
  readonly covered: boolean;
  /** The target was opened on the way, as asked: the caller releases it. */
  readonly opened: Ino | undefined;
}

/** A place whose attributes may not have been asked for yet. */
interface Place {
  readonly mount: Mount;
  readonly ino: Ino;
  readonly path: string;
  readonly parent: Ino | undefined;
  readonly attributes: Attributes | undefined;
}

const placeOf = (node: Node): Place => ({
  mount: node.mount,
  ino: node.ino,
  path: node.path,
  parent: node.parent,
  attributes: undefined,
});

export const join = (directory: string, name: string): string =>
  directory === '/' ? `/${name}` : `${directory}/${name}`;

const dirname = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

const isPlain = (name: string | undefined): boolean => name !== undefined && name !== '.' && name !== '..';

/** The names of a path, last one first: a stack, on which the target of a link is put. */
const namesOf = (path: string): string[] => {
  const names: string[] = [];
  for (let end = path.length; end > 0; ) {
    const slash = path.lastIndexOf('/', end - 1);
    if (slash + 1 < end) names.push(path.slice(slash + 1, end));
    end = slash;
  }
  return names;
};

function* load(place: Place): Flow<Spot> {
  const attributes = place.attributes ?? (yield* wait(place.mount.fs.getattr(place.ino)));
  return { mount: place.mount, ino: place.ino, path: place.path, parent: place.parent, attributes };
}

export const spotOf = (node: Node): Flow<Spot> => load(placeOf(node));

/** Undefined for what is gone: whoever asks again is told so. */
const tried = <T>(act: () => T): T | undefined => {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SysError) || error.errno !== 'ESTALE') throw error;
    return undefined;
  }
};

class Walker {
  private readonly ctx: Context;
  private readonly last: Last;
  private readonly open: boolean;
  private rest: string[];
  private slash: boolean;
  private links = 0;
  private here: Place;
  /** The first walk, if it has been asked for already. */
  private asked: Awaitable<Walk> | undefined;
  /** Opened by the file system for us and not handed on yet. */
  private held: { readonly mount: Mount; readonly ino: Ino } | undefined;

  constructor(ctx: Context, at: Node, path: string, last: Last, open: boolean) {
    if (path === '') throw new SysError('ENOENT');
    if (path.length >= LIMITS.PATH_MAX) throw new SysError('ENAMETOOLONG');
    this.ctx = ctx;
    this.last = last;
    this.open = open;
    this.rest = namesOf(path);
    this.slash = path.endsWith('/');
    this.here = placeOf(path.startsWith('/') ? ctx.root : at);
  }

  /**
   * What most paths come to, in one step: nothing but names within one mount, found at once and without any error.
   * Undefined when there is more to it: `find` then goes on with what has been asked for here.
   */
  now(): Found | undefined {
    const { mount, ino, path, parent: above } = this.here;
    const { rest, slash, ctx } = this;
    if (rest.length === 0 || !rest.every(isPlain)) return undefined;
    const names = rest.toReversed();
    const asked = tried(() => mount.fs.walk(ino, names, this.open, ctx.caller));
    this.asked = asked;
    if (asked === undefined || asked instanceof Promise) return undefined;
    const { passed, opened } = asked;
    const last = names.length - 1;
    for (let i = 0; i <= last; i++) {
      const directory = passed[i];
      if (directory === undefined || !isDirectory(directory.mode) || !permits(ctx.cred, directory, MAY.EXEC))
        return undefined;
      const next = passed[i + 1];
      if ((names[i] as string).length > LIMITS.NAME_MAX) return undefined;
      if (next === undefined) continue;
      if (mount.children.has(next.ino) || (isSymlink(next.mode) && this.follows(i === last))) return undefined;
    }
    const name = names[last] as string;
    const directory = passed[last] as Attributes;
    const parent: Spot = {
      mount,
      ino: directory.ino,
      path: last === 0 ? path : join(path, names.slice(0, last).join('/')),
      parent: last === 0 ? above : passed[last - 1]?.ino,
      attributes: directory,
    };
    const attributes = passed[last + 1];
    if (attributes === undefined) return { parent, name, slash, target: undefined, covered: false, opened: undefined };
    if (slash && this.last !== 'name' && !isDirectory(attributes.mode)) return undefined;
    const target = { mount, ino: attributes.ino, path: join(parent.path, name), parent: parent.ino, attributes };
    return { parent, name, slash, target, covered: false, opened };
  }

  *find(): Flow<Found> {
    try {
      if (this.rest.length === 0) {
        const root = yield* load(this.here);
        return { parent: root, name: '/', slash: true, target: root, covered: false, opened: undefined };
      }
      for (;;) {
        const found = isPlain(this.rest.at(-1)) ? yield* this.run() : yield* this.dots();
        if (found === undefined) continue;
        this.held = undefined;
        return found;
      }
    } catch (error) {
      this.letGo();
      throw error;
    }
  }

  private letGo(): void {
    this.held?.mount.fs.release(this.held.ino);
    this.held = undefined;
  }

  /** One `.` or `..`. */
  private *dots(): Flow<Found | undefined> {
    const name = this.rest.pop() as string;
    const directory = yield* this.enter();
    this.here = name === '..' ? yield* this.up(directory) : directory;
    if (this.rest.length > 0) return undefined;
    const target = yield* load(this.here);
    return { parent: target, name, slash: this.slash, target, covered: false, opened: undefined };
  }

  /** Where we are, which must be a directory that may be searched. ENOTDIR, EACCES. */
  private *enter(): Flow<Spot> {
    const spot = yield* load(this.here);
    this.search(spot.attributes);
    return spot;
  }

  private search(attributes: Attributes): void {
    if (!isDirectory(attributes.mode)) throw new SysError('ENOTDIR');
    check(this.ctx.cred, attributes, MAY.EXEC);
  }

  private *up(from: Spot): Flow<Place> {
    const { root } = this.ctx;
    let place: Place = from;
    while (place.ino === place.mount.fs.rootIno) {
      if (place.mount === root.mount && place.ino === root.ino) return place;
      const { covers } = place.mount;
      if (covers === undefined) return place;
      place = placeOf(covers);
    }
    if (place.mount === root.mount && place.ino === root.ino) return place;
    const parent = yield* wait(place.mount.fs.parentOf(place.ino));
    return { mount: place.mount, ino: parent.ino, path: dirname(place.path), parent: undefined, attributes: parent };
  }

  /** As many plain names as possible with one walk of the file system. */
  private *run(): Flow<Found | undefined> {
    const { mount, ino } = this.here;
    const names: string[] = [];
    for (let i = this.rest.length - 1; i >= 0 && isPlain(this.rest[i]); i--) names.push(this.rest[i] as string);
    const toTheEnd = names.length === this.rest.length;
    const asked = this.asked ?? mount.fs.walk(ino, names, this.open && toTheEnd, this.ctx.caller);
    this.asked = undefined;
    const { passed, opened } = yield* wait(asked);
    if (opened !== undefined) this.held = { mount, ino: opened };

    let parent: Spot = { mount, ino, path: this.here.path, parent: this.here.parent, attributes: passed[0] };
    for (const [i, name] of names.entries()) {
      this.search(parent.attributes);
      if (name.length > LIMITS.NAME_MAX) throw new SysError('ENAMETOOLONG');
      this.rest.pop();
      const attributes = passed[i + 1];
      const final = this.rest.length === 0;
      if (attributes === undefined) {
        if (!final) throw new SysError('ENOENT');
        return { parent, name, slash: this.slash, target: undefined, covered: false, opened: undefined };
      }
      const path = join(parent.path, name);
      const reached: Spot = { mount, ino: attributes.ino, path, parent: parent.ino, attributes };
      const mounted = mount.children.get(attributes.ino);
      if (mounted !== undefined) {
        this.letGo();
        if (final && this.last === 'name') return this.found(parent, name, reached, true);
        const root = { ino: mounted.fs.rootIno, path: mounted.path, parent: undefined, attributes: undefined };
        this.here = { mount: mounted, ...root };
        if (!final) return undefined;
        return this.found(parent, name, yield* load(this.here), false);
      }
      if (isSymlink(attributes.mode) && this.follows(final)) {
        this.letGo();
        yield* this.follow(parent, reached);
        if (this.rest.length > 0) return undefined;
        const target = yield* load(this.here);
        return this.found(target, '/', target, false);
      }
      if (final) return this.found(parent, name, reached, false);
      parent = reached;
    }
    // The names behind are `.` or `..`.
    this.here = parent;
    return undefined;
  }

  private found(parent: Spot, name: string, target: Spot, covered: boolean): Found {
    const { slash } = this;
    if (slash && this.last !== 'name' && !isDirectory(target.attributes.mode)) throw new SysError('ENOTDIR');
    return { parent, name, slash, target, covered, opened: this.held?.ino };
  }

  private follows(final: boolean): boolean {
    return !final || this.last === 'follow' || (this.last === 'nofollow' && this.slash);
  }

  /** Put the link's target before the names that are left. */
  private *follow(directory: Spot, link: Spot): Flow<void> {
    this.links++;
    if (this.links > LIMITS.SYMLOOP_MAX) throw new SysError('ELOOP');
    const { fs } = link.mount;
    const node = yield* wait(fs.followLink?.(link.ino, this.ctx.caller));
    if (node !== undefined) {
      this.here = placeOf(node);
      return;
    }
    const target = yield* wait(fs.readlink(link.ino, this.ctx.caller));
    if (target === '') throw new SysError('ENOENT');
    if (this.rest.length === 0 && target.endsWith('/')) this.slash = true;
    this.rest.push(...namesOf(target));
    this.here = target.startsWith('/') ? placeOf(this.ctx.root) : directory;
  }
}

/** Resolve a path. With `open` the target is opened on the way where the file system can do that. */
export function* find(ctx: Context, at: Node, path: string, last: Last, open = false): Flow<Found> {
  const walker = new Walker(ctx, at, path, last, open);
  return walker.now() ?? (yield* walker.find());
}

const targetOf = ({ target }: Found): Spot => {
  if (target === undefined) throw new SysError('ENOENT');
  return target;
};

/** The inode that a path names. ENOENT when there is none. */
export function* existing(ctx: Context, at: Node, path: string, last: 'follow' | 'nofollow'): Flow<Spot> {
  return targetOf(yield* find(ctx, at, path, last));
}

/** Begin to look for the inode that a path names: `now`, where that is all it takes, else `rest` finds it. ENOENT. */
export const begin = (
  ctx: Context,
  at: Node,
  path: string,
  last: 'follow' | 'nofollow',
): { readonly now: Spot | undefined; readonly rest: () => Flow<Spot> } => {
  const walker = new Walker(ctx, at, path, last, false);
  const found = walker.now();
  return {
    now: found && targetOf(found),
    rest: function* () {
      return targetOf(yield* walker.find());
    },
  };
};
