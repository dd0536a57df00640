// The file system suite: what every file system must do, through whatever leads to it. Each case runs in an empty
// directory. To add a case: a row in the table of its area; it must hold on the real system as well.

import { DIRECTORY_CASES } from './fs-cases-directories.ts';
import { FILE_CASES } from './fs-cases-files.ts';
import { MANY_CASES } from './fs-cases-many.ts';
import { NAME_CASES } from './fs-cases-names.ts';
import { PATH_CASES } from './fs-cases-paths.ts';
import { PERMISSION_CASES } from './fs-cases-permissions.ts';
import type { FsCase } from './fs-system.ts';

export const FS_SUITE: readonly FsCase[] = [
  ...PATH_CASES,
  ...NAME_CASES,
  ...FILE_CASES,
  ...DIRECTORY_CASES,
  ...PERMISSION_CASES,
  ...MANY_CASES,
];
