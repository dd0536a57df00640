/**
 * From a key on the keyboard to its echo on the screen: by the line discipline of the terminal, as at the shell's prompt,
 * and by a program that reads every key and writes it itself, as an editor does.
 *
 * The clock starts with the key's event as the browser stamped it, and stops in the frame that draws the echo.
 */
import type { Tab } from '../e2e/harness/browser.ts';
import { Terminal } from '../e2e/harness/terminal.ts';
import type { Bench } from './bench.ts';

const KEYS = 60;
/** Frames come every 16.7 ms. */
const FRAME_GOAL_MS = 16;
/** A program that echoes by itself. */
const RAW_ECHO = 'stty raw -echo; echo ready; exec cat';

interface Echo {
  /** Until the terminal has taken the echo in. */
  readonly parsed: number;
  /** Until it has been drawn. */
  readonly drawn: number;
}

declare global {
  interface Window {
    /** Resolves with the times of the next key. */
    nextEcho: () => Promise<Echo>;
  }
}

/** Runs in the page. */
function installClock(): void {
  let pressed: number | undefined;
  let parsed: number | undefined;
  let report: (echo: Echo) => void = () => undefined;
  window.addEventListener(
    'keydown',
    ({ timeStamp }) => {
      pressed = timeStamp;
    },
    true,
  );
  const { term } = window.tabos;
  term.onWriteParsed(() => {
    if (pressed !== undefined) parsed ??= performance.now();
  });
  term.onRender(() => {
    if (pressed === undefined || parsed === undefined) return;
    report({ parsed: parsed - pressed, drawn: performance.now() - pressed });
    pressed = undefined;
    parsed = undefined;
  });
  window.nextEcho = () =>
    new Promise((resolve) => {
      report = resolve;
    });
}

async function typeKeys(tab: Tab): Promise<Echo[]> {
  const echoes: Echo[] = [];
  for (let key = 0; key < KEYS; key++) {
    const [echo] = await Promise.all([tab.evaluate(() => window.nextEcho()), tab.press('x')]);
    echoes.push(echo);
  }
  return echoes;
}

export const bench: Bench = ({ url, withBrowser }) =>
  withBrowser(async (browser) => {
    const tab = await browser.newTab();
    await Terminal.prepare(tab);
    await tab.goto(`${url}?ephemeral`);
    const terminal = await Terminal.attach(tab);
    await tab.evaluate(installClock);
    const line = await typeKeys(tab);
    await terminal.press('Control+u');
    await terminal.type(`${RAW_ECHO}\n`);
    await terminal.waitForScreen(/^ready/m);
    const raw = await typeKeys(tab);
    const rows = (name: string, echoes: readonly Echo[]) => [
      { name: `${name}: taken in`, unit: 'ms', samples: echoes.map(({ parsed }) => parsed) },
      { name: `${name}: drawn`, unit: 'ms', samples: echoes.map(({ drawn }) => drawn), goal: FRAME_GOAL_MS },
    ];
    return [...rows('key to echo at the prompt', line), ...rows('key to echo by a program', raw)];
  });
