import type { ArchiveRecord } from '../../src/archive/index.ts';

/** Keeps what is archived in memory; a test may look at the database each time. */
export class KeptRecords {
  readonly path = 'memory';
  readonly records: ArchiveRecord[] = [];
  private readonly look: (records: readonly ArchiveRecord[]) => Promise<void>;

  constructor(look: (records: readonly ArchiveRecord[]) => Promise<void> = async () => undefined) {
    this.look = look;
  }

  async keep(records: readonly ArchiveRecord[]): Promise<void> {
    await this.look(records);
    this.records.push(...records);
  }

  of(kind: ArchiveRecord['kind']): readonly ArchiveRecord[] {
    return this.records.filter((record) => record.kind === kind);
  }
}
