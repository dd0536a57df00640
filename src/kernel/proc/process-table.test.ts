import { expect, test } from 'vitest';
import { SIGNAL, signalName } from '../../abi/signals.ts';
import { CONTINUED_STATUS, exitedStatus, stoppedStatus, WAIT } from '../../abi/wait.ts';
import { Cancel } from '../wait-queue.ts';
import type { Process, StationLink } from './process.ts';
import { ProcessTable } from './process-table.ts';

const TIMES = { utime: 0, stime: 0 };

const setup = (limit = 100) => {
  const sent: string[] = [];
  const ended: number[] = [];
  const station: StationLink = {
    id: 1,
    signal: (pid, signal) => sent.push(`${pid} ${signalName(signal)}`),
    reparented: () => {},
  };
  const table = new ProcessTable({ now: () => 0, limit, events: { sessionEnded: (sid) => ended.push(sid) } });
  const shell = table.spawn(station, 1000, 1000);
  const wait = (p: Process, target = -1, options = 0, cancel = new Cancel()) => table.wait(p, target, options, cancel);
  return { table, station, shell, sent, ended, wait, fork: (p: Process) => table.fork(p, station) };
};

test('a child inherits group, session and user', () => {
  const { shell, fork } = setup();
  const child = fork(shell);
  expect([child.pgid, child.sid, child.uid, child.parent]).toEqual([shell.pid, shell.pid, 1000, shell]);
});

test('wait gives a zombie once, then ECHILD', async () => {
  const { shell, fork, table, wait } = setup();
  const child = fork(shell);
  table.exit(child, exitedStatus(3), TIMES);
  expect(await wait(shell)).toMatchObject({ pid: child.pid, status: exitedStatus(3) });
  await expect(wait(shell)).rejects.toThrow('ECHILD');
});

test('WNOWAIT leaves the zombie to be waited for, and WLIVING does not see it', async () => {
  const { shell, fork, table, wait } = setup();
  const child = fork(shell);
  table.exit(child, exitedStatus(3), TIMES);
  await expect(wait(shell, -1, WAIT.LIVING)).rejects.toThrow('ECHILD');
  expect(await wait(shell, -1, WAIT.NOWAIT)).toMatchObject({ status: exitedStatus(3) });
  expect(await wait(shell)).toMatchObject({ status: exitedStatus(3) });
  await expect(wait(shell)).rejects.toThrow('ECHILD');
});

test('continue-then-exit: that a child went on is told though it has ended meanwhile', async () => {
  const { shell, fork, table, wait } = setup();
  const child = fork(shell);
  table.stopped(child, SIGNAL.SIGSTOP);
  table.continued(child);
  table.exit(child, exitedStatus(9), TIMES);
  const only = WAIT.LIVING | WAIT.CONTINUED;
  expect(await wait(shell, -1, only)).toMatchObject({ status: CONTINUED_STATUS });
  await expect(wait(shell, -1, only)).rejects.toThrow('ECHILD');
  expect(await wait(shell)).toMatchObject({ status: exitedStatus(9) });
});

test('wait sleeps until the child ends, and a signal makes it give up', async () => {
  const { shell, fork, table, wait } = setup();
  const child = fork(shell);
  const cancel = new Cancel();
  const interrupted = wait(shell, -1, 0, cancel);
  const lasting = wait(shell);
  cancel.cancel();
  await expect(interrupted).rejects.toThrow('EINTR');
  table.exit(child, exitedStatus(0), TIMES);
  expect((await lasting)?.pid).toBe(child.pid);
});

test('WNOHANG with nothing to tell gives null', async () => {
  const { shell, fork, wait } = setup();
  fork(shell);
  expect(await wait(shell, -1, WAIT.NOHANG)).toBeNull();
});

test('stops and continuations are told once, and only to those who ask', async () => {
  const { shell, fork, table, wait } = setup();
  const child = fork(shell);
  table.stopped(child, SIGNAL.SIGTSTP);
  expect(await wait(shell, -1, WAIT.NOHANG)).toBeNull();
  expect((await wait(shell, -1, WAIT.UNTRACED))?.status).toBe(stoppedStatus(SIGNAL.SIGTSTP));
  expect(await wait(shell, -1, WAIT.UNTRACED | WAIT.NOHANG)).toBeNull();
  table.continued(child);
  expect((await wait(shell, -1, WAIT.CONTINUED))?.status).toBe(CONTINUED_STATUS);
});

test('the parent of an ended child is woken before it gets SIGCHLD', async () => {
  const { shell, fork, table, sent, wait } = setup();
  const child = fork(shell);
  const waiting = wait(shell);
  table.exit(child, 0, TIMES);
  expect(sent).toEqual([`${shell.pid} SIGCHLD`]);
  expect((await waiting)?.pid).toBe(child.pid);
});

