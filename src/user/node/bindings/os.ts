// internalBinding('os') (node_os.cc).

import { decode } from '../encodings.ts';
import type { Dict, MakeBinding } from '../runtime.ts';

const GIGABYTE = 2 ** 30;

export const os: MakeBinding = (node) => {
  const { host } = node;
  const text = (path: string): string => {
    try {
      const fd = node.fs.calls.open(path, 0, 0);
      try {
        return host.decodeUtf8(node.fs.calls.readAll(fd));
      } finally {
        node.fs.calls.close(fd);
      }
    } catch {
      return '';
    }
  };
  const uid = (): number => (node.binding('credentials')['getuid'] as () => number)();
  const env = (): Record<string, string | undefined> => node.process['env'] as Record<string, string | undefined>;
  const memory = (name: string): number => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text('/proc/meminfo'));
    return match === null || match[1] === '0' ? GIGABYTE : Number(match[1]) * 1024;
  };
  return {
    isBigEndian: false,
    getHostname: () => text('/etc/hostname').trim() || 'tabos',
    getOSInformation: () => ['Linux', '#1 TabOS', '6.1.0-tabos', 'x86_64'],
    getLoadAvg: (values: Float64Array): void => {
      const loads = text('/proc/loadavg').split(' ');
      for (let i = 0; i < 3; i++) values[i] = Number(loads[i]) || 0;
    },
    getUptime: () => Number(text('/proc/uptime').split(' ')[0]) || host.now() / 1000,
    getTotalMem: () => memory('MemTotal'),
    getFreeMem: () => memory('MemAvailable'),
    getCPUs: () => Array.from({ length: host.cores }, () => ['WebAssembly', 0, 0, 0, 0, 0, 0]).flat(),
    getAvailableParallelism: () => host.cores,
    getInterfaceAddresses: () => ['lo', '127.0.0.1', '255.0.0.0', 'IPv4', '00:00:00:00:00:00', true, -1],
    getHomeDirectory: () => env()['HOME'] ?? node.users.byId(uid())?.home ?? '/',
    getUserInfo: (options: { encoding?: unknown } | undefined, context: Dict): unknown => {
      const user = node.users.byId(uid());
      if (user === undefined) {
        Object.assign(context, {
          syscall: 'uv_os_get_passwd',
          code: 'ENOENT',
          errno: -2,
          message: node.uv.messageOf(-2),
        });
        return undefined;
      }
      const encoding = options?.encoding;
      const shown = (value: string): unknown => {
        const bytes = host.encodeUtf8(value);
        if (encoding === 'buffer') return node.buffer(bytes);
        return typeof encoding === 'string' ? decode(bytes, encoding, host.decodeUtf8) : value;
      };
      const { uid: id, gid, name, home, shell } = user;
      return { uid: id, gid, username: shown(name), homedir: shown(home), shell: shown(shell) };
    },
    getPriority: () => 0,
    setPriority: () => 0,
  };
};
