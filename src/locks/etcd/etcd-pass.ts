import type { Account } from '../server-list.ts';
import { answerIn, type Spoken } from './etcd-words.ts';

const UNAUTHENTICATED = 16;
const INVALID = 3;

type Say = (path: string, text: string) => Promise<Spoken>;

/**
 * The token that the cluster gives for the account of the URL. It ends when it was not used for
 * some minutes, or when somebody changes the users; then the servers refuse it, and the next one
 * is asked for.
 */
export class EtcdPass {
  readonly #account: Account;
  #token: string | undefined;
  #entering: Promise<Spoken | undefined> | undefined;

  constructor(account: Account) {
    this.#account = account;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#token === undefined ? {} : { authorization: this.#token };
  }

  /** Undefined when there is a token; else what the server said instead of giving one. */
  async enter(say: Say): Promise<Spoken | undefined> {
    if (this.#token !== undefined) return undefined;
    // Once for all who ask meanwhile: a server takes its time over a password.
    this.#entering ??= this.#ask(say).finally(() => {
      this.#entering = undefined;
    });
    return this.#entering;
  }

  /** The servers did not take the token that these headers have. */
  refused({ authorization }: Readonly<Record<string, string>>): void {
    if (authorization === this.#token) this.#token = undefined;
  }

  async #ask(say: Say): Promise<Spoken | undefined> {
    const { user, password } = this.#account;
    const spoken = await say('/v3/auth/authenticate', JSON.stringify({ name: user, password }));
    const answer = spoken.kind === 'said' ? answerIn(spoken.status, spoken.text) : undefined;
    this.#token = answer?.kind === 'ok' ? answer.reply.token : undefined;
    return this.#token === undefined ? spoken : undefined;
  }
}

/** Does the server not know who is asking, or from before a change of its users? */
export function isSignedOut(spoken: Spoken): boolean {
  if (spoken.kind !== 'said' || spoken.status === 200) return false;
  const answer = answerIn(spoken.status, spoken.text);
  if (answer?.kind !== 'refused') return false;
  const { code, message } = answer;
  return code === UNAUTHENTICATED || (code === INVALID && /auth store|user name/.test(message));
}
