import { createHash } from 'node:crypto';

/** How large a Bloom filter is. */
export interface FilterSize {
  readonly bits: number;
  /** Bits that each member sets. */
  readonly hashes: number;
}

/** The smallest filter that says "perhaps" wrongly to this share of strangers when it is full. */
export function filterSize(members: number, falseShare: number): FilterSize {
  const perMember = -Math.log(falseShare) / Math.LN2 ** 2;
  return {
    bits: Math.ceil(members * perMember),
    hashes: Math.max(1, Math.round(perMember * Math.LN2)),
  };
}

/** The share of strangers that a filter with so many members says "perhaps" to. */
export function falseShareOf({ bits, hashes }: FilterSize, members: number): number {
  return (1 - Math.exp((-hashes * members) / bits)) ** hashes;
}

/** Two numbers out of which all places of a member are made; scripts do that on the server. */
export function hashesOf(id: number): readonly [number, number] {
  const digest = createHash('sha1').update(String(id)).digest();
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)];
}
