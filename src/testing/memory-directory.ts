// A FileSystemDirectoryHandle in memory, as far as the standard (https://fs.spec.whatwg.org/) says what it does: for tests
// of what a browser only does with a user, such as taking the permission away.

const fail = (name: string): never => {
  throw new DOMException(name, name);
};

class MemoryFile {
  readonly kind = 'file';
  name: string;
  content: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  lastModified = 1000;
  private readonly disk: MemoryDisk;
  parent: MemoryDirectory;

  constructor(disk: MemoryDisk, parent: MemoryDirectory, name: string) {
    this.disk = disk;
    this.parent = parent;
    this.name = name;
  }

  async getFile(): Promise<File> {
    this.disk.check();
    if (this.parent.entries_.get(this.name) !== this) fail('NotFoundError');
    return new File([this.content], this.name, { lastModified: this.lastModified });
  }

  async createWritable({ keepExistingData = false } = {}): Promise<unknown> {
    this.disk.check();
    let copy = keepExistingData ? this.content.slice() : new Uint8Array(0);
    const resize = (size: number): void => {
      const next = new Uint8Array(size);
      next.set(copy.subarray(0, size));
      copy = next;
    };
    let position = 0;
    return {
      write: async (chunk: ArrayBuffer | { position: number; data: Uint8Array }) => {
        this.disk.check();
        const at = chunk instanceof ArrayBuffer ? position : chunk.position;
        const data = chunk instanceof ArrayBuffer ? new Uint8Array(chunk) : chunk.data;
        if (copy.length < at + data.length) resize(at + data.length);
        copy.set(data, at);
        position = at + data.length;
      },
      truncate: async (size: number) => resize(size),
      close: async () => {
        this.disk.check();
        this.content = copy;
        this.lastModified++;
      },
    };
  }
}

class MovableFile extends MemoryFile {
  async move(parent: MemoryDirectory, name: string): Promise<void> {
    this.parent.entries_.delete(this.name);
    this.parent = parent;
    this.name = name;
    parent.entries_.set(name, this);
  }
}

class MemoryDirectory {
  readonly kind = 'directory';
  readonly name: string;
  readonly entries_ = new Map<string, MemoryFile | MemoryDirectory>();
  private readonly disk: MemoryDisk;

  constructor(disk: MemoryDisk, name: string) {
    this.disk = disk;
    this.name = name;
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<MemoryFile> {
    this.disk.check(name);
    const found = this.entries_.get(name);
    if (found instanceof MemoryDirectory) return fail('TypeMismatchError');
    if (found) return found;
    if (!create) return fail('NotFoundError');
    const File_ = this.disk.movable ? MovableFile : MemoryFile;
    const made = new File_(this.disk, this, name);
    this.entries_.set(name, made);
    return made;
  }

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<MemoryDirectory> {
    this.disk.check(name);
    const found = this.entries_.get(name);
    if (found instanceof MemoryFile) return fail('TypeMismatchError');
    if (found) return found;
    if (!create) return fail('NotFoundError');
    const made = new MemoryDirectory(this.disk, name);
    this.entries_.set(name, made);
    return made;
  }

  async removeEntry(name: string, { recursive = false } = {}): Promise<void> {
    this.disk.check(name);
    const found = this.entries_.get(name);
    if (!found) fail('NotFoundError');
    if (found instanceof MemoryDirectory && found.entries_.size > 0 && !recursive) fail('InvalidModificationError');
    this.entries_.delete(name);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<[string, MemoryFile | MemoryDirectory]> {
    this.disk.check();
    yield* this.entries_;
  }
}

export class MemoryDisk {
  /** What the user has given. */
  permitted = true;
  readonly movable: boolean;
  private readonly directory = new MemoryDirectory(this, 'disk');

  /** @param movable files have `move`, as in Chromium */
  constructor(movable: boolean) {
    this.movable = movable;
  }

  get root(): FileSystemDirectoryHandle {
    return this.directory as unknown as FileSystemDirectoryHandle;
  }

  check(name?: string): void {
    if (!this.permitted) fail('NotAllowedError');
    if (name !== undefined && /[\\:*?]/.test(name)) throw new TypeError('Name is not allowed.');
  }
}
