// Where the volume of a machine lies in the origin private file system, and the Web Lock that whoever opens it holds.

export const directoryOf = async (machine: string): Promise<FileSystemDirectoryHandle> => {
  const origin = await navigator.storage.getDirectory();
  const machines = await origin.getDirectoryHandle('tabos', { create: true });
  return await machines.getDirectoryHandle(machine, { create: true });
};

export const volumeLock = (machine: string): string => `tabos-volume:${machine}`;
