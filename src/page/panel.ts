/** Shows a Problem over the page, and takes it away again. One at a time: a new one replaces the last. */
import { button, element } from './dom.ts';
import type { Outcome, Problem, ProblemAction, ProblemItem } from './problems.ts';

export class Panel {
  readonly #parent: HTMLElement;
  #shown: HTMLElement | undefined;
  #problem: Problem | undefined;

  constructor(parent: HTMLElement) {
    this.#parent = parent;
  }

  get visible(): boolean {
    return this.#shown !== undefined;
  }

  /** @param cover whether there is nothing behind it worth seeing */
  show(problem: Problem, cover: boolean): void {
    this.#shown?.remove();
    this.#problem = problem;
    const box = element(
      'section',
      { class: 'panel', role: 'alertdialog', 'aria-labelledby': 'panel-title', tabindex: '-1' },
      element('h1', { id: 'panel-title' }, problem.title),
      ...problem.items.map(item),
      element('p', { class: 'actions' }, ...problem.actions.map((action) => this.#action(action))),
      element('div', { class: 'outcome', role: 'status' }),
    );
    this.#shown = element('div', { class: cover ? 'overlay' : 'overlay sheer' }, box);
    this.#parent.append(this.#shown);
    box.focus();
  }

  /** Takes a problem away, when it is the one that is shown. */
  hide(problem: Problem | undefined = this.#problem): void {
    if (problem !== this.#problem) return;
    this.#shown?.remove();
    this.#shown = undefined;
    this.#problem = undefined;
  }

  #action(action: ProblemAction): HTMLElement {
    switch (action.kind) {
      case 'link':
        return element('a', { class: 'button', href: action.href }, action.label);
      case 'reload':
        return button(action.label, { class: 'button' }, () => location.reload());
      case 'dismiss':
        return button(action.label, { class: 'button' }, () => this.hide());
      case 'run':
        return button(action.label, { class: 'button' }, () => void this.#run(action));
    }
  }

  /** One at a time: the others wait. */
  async #run({ label, run }: Extract<ProblemAction, { kind: 'run' }>): Promise<void> {
    const shown = this.#shown;
    const buttons = [...(shown?.querySelectorAll<HTMLButtonElement>('button') ?? [])];
    const say = (...parts: HTMLElement[]) => shown?.querySelector('.outcome')?.replaceChildren(...parts);
    for (const each of buttons) each.disabled = true;
    say(element('p', {}, `${label} …`));
    try {
      say(...outcome(await run()));
    } catch (error) {
      say(element('p', {}, error instanceof Error ? error.message : String(error)));
    }
    for (const each of buttons) each.disabled = false;
  }
}

function outcome({ text, lines, download }: Outcome): HTMLElement[] {
  const parts: HTMLElement[] = [element('p', {}, text)];
  if (lines.length > 0) parts.push(element('pre', {}, lines.join('\n')));
  if (download !== undefined) {
    // Lives as long as the page: the person may want it more than once.
    const href = URL.createObjectURL(download.blob);
    parts.push(element('p', {}, element('a', { class: 'button', href, download: download.name }, download.label)));
  }
  return parts;
}

function item({ what, why, fix, code, detail }: ProblemItem): HTMLElement {
  return element(
    'div',
    { class: 'problem' },
    element('h2', {}, what),
    element('p', {}, why),
    element('p', {}, fix),
    ...(code === undefined ? [] : [element('pre', {}, code)]),
    ...(detail === undefined ? [] : [element('p', { class: 'detail' }, `The browser said: ${detail}`)]),
  );
}
