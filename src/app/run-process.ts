import { AppError, codeOf, messageOf, pause, redactText } from '../kernel/index.ts';

/** What a process of Holdfast does between its start and its end. */
export interface Running {
  stop(): Promise<void>;
}

/** Longer than a worker drains, shorter than what supervisors usually grant. */
const STOP_DEADLINE_MS = 28_000;

/**
 * Runs something until it is told to stop: by SIGTERM or SIGINT, or because the launcher that
 * started it is gone. A second signal, or a stop that takes too long, ends it at once.
 */
export async function runProcess(start: () => Promise<Running>): Promise<void> {
  let running: Running | null = null;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    const late = pause(STOP_DEADLINE_MS).then(() => process.exit(1));
    await Promise.race([running?.stop(), late]);
    process.exit(0);
  };
  const stopOrFail = (): void => {
    stop().catch((error: unknown) => fail(error));
  };
  process.on('SIGTERM', stopOrFail);
  process.on('SIGINT', stopOrFail);
  process.on('disconnect', stopOrFail);
  try {
    running = await start();
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  const code = error instanceof AppError ? `${codeOf(error)}: ` : '';
  process.stderr.write(`holdfast: ${redactText(code + messageOf(error))}\n`);
  process.exit(1);
}

/** Tells the launcher, when there is one. */
export function tellLauncher(message: Readonly<Record<string, unknown>>): void {
  process.send?.(message);
}

/** Answers the launcher's questions, each by a message of the same type, for as long as it asks. */
export function answerLauncher(answers: Readonly<Record<string, () => object>>): void {
  process.on('message', (message: { readonly type?: string }) => {
    const { type = '' } = message;
    const answer = Object.hasOwn(answers, type) ? answers[type] : undefined;
    if (answer) tellLauncher({ type, ...answer() });
  });
}
