import { expect, test } from 'vitest';
import { SysError } from '../../abi/errno.ts';
import type { MountRow } from '../link.ts';
import type { CallContext } from '../proc/serve.ts';
import { type MountPort, MountRows } from './mount-rows.ts';

const context: CallContext = { canceled: false, onCancel: () => {} };
const row: Omit<MountRow, 'id'> = { source: 'none', target: '/m', type: 'tmpfs', flags: 0, data: '', root: 20 };

/** A station that keeps what it is told. */
const station = (busy = false): { port: MountPort; told: unknown[] } => {
  const told: unknown[] = [];
  return { told, port: { notify: (op, ...args) => void told.push([op, ...args]), call: async () => busy } };
};

test('what one station mounts the others are told, those that come later as well', async () => {
  const rows = new MountRows();
  const [a, b, c] = [station(), station(), station()];
  const calls = rows.connect(1, () => a.port);
  rows.connect(2, () => b.port);
  expect(await calls.mount(context, row)).toBe(1);
  expect(a.told).toEqual([]);
  expect(b.told).toEqual([['mounted', { ...row, id: 1 }]]);
  expect(await rows.connect(3, () => c.port).mountRows(context)).toEqual([{ ...row, id: 1 }]);
  await calls.umount(context, 1, false);
  expect(b.told.at(-1)).toEqual(['unmounted', 1]);
  expect(await calls.mountRows(context)).toEqual([]);
});

test('what another station uses stays, unless it does not matter or that station is gone', async () => {
  const rows = new MountRows();
  const calls = rows.connect(1, () => station().port);
  rows.connect(2, () => station(true).port);
  for (const target of ['/a', '/b']) await calls.mount(context, { ...row, target });
  await expect(async () => calls.umount(context, 1, false)).rejects.toThrow(new SysError('EBUSY'));
  await calls.umount(context, 1, true);
  rows.disconnect(2);
  await calls.umount(context, 2, false);
  await expect(async () => calls.umount(context, 2, false)).rejects.toThrow('EINVAL');
});
