/** How well the files of this machine are kept: by the Storage Standard (https://storage.spec.whatwg.org). */
import type { Disposable } from './emitter.ts';
import { preference, setPreference } from './preferences.ts';

export interface StorageState {
  /** The browser removes nothing without being told to. */
  readonly persisted: boolean;
  /** Bytes that this site uses, or undefined when the browser does not say. */
  readonly usage: number | undefined;
  /** Bytes that it may use in all. Chromium says 10 GiB more than are used, whatever there is. */
  readonly quota: number | undefined;
}

export async function storageState(): Promise<StorageState> {
  const [persisted, { usage, quota }] = await Promise.all([
    navigator.storage.persisted(),
    navigator.storage.estimate(),
  ]);
  return { persisted, usage, quota };
}

/** Asks the browser, and it perhaps the user, to keep what is stored. */
export async function keepStorage(): Promise<boolean> {
  return navigator.storage.persist();
}

const ASKED = 'tabos:asked-to-keep';

/**
 * Asks once, when a person enters the first line at this browser: then there is something to keep, and it is plain to
 * them who asks, in browsers that show a question (Firefox). After a no it is for the person to ask again (bar.ts).
 */
export function keepOnFirstLine(target: EventTarget, onKept: () => void): Disposable {
  const stop = new AbortController();
  const entered = async (event: Event) => {
    if (!(event instanceof KeyboardEvent) || event.key !== 'Enter' || !event.isTrusted) return;
    stop.abort();
    if (preference(ASKED) !== undefined || (await navigator.storage.persisted())) return;
    setPreference(ASKED, 'yes');
    if (await keepStorage()) onKept();
  };
  target.addEventListener('keydown', (event) => void entered(event), { signal: stop.signal, capture: true });
  return { dispose: () => stop.abort() };
}

/** `1.4 MB`; thousands, as browsers and disks count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 99.5 || unit === 0 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`;
}
