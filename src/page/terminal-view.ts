/**
 * A terminal on the page: xterm.js showing one Shell. It hands over what is typed and pasted, shows output at the pace
 * of its parser, and keeps the terminal's size equal to the room it has.
 *
 * Copy: by the menu of the right mouse button, Ctrl+Shift+C or Cmd-C; paste: Ctrl+Shift+V, Cmd-V or the menu. Ctrl+Shift
 * with the up and down arrows goes from prompt to prompt.
 */
import { FitAddon } from '@xterm/addon-fit';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { type ITheme, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { AnswerTurn } from './answer-turn.ts';
import { type Disposable, Disposables, Emitter } from './emitter.ts';
import { openLink } from './links.ts';
import { PromptMarks } from './prompt-marks.ts';
import { QueryFilter } from './query-filter.ts';
import type { Shell } from './shell.ts';
import { followTheme } from './themes.ts';

const FONT =
  'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
const SCROLLBACK = 10_000;
/** A window that is being dragged has many sizes: the programs are told the last one. */
const RESIZE_PAUSE_MS = 40;
const BELL_MS = 150;

/** Ends an escape sequence that lost its end, and shows nothing (ECMA-48, CAN). */
const CANCEL_SEQUENCE = '\x18';
const LEAVE_ALTERNATE_SCREEN = '\x1b[?1049l';
/** What a program that died may have left on: mouse, focus reports, bracketed paste, keypad, hidden cursor, attributes. */
const RESET_MODES = '\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[?25h\x1b[!p';

const encoder = new TextEncoder();

export class TerminalView implements Disposable {
  readonly term: Terminal;
  readonly marks: PromptMarks;
  /** What the program wants the window to be called (OSC 0 and 2). */
  title = '';

  readonly #element: HTMLElement;
  readonly #fit = new FitAddon();
  readonly #queries: QueryFilter;
  readonly #owned = new Disposables();
  readonly #titled = new Emitter<string>();
  readonly #rang = new Emitter<void>();
  #attached = new Disposables();
  #shell: Shell | undefined;
  #turn: AnswerTurn | undefined;
  #resizeTimer: ReturnType<typeof setTimeout> | undefined;
  #sentSize = '';
  #replaying = false;

  readonly onTitle = this.#titled.on;
  readonly onBell = this.#rang.on;

  /** @param element in the document and with a size */
  constructor(element: HTMLElement) {
    this.#element = element;
    const term = new Terminal({
      allowProposedApi: true, // the grapheme addon
      fontFamily: FONT,
      fontSize: 14,
      lineHeight: 1.15,
      macOptionIsMeta: true,
      scrollback: SCROLLBACK,
      linkHandler: { activate: (_event, uri) => openLink(uri) },
    });
    this.term = term;
    this.#owned.add(term);
    term.loadAddon(this.#fit);
    term.loadAddon(new UnicodeGraphemesAddon());
    this.marks = this.#owned.add(new PromptMarks(term));
    this.#queries = this.#owned.add(new QueryFilter(term));
    this.#owned.add(followTheme((theme) => this.#applyTheme(theme)));
    term.open(element);
    this.fit();

    this.#owned.add(term.onData((text) => this.#shell?.write(encoder.encode(text))));
    // Mouse reports of the old encoding: bytes in a string.
    this.#owned.add(term.onBinary((text) => this.#shell?.write(Uint8Array.from(text, (char) => char.charCodeAt(0)))));
    this.#owned.add(term.onTitleChange((title) => this.#setTitle(title)));
    this.#owned.add(term.onBell(() => this.#bell()));
    term.attachCustomKeyEventHandler((event) => this.#onKey(event));

    const resized = new ResizeObserver(() => this.fit());
    resized.observe(element);
    this.#owned.add({ dispose: () => resized.disconnect() });
    // Of several pages that show a terminal, the one that a person turns to has its way.
    const claim = () => {
      if (document.visibilityState !== 'visible') return;
      this.fit();
      this.#turn?.take();
    };
    window.addEventListener('focus', claim);
    document.addEventListener('visibilitychange', claim);
    this.#owned.add({
      dispose: () => {
        window.removeEventListener('focus', claim);
        document.removeEventListener('visibilitychange', claim);
      },
    });
  }

  get shell(): Shell | undefined {
    return this.#shell;
  }

  /**
   * Show a shell in place of the one before.
   *
   * @param machine whose terminal it is
   */
  attach(shell: Shell, machine: string): void {
    this.detach();
    this.#shell = shell;
    this.#sentSize = '';
    this.#attached = new Disposables();
    // Until it is told, who started the program answers it: nobody else shows it yet.
    this.#queries.deferring = shell.pid === undefined;
    this.#turn = this.#attached.add(
      new AnswerTurn(`tabos-terminal:${machine}:${shell.id}`, (mine) => {
        this.#queries.deferring = !mine;
      }),
    );
    if (document.visibilityState === 'visible') this.#turn.take();
    this.#attached.add(shell.onData((bytes, { replay }) => this.#show(bytes, replay)));
    this.#attached.add(shell.onFlush(() => this.term.write(CANCEL_SEQUENCE)));
    this.#attached.add(
      shell.onSize(({ cols, rows }) => {
        this.#sentSize = `${cols}x${rows}`;
        this.term.resize(cols, rows);
      }),
    );
    this.fit();
  }

  /** Show no shell; what is on the screen stays. */
  detach(): void {
    this.#attached.dispose();
    this.#shell = undefined;
    this.#turn = undefined;
  }

  /** Write a line of the page's own, after what a program left behind. */
  notice(text: string): void {
    const { term } = this;
    term.write(CANCEL_SEQUENCE, () => {
      // Leaving a screen that is not there would still move the cursor.
      if (term.buffer.active.type === 'alternate') term.write(LEAVE_ALTERNATE_SCREEN);
      term.write(RESET_MODES, () => {
        const newLine = term.buffer.active.cursorX > 0 ? '\r\n' : '';
        term.write(`${newLine}\x1b[2m${text}\x1b[m\r\n`);
      });
    });
  }

  /** Give the terminal the size of its room, if it has any, and tell the programs. */
  fit(): void {
    const size = this.#fit.proposeDimensions();
    if (!size || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return;
    const { cols, rows } = size;
    if (cols !== this.term.cols || rows !== this.term.rows) this.term.resize(cols, rows);
    clearTimeout(this.#resizeTimer);
    this.#resizeTimer = setTimeout(() => this.#tellSize(), RESIZE_PAUSE_MS);
  }

  focus(): void {
    this.term.focus();
  }

  /** The visible rows, without spaces at their ends. */
  screen(): string[] {
    const { active } = this.term.buffer;
    return Array.from(
      { length: this.term.rows },
      (_, row) =>
        active
          .getLine(active.viewportY + row)
          ?.translateToString(true)
          .trimEnd() ?? '',
    );
  }

  set screenReaderMode(on: boolean) {
    this.term.options.screenReaderMode = on;
  }

  dispose(): void {
    clearTimeout(this.#resizeTimer);
    this.detach();
    this.#owned.dispose();
  }

  #tellSize(): void {
    const { cols, rows } = this.term;
    const size = `${cols}x${rows}`;
    if (!this.#shell || size === this.#sentSize) return;
    this.#sentSize = size;
    this.#shell.resize(cols, rows);
  }

  #show(bytes: Uint8Array, replay: boolean): Promise<void> {
    // Before the parser comes to these bytes it has been through those before.
    if (replay !== this.#replaying) {
      this.#replaying = replay;
      this.term.write('', () => {
        this.#queries.replaying = replay;
      });
    }
    if (document.visibilityState === 'hidden') this.#forgoTimers();
    return new Promise((resolve) => {
      this.term.write(bytes, resolve);
    });
  }

  /**
   * Makes the next write take effect at once. xterm.js writes by a timer unless something was just typed, and a page that
   * nobody sees has timers of a second, later of a minute: its programs, and other pages that show the same terminal,
   * would wait for them. Typing takes a selection away, so one that is there has priority.
   */
  #forgoTimers(): void {
    const { term } = this;
    if (term.hasSelection()) return;
    term.options.scrollOnUserInput = false;
    term.input('', true);
    term.options.scrollOnUserInput = true;
  }

  #applyTheme(theme: ITheme): void {
    this.term.options.theme = theme;
    this.#element.style.background = theme.background ?? '';
  }

  #setTitle(title: string): void {
    this.title = title;
    this.#titled.emit(title);
  }

  #bell(): void {
    if (this.#queries.replaying) return;
    this.#element.classList.add('bell');
    setTimeout(() => this.#element.classList.remove('bell'), BELL_MS);
    this.#rang.emit();
  }

  /** @returns whether xterm.js is to handle the key */
  #onKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
    switch (event.key) {
      case 'C':
      case 'c':
        event.preventDefault();
        void this.#copy();
        return false;
      case 'V':
      case 'v':
        // The browser pastes: its event comes without asking for permission.
        return false;
      case 'ArrowUp':
      case 'ArrowDown':
        event.preventDefault();
        this.marks.jump(event.key === 'ArrowUp' ? -1 : 1);
        return false;
      default:
        return true;
    }
  }

  async #copy(): Promise<void> {
    if (!this.term.hasSelection()) return;
    await navigator.clipboard.writeText(this.term.getSelection()).catch((error: unknown) => {
      console.warn('the browser did not let the page copy:', error);
    });
  }
}
