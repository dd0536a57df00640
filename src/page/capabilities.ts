/**
 * What the machine needs of the browser, found out by trying rather than by the browser's name. Everything but the
 * storage is known at once; whether storage works shows only when a file is opened, because a private window or
 * blocked site data still offer the interface.
 *
 * Module workers need no check of their own: every browser with Atomics.waitAsync has them, SharedWorkers included.
 */
import { randomId } from './random-id.ts';

export const CAPABILITIES = [
  'secureContext',
  'crossOriginIsolated',
  'sharedMemory',
  'waitAsync',
  'webAssembly',
  'workers',
  'sharedWorkers',
  'webLocks',
  'storage',
] as const;

export type CapabilityName = (typeof CAPABILITIES)[number];

export interface Capability {
  readonly ok: boolean;
  /** What the browser said when it refused, for people. */
  readonly detail?: string;
}

export type Capabilities = Readonly<Record<CapabilityName, Capability>>;

/** The globals that are looked at: `window`, or what a test puts in its place. */
export interface Scope {
  readonly isSecureContext?: boolean;
  readonly crossOriginIsolated?: boolean;
  readonly SharedArrayBuffer?: unknown;
  readonly Atomics?: { readonly waitAsync?: unknown };
  readonly WebAssembly?: { readonly instantiate?: unknown };
  readonly Worker?: unknown;
  readonly SharedWorker?: unknown;
  readonly navigator: {
    readonly locks?: unknown;
    readonly storage?: { readonly getDirectory?: () => Promise<ProbedDirectory> };
  };
}

/** What is used of a FileSystemDirectoryHandle. */
export interface ProbedDirectory {
  getFileHandle(name: string, options: { create: boolean }): Promise<{ getFile(): Promise<unknown> }>;
  removeEntry(name: string): Promise<void>;
}

/** Everything but the storage. */
export function checkPlatform(scope: Scope): Omit<Capabilities, 'storage'> {
  const has = (value: unknown): Capability => ({ ok: value !== undefined });
  return {
    secureContext: { ok: scope.isSecureContext === true },
    crossOriginIsolated: { ok: scope.crossOriginIsolated === true },
    sharedMemory: has(scope.SharedArrayBuffer),
    waitAsync: has(scope.Atomics?.waitAsync),
    webAssembly: has(scope.WebAssembly?.instantiate),
    workers: has(scope.Worker),
    sharedWorkers: has(scope.SharedWorker),
    webLocks: has(scope.navigator.locks),
  };
}

/** Opens a file of the origin's private file system, and removes it. */
export async function checkStorage(scope: Scope): Promise<Capability> {
  const { storage } = scope.navigator;
  if (storage?.getDirectory === undefined) return { ok: false };
  try {
    const root = await storage.getDirectory();
    // A name of its own: another tab may be at the same point.
    const name = `.tabos-check-${randomId()}`;
    const file = await root.getFileHandle(name, { create: true });
    await file.getFile();
    await root.removeEntry(name);
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/** What is missing of what is needed. */
export function missing(found: Capabilities, ephemeral: boolean): CapabilityName[] {
  return CAPABILITIES.filter((name) => !found[name].ok && !(name === 'storage' && ephemeral));
}
