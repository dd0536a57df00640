/**
 * `os.mount` and `os.export`: whole trees of files in and out of the machine. What goes in is there as a whole or not at
 * all; what comes out as a stream is read no faster than the page takes it.
 */
import { transfer } from 'comlink';
import type { ExportRequest, StationControl } from '../host/control.ts';
import { checkBoolean, checkOptions, checkPath, checkWord, wrongType } from './arguments.ts';
import { absolutePath, HOME } from './environment.ts';
import { codeOf, SystemError, systemError, TabOSError } from './errors.ts';
import { buildTree, type FileSystemTree, flattenTree } from './file-tree.ts';
import { readStream, StreamWriter } from './streams.ts';

export type ArchiveSource = Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array> | Response;

export interface MountOptions {
  /** The directory that the files come into; it is made when it is missing. Default: the home directory. */
  readonly mountPoint?: string;
}

export interface ExportOptions {
  /** Default: `'json'`. */
  readonly format?: 'json' | 'binary' | 'tar' | 'tar.gz' | 'zip';
  /**
   * Patterns of paths below the exported one, as in gitignore: `*` and `?` within a name, `**` across directories,
   * without a slash at any depth. Alone: all that is exported. With `excludes`: what of that is exported after all.
   */
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  /** `json` only: say modes and times of everything, and hard links. Default: only modes that are not the usual ones. */
  readonly metadata?: boolean;
}

const FORMATS = ['json', 'binary', 'tar', 'tar.gz', 'zip'];

/** The error for the caller: a broken archive is the page's affair, the rest is the system's. */
function mountError(error: unknown, path: string): unknown {
  if (codeOf(error) === 'ERR_ARCHIVE') {
    return new TabOSError('ERR_ARCHIVE', (error as { message: string }).message, { cause: error });
  }
  const detail = typeof error === 'object' && error !== null && 'detail' in error ? error.detail : undefined;
  const inner = typeof detail === 'string' && detail !== '' && !detail.startsWith('/');
  return systemError(error, 'mount', inner ? `${path.replace(/\/$/, '')}/${detail}` : path);
}

function isStream(source: unknown): source is ReadableStream<Uint8Array> {
  return typeof ReadableStream !== 'undefined' && source instanceof ReadableStream;
}

/** Bytes as a Blob, which costs no copy on its way; a stream as it is. Undefined for what is neither. */
async function archiveOf(source: unknown): Promise<Blob | ReadableStream<Uint8Array> | undefined> {
  if (source instanceof Blob) return source;
  if (source instanceof ArrayBuffer) return new Blob([source]);
  if (ArrayBuffer.isView(source)) {
    return new Blob([new Uint8Array(new Uint8Array(source.buffer, source.byteOffset, source.byteLength))]);
  }
  if (isStream(source)) return source;
  if (typeof Response === 'undefined' || !(source instanceof Response)) return undefined;
  if (!source.ok) throw new TabOSError('ERR_ARCHIVE', `${source.url}: HTTP status ${source.status}`);
  return source.body ?? new Blob([]);
}

async function mountStream(station: StationControl, source: ReadableStream<Uint8Array>, path: string): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const writer = new StreamWriter(port1);
  const reader = source.getReader();
  const mounted = station.mountArchive(transfer(port2, [port2]), path);
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return await writer.close();
      if (!ArrayBuffer.isView(value)) throw wrongType('mount', 'a chunk of the stream', 'bytes', value);
      await writer.write(value);
    }
  };
  let broken: { readonly error: unknown } | undefined;
  const pumped = pump().catch((error: unknown) => {
    // EPIPE: the station has enough, or has found that something is wrong, which it tells itself.
    if (!(error instanceof SystemError)) broken = { error };
    writer.abort();
    return reader.cancel(error).catch(() => undefined);
  });
  try {
    await mounted;
  } catch (error) {
    await pumped;
    throw broken ? broken.error : error;
  }
}

