/**
 * A terminal of this tab with what runs on it: opens the shell, says when it has ended, and starts a new one on Enter.
 */
import { type Disposable, Disposables, Emitter } from './emitter.ts';
import type { ShellOptions, TabOS } from './os.ts';
import type { Shell, ShellExit } from './shell.ts';
import { TerminalView } from './terminal-view.ts';

export class Session implements Disposable {
  readonly view: TerminalView;
  /** Settles when the first shell is there, or could not be started. */
  readonly opened: Promise<void>;
  readonly #os: TabOS;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  #shell: Shell | undefined;
  #label = 'starting';
  #closed = false;

  /** The shell has come or gone. */
  readonly onChange = this.#changed.on;

  /** @param room in the document and with a size */
  constructor(os: TabOS, room: HTMLElement, options: ShellOptions) {
    this.#os = os;
    this.view = this.#owned.add(new TerminalView(room));
    this.opened = this.#open(options);
  }

  /** The one that runs, if any. */
  get shell(): Shell | undefined {
    return this.#shell;
  }

  /** For people: `pts/N`, or what became of it. */
  get label(): string {
    return this.#label;
  }

  /** Hang up on what this tab started; leave alone what it only attached to. */
  dispose(): void {
    this.#closed = true;
    const shell = this.#shell;
    this.#shell = undefined;
    // The machine may be gone, and then so is the shell.
    shell?.close().catch(() => undefined);
    this.#owned.dispose();
  }

  async #open(options: ShellOptions): Promise<void> {
    const { cols, rows } = this.view.term;
    try {
      const shell = await this.#os.openShell({ ...options, cols, rows });
      performance.mark('tabos:shell');
      this.#start(shell);
    } catch (error) {
      // A machine that is gone is told by the page.
      if (this.#closed || (error instanceof Error && error.name === 'TabOSError')) return;
      this.#offerNew(`[${error instanceof Error ? error.message : String(error)} - press Enter for a new shell]`);
    }
  }

  #start(shell: Shell): void {
    if (this.#closed) {
      void shell.close();
      return;
    }
    this.#shell = shell;
    this.view.attach(shell, this.#os.machine);
    shell.onExit((exit) => this.#onExit(shell, exit));
    this.#setLabel(`pts/${shell.id}`);
  }

  #onExit(shell: Shell, exit: ShellExit): void {
    if (this.#closed || this.#shell !== shell) return;
    this.#shell = undefined;
    this.view.detach();
    shell.detach();
    const what = exit.exitCode === null ? 'terminal closed' : `process exited with code ${exit.exitCode}`;
    this.#offerNew(`[${what} - press Enter for a new shell]`);
  }

  #setLabel(label: string): void {
    this.#label = label;
    this.#changed.emit();
  }

  #offerNew(text: string): void {
    this.#setLabel('ended');
    this.view.notice(text);
    const waiting = this.#owned.add(
      this.view.term.onData((data) => {
        if (!data.includes('\r')) return;
        waiting.dispose();
        void this.#open({});
      }),
    );
  }
}
