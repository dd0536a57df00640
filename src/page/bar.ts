/** The bar above the terminals. It shows what it is told and reports what is clicked; desk.ts decides. */
import type { TerminalInfo } from '../host/control.ts';
import { button, element } from './dom.ts';
import type { ShellOptions, TabOS } from './os.ts';
import { formatBytes, keepStorage, storageState } from './storage-state.ts';

export interface BarActions {
  open(options: ShellOptions): void;
  show(id: string): void;
  close(id: string): void;
  /** Back to the terminal in front. */
  focus(): void;
  setScreenReader(on: boolean): void;
}

export interface BarTab {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly active: boolean;
}

export class Bar {
  readonly #os: TabOS;
  readonly #actions: BarActions;
  readonly #tabs = element('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Terminals of this tab' });
  readonly #menu = element('div', { class: 'menu', id: 'terminals', popover: 'auto' });
  readonly #storage = element('span', { class: 'storage' });
  readonly #reader: HTMLInputElement;

  constructor(parent: HTMLElement, os: TabOS, actions: BarActions) {
    this.#os = os;
    this.#actions = actions;
    this.#reader = element('input', { type: 'checkbox' });
    this.#reader.addEventListener('change', () => actions.setScreenReader(this.#reader.checked));
    this.#menu.addEventListener('toggle', () => {
      if (this.#menu.matches(':popover-open')) void this.#fillMenu();
      else actions.focus();
    });
    const name = os.ephemeral ? 'ephemeral' : os.machine;
    parent.replaceChildren(
      element('span', { class: 'machine', title: `Machine “${name}”` }, name),
      this.#tabs,
      button('+', { class: 'icon', 'aria-label': 'New terminal', title: 'New terminal' }, () => actions.open({})),
      button(
        '⋯',
        { class: 'icon', 'aria-label': 'All terminals', title: 'All terminals', popovertarget: 'terminals' },
        () => {},
      ),
      this.#menu,
      this.#storage,
    );
  }

  set screenReader(on: boolean) {
    this.#reader.checked = on;
  }

  set tabs(tabs: readonly BarTab[]) {
    this.#tabs.replaceChildren(...tabs.map((tab) => this.#tab(tab, tabs.length > 1)));
  }

  /** A terminal that is not in front wants attention. */
  ring(id: string): void {
    const tab = this.#tabs.querySelector(`[aria-controls="${id}"]`);
    if (tab?.getAttribute('aria-selected') === 'false') tab.classList.add('ringing');
  }

  /** Ask the browser how well files are kept, and say it. */
  async updateStorage(): Promise<void> {
    if (this.#os.ephemeral) {
      this.#storage.replaceChildren('keeps nothing');
      return;
    }
    const { persisted, usage } = await storageState();
    const used = usage === undefined ? '' : ` · ${formatBytes(usage)}`;
    if (persisted) {
      this.#storage.replaceChildren(`kept${used}`);
      return;
    }
    const title = 'When the disk is full, the browser may remove the files of this site. Ask it to keep them.';
    const keep = button(`keep files${used}`, { class: 'link', title }, () => {
      void keepStorage().then(() => this.updateStorage());
    });
    this.#storage.replaceChildren(keep);
  }

  #tab({ id, label, title, active }: BarTab, closable: boolean): HTMLElement {
    const tab = button(
      label,
      {
        class: 'tab',
        role: 'tab',
        'aria-selected': String(active),
        'aria-controls': id,
        title: title || undefined,
      },
      () => this.#actions.show(id),
    );
    if (!closable) return tab;
    const close = button('×', { class: 'close', 'aria-label': `Close ${label}`, title: 'Close' }, () =>
      this.#actions.close(id),
    );
    return element('span', { class: 'closable', role: 'presentation' }, tab, close);
  }

  async #fillMenu(): Promise<void> {
    this.#menu.replaceChildren(element('p', {}, '…'));
    const terminals = await this.#os.terminals().catch(() => []);
    this.#menu.replaceChildren(
      element('h2', {}, 'Terminals of this machine'),
      ...terminals.map((terminal) => this.#menuItem(terminal)),
      ...(terminals.length === 0 ? [element('p', {}, 'none')] : []),
      button('New terminal', { class: 'item' }, () => this.#choose({})),
      element('label', { class: 'item' }, this.#reader, ' Screen reader mode'),
    );
  }

  #menuItem({ id, command, viewers, cols, rows }: TerminalInfo): HTMLElement {
    const seen = viewers === 0 ? 'not shown' : viewers === 1 ? 'shown once' : `shown ${viewers} times`;
    const title = `${cols} × ${rows}, ${seen}`;
    return button(`pts/${id}  ${command}`, { class: 'item', title }, () => this.#choose({ attach: id }));
  }

  #choose(options: ShellOptions): void {
    this.#menu.hidePopover();
    this.#actions.open(options);
  }
}
