// The third-party cases for shells, and the program that judges them: a folder that is not part of this repository
// (its README says where they come from). The runner is used as it is; only how a script reaches the shell is ours.

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NodeMachine } from '../../node-machine.ts';

const ROOT = path.join(import.meta.dirname, '../../../..');
const FOLDER = process.env['TABOS_CONFORMANCE'] ?? path.join(ROOT, '../shared/conformance');

export const SHELLS = ['dash', 'bash', 'mksh'] as const;
export type ShellName = (typeof SHELLS)[number];

/** The suites that test a shell. Those that use a shell to test other tools (just-bash, coreutils) are about the tools. */
const SUITES = /^(oils|brush|yash-posix|yash-signals|mvdan-sh|mksh|freebsd-sh|smoosh|busybox-sh|toybox-sh)\.jsonl$/;

/** Commands that write differently by whose they are: what depends on them says nothing of the shell. */
const BY_THE_TOOL = /^uses:(wc|ps|od|ls|diff)$/;

/** bash is what the cases of its own language are for; the others take those of the standard. */
const DIALECT: Readonly<Record<ShellName, string>> = { dash: 'sh', bash: 'bash', mksh: 'sh' };

export interface Case {
  readonly id: string;
  readonly suite: string;
  readonly dialect?: string;
  readonly tags?: readonly string[];
}

export interface Verdict {
  readonly id: string;
  readonly pass: boolean;
  readonly reason?: string;
}

interface Executor {
  open?(): Promise<void>;
  reset?(): Promise<void>;
  raw?(script: string | Uint8Array, stdin: unknown): Promise<RawResult>;
}

interface RawResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly code: number;
  readonly timedOut: boolean;
}

interface Options {
  readonly template?: string;
  readonly shellName: string;
  readonly bashName: string;
}

/** run-cases.mjs, as far as it is used. */
interface Runner {
  readonly PageExecutor: new (options: Options) => Executor;
  readonly NativeExecutor: new (options: Options) => Executor;
  readonly bytes: (value: unknown) => Uint8Array;
  readonly loadCases: (files: readonly string[]) => Case[];
  readonly runCase: (c: Case, executor: Executor, options: { readonly timeoutMs: number }) => Promise<Verdict>;
}

export const hasCases = existsSync(path.join(FOLDER, 'run-cases.mjs'));

export const loadRunner = async (): Promise<Runner> =>
  (await import(pathToFileURL(path.join(FOLDER, 'run-cases.mjs')).href)) as Runner;

/** `shard` 'I/N' takes every Nth case, from the Ith on. */
export const casesFor = (runner: Runner, shell: ShellName, shard: string): Case[] => {
  const [index = 0, count = 1] = shard.split('/').map(Number);
  const files = readdirSync(path.join(FOLDER, 'cases')).filter((name) => SUITES.test(name));
  return runner
    .loadCases(files.sort().map((name) => path.join(FOLDER, 'cases', name)))
    .filter(({ suite }) => suite !== 'mksh' || shell === 'mksh')
    .filter(({ dialect = 'sh' }) => dialect === DIALECT[shell])
    .filter(({ tags = [] }) => !tags.some((tag) => BY_THE_TOOL.test(tag)))
    .filter((_case, i) => i % count === index);
};

/** Runs cases by the shell of this computer. */
export const nativeExecutor = (runner: Runner, shell: ShellName): Executor =>
  new runner.NativeExecutor({ template: `${shell} {file}`, shellName: shell, bashName: shell });

const CASE_MS = 20_000;
/** How long what a case leaves running may hold its output. */
const LINGER_MS = 300;

/** Runs cases by the shell of a machine. */
export const tabosExecutor = (runner: Runner, shell: ShellName, machine: NodeMachine): Executor => {
  const { PageExecutor, bytes } = runner;
  class MachineExecutor extends PageExecutor {
    override async open(): Promise<void> {}
    override async reset(): Promise<void> {}
    override async raw(script: string | Uint8Array, stdin: unknown): Promise<RawResult> {
      const argv = ['/bin/sh', '-c', new TextDecoder().decode(bytes(script))];
      const input = new Uint8Array(bytes(stdin));
      const { exitCode, stdout, stderr, timedOut } = await machine.capture(argv, {
        stdin: input,
        timeout: CASE_MS,
        linger: LINGER_MS,
      });
      return { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), code: exitCode, timedOut };
    }
  }
  return new MachineExecutor({ shellName: shell, bashName: shell });
};

/** Runs cases, a few at a time. */
export const runCases = async (runner: Runner, cases: readonly Case[], executor: Executor): Promise<Verdict[]> => {
  const queue = [...cases];
  const verdicts: Verdict[] = [];
  const work = async (): Promise<void> => {
    for (let c = queue.shift(); c !== undefined; c = queue.shift()) {
      verdicts.push(await runner.runCase(c, executor, { timeoutMs: CASE_MS + 1000 }));
    }
  };
  await Promise.all([work(), work()]);
  return verdicts;
};
