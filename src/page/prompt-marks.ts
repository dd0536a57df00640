/**
 * Where the shell's prompts, commands and outputs are, as the shell says by OSC 133 (semantic prompts, as FinalTerm
 * and iTerm2 defined them: https://iterm2.com/documentation-escape-codes.html):
 *
 *   OSC 133 ; A ST   a prompt starts          OSC 133 ; C ST            output starts
 *   OSC 133 ; B ST   input starts             OSC 133 ; D [; code] ST   the command has finished
 *
 * A mark moves with its line and goes when the line leaves the scrollback, so the list is bounded by it.
 */

import type { IMarker, Terminal } from '@xterm/xterm';
import { deferred } from './deferred.ts';
import { type Disposable, Disposables, Emitter } from './emitter.ts';

export type MarkKind = 'prompt' | 'input' | 'output' | 'finished';

const KINDS: Readonly<Record<string, MarkKind>> = { A: 'prompt', B: 'input', C: 'output', D: 'finished' };

export interface Mark {
  readonly kind: MarkKind;
  /** `line` counts from the start of the scrollback, and is -1 when it has left it. */
  readonly marker: IMarker;
  readonly column: number;
  /** Of a finished command, when the shell told it. */
  readonly exitCode: number | undefined;
}

export class PromptMarks implements Disposable {
  readonly #term: Terminal;
  readonly #owned = new Disposables();
  readonly #added = new Emitter<Mark>();
  #list: Mark[] = [];
  #prompts = 0;
  /** A prompt is complete, and no command has begun or ended since. */
  #prompted = false;

  readonly onMark = this.#added.on;

  constructor(term: Terminal) {
    this.#term = term;
    this.#owned.add(term.parser.registerOscHandler(133, (data) => this.#record(data)));
  }

  /** Oldest first. */
  get list(): readonly Mark[] {
    return this.#list;
  }

  /** How many prompts have been complete, those that have left the scrollback included. */
  get prompts(): number {
    return this.#prompts;
  }

  /** Resolves when more than `seen` prompts have been complete. */
  waitForPrompt(seen: number): Promise<void> {
    if (this.#prompts > seen) return Promise.resolve();
    const { promise, resolve } = deferred<void>();
    const listening = this.onMark(() => {
      if (this.#prompts <= seen) return;
      listening.dispose();
      resolve();
    });
    return promise;
  }

  /** Scroll so that the nearest prompt above (-1) or below (1) the top row comes to the top. */
  jump(direction: -1 | 1): void {
    const top = this.#term.buffer.active.viewportY;
    const lines = this.#list.filter(({ kind }) => kind === 'prompt').map(({ marker }) => marker.line);
    const line = direction < 0 ? lines.findLast((y) => y < top) : lines.find((y) => y > top);
    if (line !== undefined) this.#term.scrollToLine(line);
    else if (direction > 0) this.#term.scrollToBottom();
  }

  dispose(): void {
    this.#owned.dispose();
    this.#added.clear();
  }

  #record(data: string): boolean {
    const [letter = '', code] = data.split(';');
    const kind = KINDS[letter];
    // The alternate screen has no lines to come back to.
    if (kind === undefined || this.#term.buffer.active.type !== 'normal') return true;
    // A line editor draws its prompt again, after a resize for example: that is no other prompt.
    if (this.#prompted && (kind === 'prompt' || kind === 'input')) return true;
    const marker = this.#term.registerMarker(0);
    const mark: Mark = {
      kind,
      marker,
      column: this.#term.buffer.active.cursorX,
      exitCode: kind === 'finished' && code !== undefined && /^\d+$/.test(code) ? Number(code) : undefined,
    };
    this.#list.push(mark);
    marker.onDispose(() => {
      this.#list = this.#list.filter((other) => other !== mark);
    });
    if (kind === 'input') this.#prompts++;
    if (kind !== 'prompt') this.#prompted = kind === 'input';
    this.#added.emit(mark);
    return true;
  }
}
