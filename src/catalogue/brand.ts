/** Who makes goods. */
export interface BrandDraft {
  readonly name: string;
  /** Where its picture is; null when it has none. */
  readonly logo: string | null;
}

export interface Brand extends BrandDraft {
  readonly brandId: number;
  readonly version: number;
}

export function isSameBrand(one: BrandDraft, other: BrandDraft): boolean {
  return one.name === other.name && one.logo === other.logo;
}
