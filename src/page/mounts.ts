/**
 * What the page puts into the tree of the machine without copying it: an object of its own (`os.mountObject`), a directory
 * of the user's disk (`os.mountLocalDirectory`), a tree of a static host (`os.mountFetch`). Such a mount belongs to this tab: its processes see it, those of other
 * tabs do not, and it ends with the page.
 */
import { transfer } from 'comlink';
import type { PageFileOps, StationControl } from '../host/control.ts';
import { RpcPeer } from '../transport/rpc.ts';
import { checkBoolean, checkInteger, checkOptions, checkPath, checkWord, wrongType, wrongValue } from './arguments.ts';
import { absolutePath } from './environment.ts';
import { codeOf, systemError, TabOSError } from './errors.ts';
import { type FileSystemHandlers, HANDLER_NAMES, HandlerFiles, operationsOf, type PageFiles } from './handler-files.ts';
import { checkLiveTree, LIVE_OPERATIONS, LiveFiles, type LiveTree } from './live-files.ts';

export interface MountObjectOptions {
  /** The directory that it is seen at; it is made when it is missing. */
  readonly mountPoint: string;
  /** Refuse every change with EROFS. Default: true when nothing in the object can write. */
  readonly readOnly?: boolean;
  /** After so long without an answer of the page an operation fails with EIO. Default: 30000 ms. */
  readonly timeoutMs?: number;
}

export interface MountLocalOptions {
  readonly mountPoint: string;
  /** Default: `'readwrite'`. */
  readonly mode?: 'read' | 'readwrite';
}

export interface MountFetchOptions {
  readonly mountPoint: string;
  /** Of the manifest, in hexadecimal: nothing but that tree is shown. Without it, the tree as it is on the host now. */
  readonly sha256?: string;
}

/** As scripts/tree-manifest.mjs names it. */
const MANIFEST = 'tree.json';
const TIMEOUT_MS = 30_000;
const TIMEOUT_MAX = 0x7fff_ffff;

/** Something that is mounted. */
export class Mount {
  /** Absolute. */
  readonly path: string;
  readonly #station: StationControl;

  constructor(station: StationControl, path: string) {
    this.#station = station;
    this.path = path;
  }

  /** Take it out of the tree. Files that are open there then fail with ESTALE. EINVAL when it is not there any more. */
  async unmount(): Promise<void> {
    try {
      await this.#station.unmount(this.path);
    } catch (error) {
      throw systemError(error, 'unmount', this.path);
    }
  }
}

type Permission = 'granted' | 'denied' | 'prompt';

/** In Chromium; elsewhere a handle that there is may be used. */
interface PermissionMethods {
  queryPermission?(descriptor: { readonly mode: 'read' | 'readwrite' }): Promise<Permission>;
  requestPermission?(descriptor: { readonly mode: 'read' | 'readwrite' }): Promise<Permission>;
}

interface Picker {
  showDirectoryPicker?(options: { readonly mode: 'read' | 'readwrite' }): Promise<FileSystemDirectoryHandle>;
}

/** A mounted directory of the user's disk. While the page has no permission for it, everything in it is EACCES. */
export class LocalMount extends Mount {
  /** Can be kept in IndexedDB, and mounted again another day. */
  readonly handle: FileSystemDirectoryHandle;
  readonly mode: 'read' | 'readwrite';

  constructor(station: StationControl, path: string, handle: FileSystemDirectoryHandle, mode: 'read' | 'readwrite') {
    super(station, path);
    this.handle = handle;
    this.mode = mode;
  }

  queryPermission(): Promise<Permission> {
    return queryPermission(this.handle, this.mode);
  }

  /** Ask the user again. Only while a click or key press of his is handled: the browser refuses it otherwise. */
  requestPermission(): Promise<Permission> {
    return requestPermission(this.handle, this.mode);
  }
}

async function queryPermission(handle: FileSystemDirectoryHandle, mode: 'read' | 'readwrite'): Promise<Permission> {
  return (await (handle as PermissionMethods).queryPermission?.({ mode })) ?? 'granted';
}

async function requestPermission(handle: FileSystemDirectoryHandle, mode: 'read' | 'readwrite'): Promise<Permission> {
  return (await (handle as PermissionMethods).requestPermission?.({ mode })) ?? 'granted';
}

function isHandlers(object: object): object is FileSystemHandlers {
  return 'readdir' in object && typeof object.readdir === 'function';
}

function checkHandlers(handlers: FileSystemHandlers): void {
  for (const name of ['stat', 'readdir', 'read'] as const) {
    if (typeof handlers[name] !== 'function') throw wrongType('mountObject', name, 'a function', handlers[name]);
  }
  for (const [name, value] of Object.entries(handlers)) {
    if (typeof value !== 'function' || HANDLER_NAMES.includes(name)) continue;
    throw new TabOSError('ERR_UNKNOWN_OPTION', `mountObject: no file system has a function '${name}'`);
  }
}

function hasWriter(tree: LiveTree): boolean {
  return Object.values(tree).some((node) =>
    'directory' in node ? hasWriter(node.directory) : 'write' in node.file && node.file.write !== undefined,
  );
}

const CHANGES: readonly string[] = [
  'write',
  'truncate',
  'create',
  'mkdir',
  'unlink',
  'rmdir',
  'rename',
  'symlink',
  'chmod',
];

/**
 * @throws TabOSError ERR_INVALID_TREE, ERR_UNKNOWN_OPTION, ...
 * @throws SystemError EBUSY when something is mounted there, ENOTDIR, ENOENT, EACCES
 */
