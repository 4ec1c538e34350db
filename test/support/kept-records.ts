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

/** Each step and each movement among them by a name of its own. */
export function namesIn(records: readonly ArchiveRecord[]): string[] {
  return records.flatMap((record) => {
    if (record.kind === 'movement') {
      const { goodsId, version } = record as unknown as { goodsId: number; version: number };
      return [`goods ${goodsId}/${version}`];
    }
    if (record.kind !== 'order') return [];
    const { orderId, history } = record as unknown as {
      orderId: string;
      history: { step: number }[];
    };
    return history.map(({ step }) => `${orderId}/${step}`);
  });
}
