// Trees of files in and out for the page: ArchivesControl (control.ts). Reading is done as the superuser, since a copy of
// everything must not stop at a file that the user has closed to himself; writing as the user.

import { SysError } from '../abi/errno.ts';
import { fromText, toText } from '../base/bytes.ts';
import { ByteSource } from '../kernel/archive/byte-source.ts';
import { type ArchiveEntry, ArchiveError, entryPath } from '../kernel/archive/entry.ts';
import { looksLikeTar, readTar } from '../kernel/archive/tar-reader.ts';
import { writeTar } from '../kernel/archive/tar-writer.ts';
import { unpack } from '../kernel/archive/unpack.ts';
import { type Walking, walkTree } from '../kernel/archive/walk-tree.ts';
import { looksLikeZip, type RandomAccess, readZip } from '../kernel/archive/zip-reader.ts';
import { writeZip } from '../kernel/archive/zip-writer.ts';
import type { Random } from '../kernel/ports.ts';
import { USER } from '../kernel/station/machine-tree.ts';
import type { Time } from '../kernel/vfs/filesystem.ts';
import type { Context, Vfs } from '../kernel/vfs/vfs.ts';
import { deflate, gunzip, gzip, inflate } from './compression.ts';
import type { ArchivesControl, ExportRequest, TreeEntry } from './control.ts';
import { receiveChunks, sendChunks } from './port-chunks.ts';
import { told } from './told.ts';

const GZIP = [0x1f, 0x8b];
const HEAD = 512;

/** Resolves in a later task. A channel each time: one that stays open would keep Node running. */
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

const timeOf = (ms: number): Time => {
  const sec = Math.floor(ms / 1000);
  return { sec, nsec: Math.min(999_999_999, Math.round((ms - sec * 1000) * 1e6)) };
};

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean =>
  bytes.every((byte, index) => head[index] === byte);

const blobAccess = (blob: Blob): RandomAccess => ({
  size: blob.size,
  read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
});

async function* blobChunks(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

/** A zip has its directory at the end: the whole of it has to be there. The browser keeps a large Blob on disk. */
const collect = async (source: ByteSource): Promise<Blob> => {
  let blob = new Blob([]);
  for await (const chunk of source.drain()) blob = new Blob([blob, new Uint8Array(chunk)]);
  return blob;
};

async function* readArchive(source: Blob | MessagePort): AsyncGenerator<ArchiveEntry> {
  const bytes = new ByteSource(source instanceof Blob ? blobChunks(source) : receiveChunks(source));
  try {
    const head = await bytes.peek(HEAD);
    if (startsWith(head, GZIP)) yield* readGzip(bytes);
    else if (looksLikeZip(head)) {
      yield* readZip(blobAccess(source instanceof Blob ? source : await collect(bytes)), inflate);
    } else if (looksLikeTar(head)) yield* readTar(bytes);
    else throw new ArchiveError('neither a tar archive (plain or gzip) nor a zip archive');
  } finally {
    await bytes.close();
  }
}

async function* readGzip(bytes: ByteSource): AsyncGenerator<ArchiveEntry> {
  const inner = new ByteSource(unzipped(bytes.drain()));
  try {
    if (!looksLikeTar(await inner.peek(HEAD))) throw new ArchiveError('the gzip stream holds no tar archive');
    yield* readTar(inner);
    // What follows the archive must still be good: the checksum is at the end.
    for await (const _ of inner.drain());
  } finally {
    await inner.close();
  }
}

async function* unzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* gunzip(chunks);
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof SysError) throw error;
    throw new ArchiveError(`gzip: the stream is damaged: ${String(error)}`);
  }
}

const fromTree = (entry: TreeEntry): ArchiveEntry => {
  const path = entryPath(fromText(entry.path));
  const common = { path, mode: entry.mode, uid: 0, gid: 0, mtime: timeOf(entry.mtimeMs) };
  switch (entry.type) {
    case 'directory':
      return { ...common, type: 'directory' };
    case 'symlink':
      return { ...common, type: 'symlink', target: fromText(entry.target) };
    case 'link':
      return { ...common, type: 'link', target: entryPath(fromText(entry.target)) };
    case 'file':
      return { ...common, type: 'file', size: entry.content.length, content: [entry.content] };
  }
};

/** Text for the page, which has no other names. EILSEQ. */
const asText = (bytes: string, path: string): string => {
  const text = toText(bytes);
  if (fromText(text) !== bytes) throw new SysError('EILSEQ', path);
  return text;
};

const toTree = async (entry: ArchiveEntry): Promise<TreeEntry | undefined> => {
  const path = asText(entry.path, entry.path);
  const mtimeMs = entry.mtime.sec * 1000 + entry.mtime.nsec / 1e6;
  const common = { path, mode: entry.mode, mtimeMs };
  switch (entry.type) {
    case 'directory':
      return { ...common, type: 'directory' };
    case 'symlink':
    case 'link':
      return { ...common, type: entry.type, target: asText(entry.target, path) };
    case 'fifo':
    case 'whiteout':
      return undefined;
    case 'file': {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for await (const chunk of entry.content) parts.push(new Uint8Array(chunk));
      return { ...common, type: 'file', content: new Uint8Array(await new Blob(parts).arrayBuffer()) };
    }
  }
};

export const archivesControl = (vfs: Vfs, random: Random): ArchivesControl => {
  const user: Context = { root: vfs.root, cwd: vfs.root, cred: USER, umask: 0o022 };
  const superuser: Context = { ...user, cred: { uid: 0, gid: 0, groups: [] } };
  const put = (path: string, entries: AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>): Promise<void> =>
    unpack({ vfs, ctx: user, random, breathe }, fromText(path), entries);
  const walking = ({ includes, excludes }: ExportRequest): Walking => ({
    vfs,
    ctx: superuser,
    selection: { includes: includes.map(fromText), excludes: excludes.map(fromText) },
    breathe,
  });
  return {
    mountTree: (entries, path) => told(() => put(path, entries.map(fromTree))),
    mountArchive: (source, path) => told(() => put(path, readArchive(source))),
    exportTree: (path, request) =>
      told(async () => {
        const found: TreeEntry[] = [];
        for await (const entry of walkTree(walking(request), fromText(path))) {
          const told = await toTree(entry);
          if (told !== undefined) found.push(told);
        }
        return found;
      }),
    exportArchive: (path, format, request, port) =>
      told(async () => {
        const flattenLinks = format === 'zip';
        const entries = walkTree({ ...walking(request), flattenLinks }, fromText(path));
        if (format === 'zip') return await sendChunks(writeZip(entries, deflate), port);
        const tar = writeTar(entries);
        await sendChunks(format === 'tar' ? tar : gzip(tar), port);
      }),
  };
};
