// The manifest of a tree on a static host: names, modes, sizes and SHA-256 of all files, so that the tree can be shown
// before any of it is loaded, and what is loaded can be proved. scripts/tree-manifest.mjs makes it. A manifest comes from
// elsewhere: nothing of it is believed before it is checked.

import { fromText } from '../../../base/bytes.ts';

interface Common {
  /** UTF-8 text: names joined by slashes. */
  readonly path: string;
  /** Seconds since the epoch. */
  readonly mtime?: number;
}

export type TreeManifestEntry =
  | (Common & { readonly type: 'dir'; readonly mode: number })
  | (Common & { readonly type: 'link'; readonly target: string })
  | (Common & {
      readonly type: 'file';
      readonly mode: number;
      readonly size: number;
      /** Hexadecimal. */
      readonly sha256: string;
      /** Relative to the manifest. Default: the path. */
      readonly url?: string;
    });

export interface TreeManifest {
  readonly version: 1;
  readonly entries: readonly TreeManifestEntry[];
}

/** The message says what is wrong with which entry, for people. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly code = 'ERR_MANIFEST';
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isPath = (value: unknown): value is string =>
  typeof value === 'string' &&
  value
    .split('/')
    .every(
      (name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0') && fromText(name).length <= 255,
    );

const faultOf = (entry: unknown): string | undefined => {
  if (!isObject(entry) || !isPath(entry['path'])) return 'has no proper path';
  const { type, mode, size, sha256, target, mtime, url } = entry;
  if (mtime !== undefined && !Number.isFinite(mtime)) return 'has a wrong mtime';
  if (type === 'link') return typeof target === 'string' && target !== '' ? undefined : 'has no target';
  if (type !== 'dir' && type !== 'file') return `is of the unknown type ${String(type)}`;
  if (!isCount(mode) || (mode as number) > 0o7777) return 'has a wrong mode';
  if (type === 'dir') return undefined;
  if (!isCount(size)) return 'has a wrong size';
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return 'has no SHA-256';
  return url === undefined || typeof url === 'string' ? undefined : 'has a wrong url';
};

/** @throws ManifestError */
export const parseManifest = (value: unknown): TreeManifest => {
  if (!isObject(value) || !Array.isArray(value['entries'])) throw new ManifestError('it is no manifest of a tree');
  if (value['version'] !== 1) throw new ManifestError(`its version ${String(value['version'])} is not known`);
  const kinds = new Map<string, unknown>();
  for (const [index, entry] of (value['entries'] as unknown[]).entries()) {
    const fault = faultOf(entry);
    const { path, type } = (isObject(entry) ? entry : {}) as { path?: unknown; type?: unknown };
    const name = typeof path === 'string' ? `'${path}'` : `entry ${index + 1}`;
    if (fault !== undefined) throw new ManifestError(`${name} ${fault}`);
    if (kinds.has(path as string)) throw new ManifestError(`${name} is there twice`);
    kinds.set(path as string, type);
  }
  for (const path of kinds.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const kind = kinds.get(path.slice(0, at));
      if (kind !== undefined && kind !== 'dir')
        throw new ManifestError(`'${path}' is below something that is no directory`);
    }
  }
  return value as unknown as TreeManifest;
};