export async function mountObject(
  station: StationControl,
  object: FileSystemHandlers | LiveTree,
  options: MountObjectOptions,
): Promise<Mount> {
  if (typeof object !== 'object' || object === null) throw wrongType('mountObject', 'the object', 'an object', object);
  checkOptions('mountObject', options, ['mountPoint', 'readOnly', 'timeoutMs']);
  const { mountPoint, readOnly, timeoutMs = TIMEOUT_MS } = options ?? {};
  checkPath('mountObject', 'mountPoint', mountPoint);
  checkBoolean('mountObject', 'readOnly', readOnly);
  checkInteger('mountObject', 'timeoutMs', timeoutMs, TIMEOUT_MAX);
  let files: PageFiles;
  let operations: readonly (keyof PageFileOps)[];
  let changes: boolean;
  if (isHandlers(object)) {
    checkHandlers(object);
    files = new HandlerFiles(object).served();
    operations = operationsOf(object);
    changes = operations.some((name) => CHANGES.includes(name));
  } else {
    checkLiveTree(object);
    files = new LiveFiles(object).served();
    operations = LIVE_OPERATIONS;
    changes = hasWriter(object);
  }
  const path = absolutePath(mountPoint);
  const { port1, port2 } = new MessageChannel();
  serve(port1, files);
  try {
    const request = { readOnly: readOnly ?? !changes, operations, timeoutMs };
    await station.mountPage(transfer(port2, [port2]), path, request);
  } catch (error) {
    port1.close();
    throw systemError(error, 'mount', path);
  }
  return new Mount(station, path);
}

function serve(port: MessagePort, files: PageFiles): void {
  const endpoint = {
    post: (message: unknown) => port.postMessage(message),
    onmessage: null as ((message: unknown) => void) | null,
  };
  port.onmessage = ({ data }: MessageEvent<unknown>) => endpoint.onmessage?.(data);
  // The object lives on as the handler of the endpoint.
  new RpcPeer<Record<never, never>, PageFileOps>(endpoint, files);
}

/**
 * @param url of the folder (its manifest is `tree.json`), or of the manifest; relative to the page
 * @throws TabOSError ERR_MANIFEST; SystemError EHOSTUNREACH (not on the host), ENETUNREACH (no network, never seen), EBUSY
 */
export async function mountFetch(station: StationControl, url: string, options: MountFetchOptions): Promise<Mount> {
  checkOptions('mountFetch', options, ['mountPoint', 'sha256']);
  const { mountPoint, sha256 } = options ?? {};
  checkPath('mountFetch', 'url', url);
  checkPath('mountFetch', 'mountPoint', mountPoint);
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw wrongValue('mountFetch', 'sha256', '64 hexadecimal digits', sha256);
  }
  if (!URL.canParse(url, document.baseURI)) throw wrongValue('mountFetch', 'url', 'an address', url);
  const address = new URL(url, document.baseURI);
  if (!address.pathname.endsWith('.json')) address.pathname = `${address.pathname.replace(/\/$/, '')}/${MANIFEST}`;
  const path = absolutePath(mountPoint);
  try {
    await station.mountFetch(address.href, path, sha256);
  } catch (error) {
    if (codeOf(error) === 'ERR_MANIFEST') {
      throw new TabOSError('ERR_MANIFEST', (error as { message: string }).message, { cause: error });
    }
    const remote = ['EHOSTUNREACH', 'ENETUNREACH'].includes(codeOf(error) ?? '');
    throw systemError(error, remote ? 'fetch' : 'mount', remote ? address.href : path);
  }
  return new Mount(station, path);
}

/**
 * @param handle asked of the user when it is absent
 * @throws TabOSError ERR_UNSUPPORTED when the browser cannot ask; ERR_PERMISSION when the user does not give it
 * @throws DOMException AbortError when the user closes the dialog
 */
export async function mountLocalDirectory(
  station: StationControl,
  handle: FileSystemDirectoryHandle | undefined,
  options: MountLocalOptions,
): Promise<LocalMount> {
  checkOptions('mountLocalDirectory', options, ['mountPoint', 'mode']);
  const { mountPoint, mode = 'readwrite' } = options ?? {};
  checkPath('mountLocalDirectory', 'mountPoint', mountPoint);
  checkWord('mountLocalDirectory', 'mode', mode, ['read', 'readwrite']);
  const directory = handle ?? (await pick(mode));
  if ((directory as { kind?: unknown }).kind !== 'directory') {
    throw wrongType('mountLocalDirectory', 'the handle', 'a FileSystemDirectoryHandle', directory);
  }
  let permission = await queryPermission(directory, mode);
  if (permission === 'prompt') permission = await requestPermission(directory, mode);
  if (permission !== 'granted') {
    throw new TabOSError('ERR_PERMISSION', `there is no permission to ${mode} '${directory.name}'`);
  }
  const path = absolutePath(mountPoint);
  try {
    await station.mountLocal(directory, path, mode === 'read');
  } catch (error) {
    throw systemError(error, 'mount', path);
  }
  return new LocalMount(station, path, directory, mode);
}

async function pick(mode: 'read' | 'readwrite'): Promise<FileSystemDirectoryHandle> {
  const picker = globalThis as Picker;
  if (!picker.showDirectoryPicker) {
    throw new TabOSError(
      'ERR_UNSUPPORTED',
      'this browser has no access to directories of the disk (File System Access)',
    );
  }
  return picker.showDirectoryPicker({ mode });
}
