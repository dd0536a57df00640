// Tells the person at a terminal what a process waits for when a program or another file of the image is not here yet:
//
//     vim is not installed here yet, fetching 1.9 MB...
//     [########............]  0.8 MB
//
// on its standard error, when that is a terminal. Of the system's own files only a wait that gets long is told. Nobody
// is told twice of one wait: who starts a program waits as its child.

import { SysError } from '../../abi/errno.ts';
import { bytesOf } from '../../base/bytes.ts';
import type { OpenFile } from '../fd/open-file.ts';
import type { Fetching } from '../fs/imagefs/imagefs.ts';
import type { Clock } from '../ports.ts';
import type { Caller } from '../vfs/filesystem.ts';
import { Task } from './task.ts';

/** Until a wait for a file of the system itself is told. */
const PATIENCE_MS = 1500;
const BAR_EVERY_MS = 200;
const BAR_LENGTH = 20;
const ERASE_LINE = '\r\x1b[K';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const bar = ({ received, size }: Fetching): string => {
  const full = Math.min(BAR_LENGTH, Math.floor((BAR_LENGTH * received) / Math.max(1, size)));
  return `\r[${'#'.repeat(full)}${'.'.repeat(BAR_LENGTH - full)}] ${megabytes(received)}`;
};

/** What to call when a caller has to wait for a file. */
export const fetchNotice =
  (clock: Clock) =>
  (caller: Caller, fetching: Fetching): void => {
    if (!(caller instanceof Task)) return;
    const terminal = terminalOf(caller);
    if (terminal !== undefined) void new Notice(clock, caller, terminal, fetching).run();
  };

const terminalOf = ({ fds }: Task): OpenFile | undefined => {
  const file = fds.find(2);
  return file?.terminal !== undefined && file.writable ? file : undefined;
};

class Notice {
  private readonly clock: Clock;
  private readonly task: Task;
  private readonly terminal: OpenFile;
  private readonly fetching: Fetching;
  private readonly subject: string;
  private drawn = false;
  private stop = (): void => {};

  constructor(clock: Clock, task: Task, terminal: OpenFile, fetching: Fetching) {
    this.clock = clock;
    this.task = task;
    this.terminal = terminal.retain();
    this.fetching = fetching;
    this.subject = fetching.package ?? fetching.path.slice(fetching.path.lastIndexOf('/') + 1);
  }

  async run(): Promise<void> {
    const { fetching, subject } = this;
    if (fetching.package === undefined)
      this.stop = this.clock.after(PATIENCE_MS, () => this.begin(`fetching ${subject}`));
    else this.begin(`${subject} is not installed here yet, fetching`);
    try {
      await fetching.done;
      this.end('');
    } catch (error) {
      const reason = error instanceof SysError ? error.message : String(error);
      this.end(`${subject} could not be fetched: ${reason}\n`);
    }
  }

  private begin(text: string): void {
    this.write(`${text} ${megabytes(this.fetching.size)}...\n`);
    this.draw();
  }

  private draw(): void {
    this.stop = this.clock.after(BAR_EVERY_MS, () => {
      this.write(bar(this.fetching));
      this.drawn = true;
      this.draw();
    });
  }

  private end(text: string): void {
    this.stop();
    this.write(`${this.drawn ? ERASE_LINE : ''}${text}`);
    this.terminal.release();
  }

  /** The process may be gone, or its terminal: nobody is left to be told. */
  private write(text: string): void {
    if (text === '') return;
    void (async () => await this.terminal.write(this.task, bytesOf(text)))().catch(() => {});
  }
}
