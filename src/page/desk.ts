/**
 * The terminals of this tab, one shown at a time, and the bar above them: the machine's name, a tab for each terminal,
 * a menu of all terminals of the machine, and how well its files are kept.
 */
import { Bar } from './bar.ts';
import { element } from './dom.ts';
import { Emitter } from './emitter.ts';
import type { ShellOptions, TabOS } from './os.ts';
import { preference, setPreference } from './preferences.ts';
import { Session } from './session.ts';

const SCREEN_READER = 'tabos:screen-reader';

interface Place {
  readonly id: string;
  readonly session: Session;
  readonly room: HTMLElement;
}

export class Desk {
  readonly #os: TabOS;
  readonly #rooms: HTMLElement;
  readonly #bar: Bar;
  readonly #added = new Emitter<Session>();
  #places: Place[] = [];
  #active: Place | undefined;
  #nextId = 1;
  #screenReader = preference(SCREEN_READER) === 'on';

  /** A terminal has come to this tab. */
  readonly onSession = this.#added.on;

  constructor(os: TabOS, bar: HTMLElement, rooms: HTMLElement) {
    this.#os = os;
    this.#rooms = rooms;
    this.#bar = new Bar(bar, os, {
      open: (options) => this.open(options),
      show: (id) => this.#show(this.#find(id)),
      close: (id) => this.#close(this.#find(id)),
      focus: () => this.active?.view.focus(),
      setScreenReader: (on) => this.#setScreenReader(on),
    });
    this.#bar.screenReader = this.#screenReader;
  }

  get active(): Session | undefined {
    return this.#active?.session;
  }

  get sessions(): readonly Session[] {
    return this.#places.map(({ session }) => session);
  }

  /** A terminal with a new shell, or an existing one, which is only brought to the front when this tab has it. */
  open(options: ShellOptions = {}): Session {
    const { attach } = options;
    const shown = this.#places.find(({ session }) => attach !== undefined && session.shell?.id === attach);
    if (shown) {
      this.#show(shown);
      return shown.session;
    }
    const id = `terminal-${this.#nextId++}`;
    const room = element('div', { class: 'room', id, role: 'tabpanel', 'aria-label': 'Terminal' });
    this.#rooms.append(room);
    if (this.#active) this.#active.room.hidden = true;
    const session = new Session(this.#os, room, options);
    const place = { id, session, room };
    this.#places.push(place);
    session.view.screenReaderMode = this.#screenReader;
    session.onChange(() => this.#update());
    session.view.onTitle(() => this.#update());
    session.view.onBell(() => this.#bar.ring(id));
    this.#added.emit(session);
    this.#show(place);
    return session;
  }

  /** Say in the bar how well files are kept. */
  updateStorage(): Promise<void> {
    return this.#bar.updateStorage();
  }

  #find(id: string): Place | undefined {
    return this.#places.find((place) => place.id === id);
  }

  #show(place: Place | undefined): void {
    if (!place) return;
    this.#active = place;
    for (const { room } of this.#places) room.hidden = room !== place.room;
    place.session.view.fit();
    place.session.view.focus();
    this.#update();
  }

  #close(place: Place | undefined): void {
    if (!place) return;
    const index = this.#places.indexOf(place);
    this.#places = this.#places.filter((other) => other !== place);
    place.session.dispose();
    place.room.remove();
    if (this.#active !== place) this.#update();
    else if (this.#places.length === 0) this.open();
    else this.#show(this.#places[Math.min(index, this.#places.length - 1)]);
  }

  #update(): void {
    this.#bar.tabs = this.#places.map(({ id, session }) => ({
      id,
      label: session.label,
      title: session.view.title,
      active: this.#active?.id === id,
    }));
    document.title =
      this.#active?.session.view.title || `TabOS · ${this.#os.ephemeral ? 'ephemeral' : this.#os.machine}`;
  }

  #setScreenReader(on: boolean): void {
    this.#screenReader = on;
    setPreference(SCREEN_READER, on ? 'on' : 'off');
    for (const { session } of this.#places) session.view.screenReaderMode = on;
    this.active?.view.focus();
  }
}
