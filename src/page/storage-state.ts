/** How well the files of this machine are kept, for the bar: by the Storage Standard (https://storage.spec.whatwg.org). */

export interface StorageState {
  /** The browser removes nothing without being told to. */
  readonly persisted: boolean;
  /** Bytes that this site uses, or undefined when the browser does not say. */
  readonly usage: number | undefined;
}

export async function storageState(): Promise<StorageState> {
  const [persisted, { usage }] = await Promise.all([navigator.storage.persisted(), navigator.storage.estimate()]);
  return { persisted, usage };
}

/** Asks the browser, and it perhaps the user, to keep what is stored. */
export async function keepStorage(): Promise<boolean> {
  return navigator.storage.persist();
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