test('orphans go to init, which reaps them', () => {
  const { shell, fork, table } = setup();
  const child = fork(shell);
  const grandchild = fork(child);
  table.exit(child, 0, TIMES);
  expect(grandchild.parent).toBe(table.init);
  table.exit(grandchild, 0, TIMES);
  expect(table.find(grandchild.pid)).toBeUndefined();
});

test('with SIGCHLD ignored a child leaves no zombie', async () => {
  const { shell, fork, table, wait } = setup();
  shell.autoReap = true;
  const child = fork(shell);
  const waiting = wait(shell);
  table.exit(child, 0, TIMES);
  await expect(waiting).rejects.toThrow('ECHILD');
  expect(table.find(child.pid)).toBeUndefined();
});

test('setpgid: own child before execve, within the session, not a session leader', () => {
  const { shell, fork, table } = setup();
  const child = fork(shell);
  table.setpgid(shell, child.pid, 0);
  expect(child.pgid).toBe(child.pid);
  child.hasExeced = true;
  expect(() => table.setpgid(shell, child.pid, shell.pid)).toThrow('EACCES');
  expect(() => table.setpgid(shell, 0, 0)).toThrow('EPERM');
  const other = fork(shell);
  expect(() => table.setpgid(shell, other.pid, 999)).toThrow('EPERM');
  expect(() => table.setpgid(other, child.pid, 0)).toThrow('ESRCH');
  expect(() => table.setpgid(shell, other.pid, -1)).toThrow('EINVAL');
});

test('kill reaches a process, a group, the own group and everybody', () => {
  const { shell, fork, table, sent } = setup();
  const a = fork(shell);
  const b = fork(shell);
  table.setpgid(shell, a.pid, 0);
  table.setpgid(shell, b.pid, a.pid);
  table.kill(shell, a.pid, SIGNAL.SIGTERM);
  table.kill(shell, -a.pid, SIGNAL.SIGHUP);
  table.kill(a, 0, SIGNAL.SIGINT);
  table.kill(shell, -1, SIGNAL.SIGUSR1);
  expect(sent).toEqual([
    `${a.pid} SIGTERM`,
    `${a.pid} SIGHUP`,
    `${b.pid} SIGHUP`,
    `${a.pid} SIGINT`,
    `${b.pid} SIGINT`,
    `${a.pid} SIGUSR1`,
    `${b.pid} SIGUSR1`,
  ]);
  expect(() => table.kill(shell, 9999, 0)).toThrow('ESRCH');
  expect(() => table.kill(shell, a.pid, 65)).toThrow('EINVAL');
  expect(() => table.kill(shell, 1, SIGNAL.SIGTERM)).toThrow('EPERM');
});

test("another user's process cannot be signalled", () => {
  const { table, station, shell } = setup();
  const other = table.spawn(station, 1001, 1001);
  expect(() => table.kill(shell, other.pid, SIGNAL.SIGTERM)).toThrow('EPERM');
});

test('a stopped group that becomes orphaned gets SIGHUP and SIGCONT', () => {
  const { shell, fork, table, sent } = setup();
  const job = fork(shell);
  table.setpgid(shell, job.pid, 0);
  table.stopped(job, SIGNAL.SIGTSTP);
  sent.length = 0;
  table.exit(shell, 0, TIMES);
  expect(sent).toContain(`${job.pid} SIGHUP`);
  expect(sent).toContain(`${job.pid} SIGCONT`);
});

test('the end of a session leader with a terminal is told', () => {
  const { shell, table, ended } = setup();
  shell.tty = 0;
  table.exit(shell, 0, TIMES);
  expect(ended).toEqual([shell.sid]);
});

test('at the limit a fork is refused, and works again after an end', () => {
  const { shell, fork, table } = setup(3);
  const child = fork(shell);
  expect(() => fork(shell)).toThrow('EAGAIN');
  shell.autoReap = true;
  table.exit(child, 0, TIMES);
  expect(fork(shell).pid).toBeGreaterThan(child.pid);
});

test('a process that is being killed has no more children', () => {
  const { shell, fork, table } = setup();
  const child = fork(shell);
  table.kill(shell, child.pid, SIGNAL.SIGKILL);
  expect(() => fork(child)).toThrow('EAGAIN');
});

test('a group whose only member is a zombie is still there', () => {
  const { shell, fork, table } = setup();
  const first = fork(shell);
  table.setpgid(shell, first.pid, 0);
  table.exit(first, 0, TIMES);
  const second = fork(shell);
  table.setpgid(shell, second.pid, first.pid);
  expect(second.pgid).toBe(first.pid);
  expect(table.hasGroup(shell.sid, 9999)).toBe(false);
});
