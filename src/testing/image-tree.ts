// The tree of a machine in Node as in a browser: the userland that scripts/ports.mjs has built, over a new volume in
// memory that this machine serves itself.

import { createHash, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SysError } from '../abi/errno.ts';
import { browserClock, browserRandom } from '../host/browser-ports.ts';
import type { FetchImageFile, ImageManifest } from '../kernel/fs/imagefs/imagefs.ts';
import { INDEX, type PackageIndex, REPOSITORY } from '../kernel/fs/imagefs/packages.ts';
import { RemoteFs } from '../kernel/fs/remote/remote-fs.ts';
import { VolumeClient } from '../kernel/fs/remote/volume-client.ts';
import { Volume } from '../kernel/fs/tabfs/volume.ts';
import { fetchNotice } from '../kernel/station/fetch-notice.ts';
import { makeTree, type TreeParts } from '../kernel/station/machine-tree.ts';
import type { MakeTree } from './node-machine.ts';

const IMAGE = path.join(import.meta.dirname, '../../.cache/ports/image');
const PACKAGES = path.join(IMAGE, REPOSITORY, INDEX);

const loadManifest = async (): Promise<ImageManifest> => {
  let text: string;
  try {
    text = await readFile(path.join(IMAGE, 'manifest.json'), 'utf8');
  } catch (error) {
    throw new Error('the userland is not built: node scripts/ports.mjs', { cause: error });
  }
  return JSON.parse(text) as ImageManifest;
};

/** As many packages as are built. */
const loadPackages = async (): Promise<PackageIndex | undefined> =>
  existsSync(PACKAGES) ? (JSON.parse(await readFile(PACKAGES, 'utf8')) as PackageIndex) : undefined;

const fetchFile: FetchImageFile = async (name, sha256) => {
  const bytes = await readFile(path.join(IMAGE, name));
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash !== sha256) throw new SysError('EIO', `${name}: its content is not what the manifest says`);
  return new Uint8Array(bytes);
};

/** Rejects with the command to run when there is no userland yet. */
export const imageTree: MakeTree = async (kernel, station) => {
  const image = await loadManifest();
  const index = await loadPackages();
  const packages = index && { index, reload: loadPackages };
  return await treeWith(image, { fetchFile, onWait: fetchNotice(browserClock), packages })(kernel, station);
};

/** The tree of a machine with this image. */
export const treeWith =
  (image: ImageManifest, files: TreeParts['files']): MakeTree =>
  async (kernel, station) => {
    const volume = Volume.inMemory({ now: () => browserClock.now() });
    const client = new VolumeClient(randomInt(2 ** 47));
    client.connectLocal(volume);
    return await makeTree({
      root: new RemoteFs(client, 'root'),
      tmp: new RemoteFs(client, 'tmp'),
      shm: new RemoteFs(client, 'shm'),
      scratch: new RemoteFs(client, 'mounts'),
      fresh: volume.fresh,
      image,
      files,
      kernel,
      station,
      now: () => browserClock.now(),
      bootTime: browserClock.now(),
      random: browserRandom,
      memory: () => ({ total: 0, free: 0 }),
    });
  };
