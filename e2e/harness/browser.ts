/**
 * What a browser test can do with a browser, the same in Chromium and in Firefox. A browser is one process with one
 * fresh profile on disk, so its tabs share storage, locks and SharedWorkers as a user's tabs do.
 */

export type BrowserName = 'chromium' | 'firefox';

export interface Browser {
  readonly name: BrowserName;
  /** As the browser names itself, for reports. */
  readonly version: string;
  /** Open a tab, in front, on an empty page. */
  newTab(options?: TabOptions): Promise<Tab>;
  /** End the browser and remove its profile. */
  close(): Promise<void>;
}

/** A browser that a test may end as a crash does, and start again with the same profile. Linux only. */
export interface MortalBrowser extends Browser {
  /** Kill the processes that run the pages. */
  killRenderers(): Promise<void>;
  /** Kill all of it. The profile stays. */
  kill(): Promise<void>;
}

export interface LaunchOptions {
  /** An existing directory, which is kept. Default: a new one, which is removed when the browser is closed. */
  readonly profile?: string;
}

export interface TabOptions {
  /** In a window of its own: then it stays visible when another tab is in front. */
  readonly window?: boolean;
}

export interface Tab {
  /** Resolves when the page has loaded. */
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  close(): Promise<void>;
  /** Kill the renderer process of the tab, as a crash does. Only in Chromium: throws elsewhere. */
  crash(): Promise<void>;
  /** Freeze the page, as browsers do with pages that have long been hidden. Only in a live Chromium: throws elsewhere. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** How many bytes the site may store. Only in a live Chromium: throws elsewhere. */
  setQuota(bytes: number): Promise<void>;
  /** Put the tab in front: browsers slow down the pages behind. */
  activate(): Promise<void>;
  /**
   * Run a function in the page, and wait for its promise. The function travels as text: it may use its arguments and
   * what the page has, nothing of the test. Arguments and result travel as JSON.
   */
  evaluate<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** The same in the frame whose address starts so. Throws when the page has no such frame. */
  evaluateInFrame<A extends readonly unknown[], R>(url: string, fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** Run a function in every document that the tab loads from now on, before the scripts of the page. */
  addInitScript(fn: () => void): Promise<void>;
  /** Type on the keyboard; a newline is the Enter key. */
  type(text: string): Promise<void>;
  /** One key with modifiers, by KeyboardEvent.key: `Control+c`, `Shift+ArrowUp`. */
  press(chord: string): Promise<void>;
  /** Paste text where the focus is: the event that a user's paste gives, without the clipboard. */
  paste(text: string): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Uint8Array>;
  /** Uncaught errors and `console.error` so far, of the page and of its workers as far as the browser tells. */
  errors(): readonly string[];
}

/** The text that runs `fn` in a page and gives its result as JSON. */
export function callExpression(fn: (...args: never[]) => unknown, args: readonly unknown[]): string {
  const list = args.map((arg) => (arg === undefined ? 'undefined' : JSON.stringify(arg))).join(', ');
  return `Promise.resolve((${fn.toString()})(${list})).then((result) => JSON.stringify(result))`;
}

/** What `callExpression` gave. */
export function parseResult<R>(json: unknown): R {
  return (typeof json === 'string' ? JSON.parse(json) : undefined) as R;
}

/** Runs in the page. A plain event, because Firefox drops the `clipboardData` that a ClipboardEvent is made with. */
export function dispatchPaste(text: string): void {
  const target = document.activeElement ?? document.body;
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  const event = new Event('paste', { bubbles: true, cancelable: true, composed: true });
  Object.defineProperty(event, 'clipboardData', { value: clipboardData });
  target.dispatchEvent(event);
}

/** `Control+c` as its keys, in the order of pressing. */
export function splitChord(chord: string): readonly string[] {
  return chord.endsWith('+') ? [...chord.slice(0, -1).split('+').filter(Boolean), '+'] : chord.split('+');
}
