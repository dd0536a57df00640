/**
 * A terminal of the demo page, as a person sees it: what is on the screen, and when the shell waits for a command.
 *
 * The shell marks its prompts by OSC 133 (A: a prompt starts, B: it ends and input starts). The page has `window.tabos.term`,
 * an xterm.js Terminal; `prepare` makes the tab listen to the marks from the moment the page sets it. Nothing here
 * sleeps: every wait ends with a mark or a parsed write.
 */

import type { ExecOptions } from '../../src/page/exec.ts';
import type { Tab } from './browser.ts';
import { installMarks } from './marks.ts';

/** Longer than any single command of a test takes on a loaded machine. */
const WAIT_MS = 30_000;

/** Options that travel as JSON. */
type ScriptOptions = Pick<ExecOptions, 'cwd' | 'env' | 'timeout'> & { readonly stdin?: string };

interface ScriptResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Terminal {
  readonly tab: Tab;

  private constructor(tab: Tab) {
    this.tab = tab;
  }

  /** Before the tab loads a page of the site. */
  static async prepare(tab: Tab): Promise<void> {
    await tab.addInitScript(installMarks);
  }

  /** Waits for the first prompt of the page that the tab shows. */
  static async attach(tab: Tab): Promise<Terminal> {
    const terminal = new Terminal(tab);
    await terminal.waitForPrompt(0);
    return terminal;
  }

  /** Reloads the page and waits for its prompt. */
  async reload(): Promise<void> {
    await this.tab.reload();
    await this.waitForPrompt(0);
  }

  /**
   * Types a command and Enter, and waits for the next prompt.
   *
   * @returns what is on the screen between the typed line and that prompt: lines that the terminal wrapped are joined
   *   again, spaces at the end of a line are gone, there is no last newline
   */
  async run(command: string): Promise<string> {
    const prompts = await this.prompts();
    await this.type(`${command}\n`);
    await this.waitForPrompt(prompts);
    return this.tab.evaluate((index) => window.tabosMarks.textBetweenPrompts(index), prompts - 1);
  }

  /** Types on the keyboard, into the terminal; a newline is Enter. Waits for nothing. */
  async type(text: string): Promise<void> {
    await this.focus();
    await this.tab.type(text);
  }

  /** One key with its modifiers, such as `Control+c`. */
  async press(chord: string): Promise<void> {
    await this.focus();
    await this.tab.press(chord);
  }

  async paste(text: string): Promise<void> {
    await this.focus();
    await this.tab.paste(text);
  }

  /** How many prompts there have been since the page was loaded. */
  prompts(): Promise<number> {
    return this.tab.evaluate(() => window.tabosMarks.prompts());
  }

  /** When each prompt was complete, in milliseconds since the navigation. */
  promptTimes(): Promise<number[]> {
    return this.tab.evaluate(() => [...window.tabosMarks.promptTimes()]);
  }

  /** Waits until there have been more than `seen` prompts. */
  async waitForPrompt(seen: number): Promise<void> {
    const came = await this.tab.evaluate((count, ms) => window.tabosMarks.waitForPrompt(count, ms), seen, WAIT_MS);
    if (!came) await this.giveUp(`prompt ${seen + 1}`);
  }

  /** Waits until the screen, its rows joined by newlines, has the text or matches the expression. */
  async waitForScreen(wanted: string | RegExp): Promise<void> {
    const source = typeof wanted === 'string' ? wanted.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : wanted.source;
    const flags = typeof wanted === 'string' ? '' : wanted.flags;
    const came = await this.tab.evaluate(
      (pattern, patternFlags, ms) => window.tabosMarks.waitForScreen(new RegExp(pattern, patternFlags), ms),
      source,
      flags,
      WAIT_MS,
    );
    if (!came) await this.giveUp(String(wanted));
  }

  /** The visible rows, without spaces at their ends and without empty rows at the bottom. */
  screen(): Promise<string[]> {
    return this.tab.evaluate(() => window.tabosMarks.screen());
  }

  async size(): Promise<{ cols: number; rows: number }> {
    return this.tab.evaluate(() => ({ cols: window.tabos.term.cols, rows: window.tabos.term.rows }));
  }

  /** Runs a script by the page's own interface, beside the terminal. */
  exec(script: string, options: ScriptOptions = {}): Promise<ScriptResult> {
    return this.tab.evaluate(
      async (text, given) => {
        const { exitCode, stdout, stderr } = await window.os.exec(text, given);
        return { exitCode, stdout, stderr };
      },
      script,
      options,
    );
  }

  private async focus(): Promise<void> {
    await this.tab.evaluate(() => window.tabos.term.focus());
  }

  private async giveUp(what: string): Promise<never> {
    const rows = await this.tab.evaluate(() => window.tabosMarks.screen());
    const errors = this.tab.errors();
    const console = errors.length > 0 ? `\nerrors of the page:\n${errors.join('\n')}` : '';
    throw new Error(`no ${what} within ${WAIT_MS} ms; the screen:\n${rows.join('\n')}${console}`);
  }
}
