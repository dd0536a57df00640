// The shell suite: scripts and what comes of them, the same on TabOS and on Linux with Debian's dash and busybox. The
// cases are text (suites/shell/*.txt), so that a script stands there as one would type it.
//
// Format: an introduction, then cases. `== TITLE` begins one, with its script below. `-- in`, `-- out` and `-- err` are
// what it reads and writes (default: nothing), `-- code N` how it ends (default: 0). `-- only tabos: REASON` says why
// Linux is no control, `-- alone` that nothing else may run meanwhile. Texts end with a line end, but for `-- out open`.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface ShellCase {
  readonly title: string;
  readonly script: string;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** Why Linux cannot be the control. */
  readonly onlyTabos: string | undefined;
  readonly alone: boolean;
}

export interface ShellArea {
  readonly area: string;
  readonly cases: readonly ShellCase[];
}

const FOLDER = path.join(import.meta.dirname, 'shell');

/** All cases, an area a file. Throws when a file is not in the format. */
export const shellSuite = (): ShellArea[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => ({
      area: path.parse(name).name,
      cases: parseCases(readFileSync(path.join(FOLDER, name), 'utf8'), name),
    }));

/** Cut a text where lines begin with a mark; gives the rest of such a line and what is below it. */
const sections = (text: string, mark: string): [head: string, body: string][] =>
  text
    .split(new RegExp(`^${mark} `, 'm'))
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end), part.slice(end + 1)];
    });

const parseCases = (text: string, file: string): ShellCase[] => {
  const cases = sections(text, '==').map(([title, body]) => parseCase(title, body, file));
  const titles = new Set(cases.map((c) => c.title));
  if (titles.size < cases.length) throw new Error(`${file}: two cases have one title`);
  return cases;
};

const parseCase = (title: string, body: string, file: string): ShellCase => {
  // The empty line before the next case belongs to neither.
  const text = body.endsWith('\n\n') ? body.slice(0, -1) : body;
  const texts = { in: '', out: '', err: '' };
  let code = 0;
  let onlyTabos: string | undefined;
  let alone = false;
  for (const [head, content] of sections(text, '--')) {
    const [name = '', ...words] = head.split(' ');
    const rest = words.join(' ');
    if (name === 'in' || name === 'out' || name === 'err') {
      texts[name] = rest === 'open' ? content.slice(0, -1) : content;
    } else if (name === 'code') code = Number(rest);
    else if (name === 'alone') alone = true;
    else if (head.startsWith('only tabos: ')) onlyTabos = head.slice('only tabos: '.length);
    else throw new Error(`${file}: ${title}: unknown section ${head}`);
  }
  const script = text.split(/^-- /m, 1)[0] ?? '';
  return { title, script, stdin: texts.in, stdout: texts.out, stderr: texts.err, code, onlyTabos, alone };
};
