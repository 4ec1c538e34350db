import type { Session } from './command-session.ts';

/** What a command was given, as text: it is checked by whoever carries the command out. */
export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
export type Arguments = readonly (string | readonly string[] | undefined)[];

/** One command: what it is called, what it says of itself, and what it does. */
export interface Plan {
  readonly name: string;
  /** In the notation of its usage line, such as `<goodsId>` or `[queue...]`. */
  readonly takes?: string;
  readonly summary: string;
  /** What more there is to know; ends with a full stop. */
  readonly more?: string;
  readonly options?: readonly (readonly [flags: string, text: string])[];
  readonly examples: readonly string[];
  /** Hands over whatever it does not know itself. */
  readonly passesOn?: boolean;
  readonly act: (session: Session, given: Arguments, options: Options) => Promise<void>;
}

export interface PlanGroup {
  readonly name: string;
  readonly summary: string;
  readonly plans: readonly Plan[];
  /** Nouns within this one. */
  readonly groups?: readonly PlanGroup[];
}
