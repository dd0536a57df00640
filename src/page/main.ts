/**
 * The page: boots the machine that its address asks for, shows its terminals, and sets `os` for the console and for
 * programs that drive the page. `window.tabos` shows tests the terminal in front.
 *
 * The machine is started before the terminal's code is asked for, and both come at the same time.
 */
import type { Terminal } from '@xterm/xterm';
import { missing } from './capabilities.ts';
import type { Desk } from './desk.ts';
import { byId } from './dom.ts';
import { isVolumeFault, TabOSError } from './errors.ts';
import { OptionError, type PageOptions, readOptions } from './options.ts';
import { TabOS } from './os.ts';
import { Panel } from './panel.ts';
import { bootFailed, machineLost, machineSilent, type Problem, unsupported, wrongAddress } from './problems.ts';
import type { PromptMarks } from './prompt-marks.ts';
import type { Session } from './session.ts';
import type { Shell } from './shell.ts';
import { keepOnFirstLine } from './storage-state.ts';
import { Doctor } from './volume-doctor.ts';
import { volumeProblem } from './volume-problem.ts';

/** The terminal in front, for tests. */
export interface TabOSHandle {
  readonly term: Terminal;
  readonly shell: Shell | undefined;
  readonly marks: PromptMarks;
  /** The visible rows, without spaces at their ends. */
  screen(): string[];
}

declare global {
  interface Window {
    os: TabOS;
    tabos: TabOSHandle;
  }
}

const panel = new Panel(document.body);
const loading = byId('loading');

/** How long a page without a prompt, as with `?command=`, puts off what can wait. */
const UNHURRIED_MS = 3000;

/** The machine is not there: nothing of it is shown. */
function refuse(problem: Problem): void {
  loading.hidden = true;
  panel.show(problem, true);
}

async function start({ machine, ephemeral, attach, command, shell }: PageOptions): Promise<void> {
  performance.mark('tabos:start');
  const os = new TabOS({ machine, ephemeral, ...(shell !== undefined && { shell }) });
  window.os = os;
  const code = import('./desk.ts');
  watch(os);
  const { Desk } = await code;
  if (panel.visible) return;
  const desk = new Desk(os, byId('bar'), byId('rooms'));
  performance.mark('tabos:view');
  if (!ephemeral) keepOnFirstLine(byId('rooms'), () => void desk.updateStorage());
  const session = desk.open({ ...(attach !== undefined && { attach }), ...(command !== undefined && { command }) });
  expose(desk, session);
  const prompt = session.view.marks.waitForPrompt(0);
  await session.opened;
  if (panel.visible) return;
  loading.hidden = true;
  await Promise.race([prompt, new Promise((resolve) => setTimeout(resolve, UNHURRIED_MS))]);
  performance.mark('tabos:prompt');
  const { addExtras } = await import('./terminal-extras.ts');
  for (const { view } of desk.sessions) addExtras(view.term);
  desk.onSession(({ view }) => addExtras(view.term));
  await desk.updateStorage();
}

/** Tells the person how the machine is: what it does while it starts, why it cannot, and that it is gone. */
function watch(os: TabOS): void {
  const progress = byId('progress');
  os.onProgress((text) => {
    progress.textContent = text;
  });
  os.ready.catch(async (error: unknown) => {
    const fault = volumeFault(os, error);
    if (fault) {
      refuse(fault);
      return;
    }
    const found = await os.capabilities.catch(() => undefined);
    const absent = found ? missing(found, os.ephemeral) : [];
    const reason = error instanceof Error ? error.message : String(error);
    refuse(found && absent.length > 0 ? unsupported(absent, found, location.href) : bootFailed(reason, location.href));
  });
  os.onLost((error) => panel.show(volumeFault(os, error) ?? machineLost(error.message), false));
  const silence = { kernel: machineSilent('kernel'), station: machineSilent('system of this tab') };
  os.onSilent(({ part, silent }) => {
    if (silent) panel.show(silence[part], false);
    else panel.hide(silence[part]);
  });
}

/** When the volume is what the machine cannot do without. */
function volumeFault(os: TabOS, error: unknown): Problem | undefined {
  if (!(error instanceof TabOSError) || !isVolumeFault(error.code)) return undefined;
  return volumeProblem(error.code, error.message, new Doctor(os.machine), location.href);
}

function expose(desk: Desk, first: Session): void {
  const active = () => desk.active ?? first;
  window.tabos = {
    get term() {
      return active().view.term;
    },
    get shell() {
      return active().shell;
    },
    get marks() {
      return active().view.marks;
    },
    screen: () => active().view.screen(),
  };
}

try {
  const options = readOptions(location.search);
  start(options).catch((error: unknown) => {
    console.error(error);
    refuse(bootFailed(`The page itself failed: ${String(error)}`, location.href));
  });
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  refuse(wrongAddress(error.message, location.href));
}
