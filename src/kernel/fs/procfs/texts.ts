// Nodes of /proc: texts that are made when they are read, and links.

import { S } from '../../../abi/file.ts';
import { bytesOf } from '../../../base/bytes.ts';
import type { Caller } from '../../vfs/filesystem.ts';
import type { Awaitable } from '../../vfs/flow.ts';
import type { DynamicNode } from '../dynamic/dynamic-fs.ts';

export const DIRECTORY = S.IFDIR | 0o555;
export const FILE = S.IFREG | 0o444;
export const LINK = S.IFLNK | 0o777;

export const textFile = (text: () => Awaitable<string>): DynamicNode => ({
  mode: FILE,
  content: async () => bytesOf(await text()),
});

export const link = (target: (caller: Caller) => Awaitable<string>): DynamicNode => ({ mode: LINK, target });
