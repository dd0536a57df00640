/**
 * What a person is told when the machine cannot start or has died: what is wrong, why, how to mend it, and what still
 * works. Plain data; panel.ts shows it.
 */
import type { Capabilities, CapabilityName } from './capabilities.ts';

export interface Problem {
  readonly title: string;
  readonly items: readonly ProblemItem[];
  /** What the person can do at once. */
  readonly actions: readonly ProblemAction[];
}

export interface ProblemItem {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** To copy as it stands. */
  readonly code?: string;
  /** What the browser said. */
  readonly detail?: string;
}

export type ProblemAction =
  | { readonly kind: 'link'; readonly label: string; readonly href: string }
  | { readonly kind: 'reload'; readonly label: string }
  | { readonly kind: 'dismiss'; readonly label: string }
  /** Does something, and shows what came of it. */
  | { readonly kind: 'run'; readonly label: string; readonly run: () => Promise<Outcome> };

export interface Outcome {
  readonly text: string;
  readonly lines: readonly string[];
  readonly download?: { readonly label: string; readonly blob: Blob; readonly name: string };
}

export const ISOLATION_HEADERS = 'Cross-Origin-Opener-Policy: same-origin\nCross-Origin-Embedder-Policy: require-corp';

const UPDATE_BROWSER = 'Use a current Chromium, Chrome, Edge, Firefox or Safari.';

const ALLOW_DATA = 'Allow this site to keep data (cookies and site data in the settings of the browser).';

const ITEMS: Readonly<Record<CapabilityName, Omit<ProblemItem, 'detail'>>> = {
  secureContext: {
    what: 'A secure connection',
    why: 'Browsers give shared memory, storage and locks only to pages that were loaded safely.',
    fix: 'Load this page by https://, or from http://localhost or http://127.0.0.1.',
  },
  crossOriginIsolated: {
    what: 'Cross-origin isolation',
    why: 'Processes and the system share memory, which browsers allow only on pages that are isolated from others.',
    fix: 'The server has to send these two headers with this page and with its scripts; a page that shows this one in a frame has to send them too, and to allow “cross-origin-isolated”.',
    code: ISOLATION_HEADERS,
  },
  sharedMemory: {
    what: 'Shared memory (SharedArrayBuffer)',
    why: 'System calls of processes go over shared memory.',
    fix: UPDATE_BROWSER,
  },
  waitAsync: {
    what: 'Atomics.waitAsync',
    why: 'The system waits for its processes by it.',
    fix: UPDATE_BROWSER,
  },
  webAssembly: {
    what: 'WebAssembly',
    why: 'The shell and its tools are WebAssembly programs.',
    fix: 'Allow WebAssembly for this page: some hardened browser settings and enterprise policies turn it off.',
  },
  workers: { what: 'Web Workers', why: 'Every process runs in one.', fix: UPDATE_BROWSER },
  sharedWorkers: {
    what: 'Shared workers',
    why: 'The kernel runs in one, so that several tabs see the same machine.',
    fix: 'Use a desktop browser that has them: Chromium, Chrome, Edge, Firefox or Safari. Chrome on Android has none.',
  },
  webLocks: {
    what: 'Web Locks',
    why: 'The tabs of a machine find out by them which of them is alive.',
    fix: UPDATE_BROWSER,
  },
  storage: {
    what: 'Storage for files',
    why: 'Files are kept in the private file system of this site, and the browser does not let the page open a file there.',
    fix: 'Leave the private window, or allow this site to keep data (cookies and site data in the settings).',
  },
};

/** Missing capabilities that follow from another one: only the cause is worth reading. */
const CONSEQUENCES: Partial<Readonly<Record<CapabilityName, readonly CapabilityName[]>>> = {
  secureContext: ['crossOriginIsolated', 'sharedMemory', 'webLocks', 'storage'],
  crossOriginIsolated: ['sharedMemory'],
};

/** @param detail what the browser said when it refused something that it has */
function describe(name: CapabilityName, detail: string | undefined): ProblemItem {
  if (detail === undefined) return ITEMS[name];
  return { ...ITEMS[name], detail, fix: name === 'storage' ? ITEMS.storage.fix : ALLOW_DATA };
}

/** @param address of the page, for the link to what still works */
export function unsupported(absent: readonly CapabilityName[], found: Capabilities, address: string): Problem {
  const implied = new Set(absent.flatMap((name) => CONSEQUENCES[name] ?? []));
  // Who blocks the data of a site blocks with it what could share data between its pages: that is one problem.
  const [, ...alsoDenied] = (['storage', 'sharedWorkers', 'webLocks'] as const).filter(
    (name) => absent.includes(name) && found[name].detail !== undefined,
  );
  for (const name of alsoDenied) implied.add(name);
  const items = absent.filter((name) => !implied.has(name)).map((name) => describe(name, found[name].detail));
  const reload = { kind: 'reload', label: 'Try again' } as const;
  const onlyStorage = absent.length === 1 && absent[0] === 'storage';
  return {
    title: 'TabOS cannot start here',
    items,
    actions: onlyStorage
      ? [{ kind: 'link', label: 'Start a machine that keeps nothing', href: ephemeralAddress(address) }, reload]
      : [reload],
  };
}

export function wrongAddress(message: string, address: string): Problem {
  const plain = new URL(address);
  plain.search = '';
  return {
    title: 'This address asks for a machine that cannot be',
    items: [{ what: 'The address', why: message, fix: 'Correct the address, or start the usual machine.' }],
    actions: [{ kind: 'link', label: 'Start the usual machine', href: plain.href }],
  };
}

/** The machine did not start, though the browser has what it takes. */
export function bootFailed(reason: string, address: string): Problem {
  return {
    title: 'TabOS could not start',
    items: [{ what: 'Starting the machine', why: reason, fix: 'Reload the page.' }],
    actions: [
      { kind: 'reload', label: 'Reload' },
      { kind: 'link', label: 'Start a machine that keeps nothing', href: ephemeralAddress(address) },
    ],
  };
}

/** The machine was running and is gone. */
export function machineLost(reason: string): Problem {
  return {
    title: 'The machine has stopped',
    items: [
      {
        what: 'The processes of this tab are gone',
        why: reason,
        fix: 'Reload the page to start again. What was written to files is kept.',
      },
    ],
    actions: [{ kind: 'reload', label: 'Reload' }],
  };
}

/** The machine does not answer, and may still come back. */
export function machineSilent(who: string): Problem {
  return {
    title: 'The machine does not answer',
    items: [
      {
        what: `The ${who} has been busy or stuck for a while`,
        why: 'This notice goes away by itself when it answers again.',
        fix: 'Wait, or reload the page: what was written to files is kept.',
      },
    ],
    actions: [
      { kind: 'dismiss', label: 'Wait' },
      { kind: 'reload', label: 'Reload' },
    ],
  };
}

export function ephemeralAddress(address: string): string {
  const url = new URL(address);
  url.searchParams.delete('machine');
  url.searchParams.delete('attach');
  url.searchParams.set('ephemeral', '1');
  return url.href;
}
