// Where a volume keeps its metadata: a checkpoint (the whole state as records) and the records of what happened since.
//
// A record is opaque bytes and is atomic: after a crash it is there wholly or not at all, and never without all those
// before it. `append` returning is the acknowledgement: the record outlives this thread, or with `collect` will from the
// next `writeOut` on. `flush` returning means that it is on durable storage.

export interface AppendOptions {
  /** The record gives space back and may use what is kept for such ones. */
  readonly frees?: boolean;
  /** Write it only with `writeOut`, or when there is much. */
  readonly collect?: boolean;
  /** How many bytes it makes the next checkpoint longer, besides its own length. */
  readonly weight?: number;
}

export interface MetadataStore {
  /**
   * Hand over every record, in order: those of the checkpoint, then those appended since. `proven` is false for those
   * after the last flush: the data they speak of may be missing after a failure of power. When `visit` gives false,
   * that record and those after it are dropped for good. False when the store is new and holds nothing.
   */
  load(visit: (record: Uint8Array, proven: boolean) => boolean): boolean;
  /** ENOSPC, EIO; then nothing was added. */
  append(record: Uint8Array, options?: AppendOptions): void;
  /** Write what was collected. EIO; then it is kept, and nothing can be appended before it could be written. */
  writeOut(): void;
  /** It was written by an earlier version of this system: nothing can be appended before a checkpoint. */
  readonly outdated: boolean;
  /** Enough has been appended that the next mount would be slow, or it is outdated. */
  readonly checkpointDue: boolean;
  /** Replace everything by the state that these records describe. On ENOSPC or EIO all is as before. */
  checkpoint(records: Iterable<Uint8Array>): void;
  /** The data that all records so far speak of is on durable storage: note that, and bring the records there too.
   *  ENOSPC when there is no room for the note, EIO. */
  flush(): void;
  close(): void;
}

/** For volumes that end with their memory: there is nobody who could load them again. */
export class VolatileMetadataStore implements MetadataStore {
  readonly outdated = false;
  readonly checkpointDue = false;

  load(): boolean {
    return false;
  }

  append(): void {}

  writeOut(): void {}

  checkpoint(): void {}

  flush(): void {}

  close(): void {}
}
