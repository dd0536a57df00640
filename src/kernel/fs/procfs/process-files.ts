// /proc/<pid>: a file, a link or a directory is one row here.

import { S } from '../../../abi/file.ts';
import type { ProcessDetail, ProcessRow } from '../../link.ts';
import { fdinfoText, limitsText, mountinfoText, mountsText } from '../../station/proc-process-text.ts';
import { cmdlineText, commOf, statText, statusText } from '../../station/proc-text.ts';
import type { DynamicNode } from '../dynamic/dynamic-fs.ts';
import type { ProcSource } from './procfs.ts';
import { DIRECTORY, FILE, LINK, link, textFile } from './texts.ts';

type Text = (row: ProcessRow, detail: ProcessDetail | undefined, source: ProcSource) => string;

const FILES: Readonly<Record<string, Text>> = {
  cmdline: (row) => cmdlineText(row),
  comm: (row) => `${commOf(row)}\n`,
  environ: (_row, detail) => String.fromCharCode(...(detail?.environ ?? [])),
  limits: (_row, detail) => (detail === undefined ? '' : limitsText(detail)),
  mountinfo: (_row, _detail, source) => mountinfoText(source.mounts()),
  mounts: (_row, _detail, source) => mountsText(source.mounts()),
  stat: (row, detail, source) => statText(row, detail, source.bootTime),
  status: (row, detail) => statusText(row, detail),
};

const LINKS: Readonly<Record<string, (detail: ProcessDetail) => string>> = {
  cwd: ({ cwd }) => cwd,
  exe: ({ exe }) => exe,
  root: ({ root }) => root,
};

const OWN_DIRECTORY = S.IFDIR | 0o500;
const OWN_FILE = S.IFREG | 0o400;
const DIRECTORIES: Readonly<Record<string, number>> = { fd: OWN_DIRECTORY, fdinfo: DIRECTORY, task: DIRECTORY };

type Names = readonly (readonly [name: string, mode: number])[];

const NAMES: Names = [
  ...Object.keys(FILES).map((name) => [name, FILE] as const),
  ...Object.keys(LINKS).map((name) => [name, LINK] as const),
  ...Object.entries(DIRECTORIES),
];

/** What is at a path below /proc/<pid>. */
export const processNode = async (
  row: ProcessRow,
  [name, inner, ...deeper]: readonly string[],
  source: ProcSource,
): Promise<DynamicNode | undefined> => {
  const owner = { uid: row.uid, gid: row.gid };
  const detail = (): Promise<ProcessDetail | undefined> => source.detail(row.pid);
  const own = (node: DynamicNode): DynamicNode => ({ ...owner, ...node });
  if (name === undefined) return own({ mode: DIRECTORY, list: () => NAMES });
  // A process has one thread, of its own number.
  if (name === 'task' && inner === String(row.pid)) {
    if (deeper[0] === 'task') return undefined;
    if (deeper.length > 0) return await processNode(row, deeper, source);
    return own({ mode: DIRECTORY, list: () => NAMES.filter(([each]) => each !== 'task') });
  }
  if (deeper.length > 0) return undefined;
  const mode = Object.hasOwn(DIRECTORIES, name) ? DIRECTORIES[name] : undefined;
  if (mode !== undefined) {
    if (inner === undefined) return own({ mode, list: () => namesIn(name, row, detail) });
    return name === 'task' ? undefined : await descriptorNode(name, row.pid, inner, source, own);
  }
  if (inner !== undefined) return undefined;
  const text = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (text !== undefined) return own(textFile(async () => text(row, await detail(), source)));
  const target = Object.hasOwn(LINKS, name) ? LINKS[name] : undefined;
  const known = target && (await detail());
  return target && known && own(link(() => target(known)));
};

const namesIn = async (
  directory: string,
  { pid }: ProcessRow,
  detail: () => Promise<ProcessDetail | undefined>,
): Promise<Names> => {
  if (directory === 'task') return [[String(pid), DIRECTORY]];
  const kind = directory === 'fd' ? LINK : OWN_FILE;
  return ((await detail())?.fds ?? []).map(({ fd }) => [String(fd), kind] as const);
};

const descriptorNode = async (
  directory: string,
  pid: number,
  name: string,
  source: ProcSource,
  own: (node: DynamicNode) => DynamicNode,
): Promise<DynamicNode | undefined> => {
  const found = (await source.detail(pid))?.fds.find(({ fd }) => String(fd) === name);
  if (found === undefined) return undefined;
  if (directory === 'fdinfo') return own({ ...textFile(() => fdinfoText(found)), mode: OWN_FILE });
  return own({ ...link(() => found.target), follow: () => source.fileNode(pid, found.fd) });
};