/**
 * @throws TabOSError ERR_INVALID_TREE, ERR_ARCHIVE; ERR_INVALID_ARG_TYPE for what is neither tree nor archive
 * @throws SystemError ENOSPC, ENOTDIR, EISDIR, ... with the path of what could not be made
 */
export async function mount(
  station: StationControl,
  source: FileSystemTree | ArchiveSource,
  options: MountOptions | undefined,
): Promise<void> {
  checkOptions('mount', options, ['mountPoint']);
  const { mountPoint = HOME } = options ?? {};
  checkPath('mount', 'mountPoint', mountPoint);
  const path = absolutePath(mountPoint);
  const archive = await archiveOf(source);
  if (archive === undefined && (typeof source !== 'object' || source === null || Array.isArray(source))) {
    throw wrongType('mount', 'what is mounted', 'a tree, or an archive as bytes, Blob, Response or stream', source);
  }
  try {
    if (archive === undefined) await station.mountTree(flattenTree(source, Date.now()), path);
    else if (archive instanceof Blob) await station.mountArchive(archive, path);
    else await mountStream(station, archive, path);
  } catch (error) {
    throw error instanceof TabOSError ? error : mountError(error, path);
  }
}

/** The archive as it is made: nothing is read in the machine before the page reads here. */
function exportStream(
  station: StationControl,
  path: string,
  format: 'tar' | 'tar.gz' | 'zip',
  request: ExportRequest,
): ReadableStream<Uint8Array> {
  const { port1, port2 } = new MessageChannel();
  let reader: ReturnType<typeof readStream> | undefined;
  let wake: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        reader = readStream(port1, (bytes) => {
          controller.enqueue(bytes);
          if ((controller.desiredSize ?? 1) > 0) return undefined;
          return new Promise<void>((resolve) => {
            wake = resolve;
          });
        });
        const made = station.exportArchive(path, format, request, transfer(port2, [port2]));
        Promise.all([made, reader.ended]).then(
          () => controller.close(),
          (error: unknown) => {
            if (codeOf(error) !== 'ECANCELED') controller.error(exportError(error, path));
          },
        );
      },
      pull() {
        wake?.();
      },
      cancel() {
        wake?.();
        reader?.cancel();
      },
    },
    { highWaterMark: 1 },
  );
}

function exportError(error: unknown, path: string): unknown {
  return codeOf(error) === undefined ? error : systemError(error, 'export', path);
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

function checkPatterns(name: string, value: unknown): asserts value is readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return;
  throw wrongType('export', name, 'an array of patterns', value);
}

/**
 * `json`: a tree (FileSystemTree). `tar`, `tar.gz`, `zip`: a stream of bytes. `binary`: the bytes of a tar.gz, which
 * `os.mount` takes.
 *
 * @throws SystemError ENOENT, ...; EILSEQ when a name is no UTF-8 and the format is `json`
 */
export async function exportFiles(
  station: StationControl,
  path: string,
  options: ExportOptions | undefined,
): Promise<FileSystemTree | Uint8Array | ReadableStream<Uint8Array>> {
  checkPath('export', 'path', path);
  checkOptions('export', options, ['format', 'includes', 'excludes', 'metadata']);
  const { format = 'json', includes = [], excludes = [], metadata = false } = options ?? {};
  checkWord('export', 'format', format, FORMATS);
  checkPatterns('includes', includes);
  checkPatterns('excludes', excludes);
  checkBoolean('export', 'metadata', metadata);
  const absolute = absolutePath(path);
  const request = { includes: [...includes], excludes: [...excludes] };
  try {
    // A path that does not exist is told by the call itself, not in the middle of a stream.
    await station.stat(absolute, true);
    if (format === 'json') return buildTree(await station.exportTree(absolute, request), metadata);
  } catch (error) {
    throw systemError(error, 'export', path);
  }
  const stream = exportStream(station, absolute, format === 'binary' ? 'tar.gz' : format, request);
  return format === 'binary' ? await collect(stream) : stream;
}
