import { AppError, type Logger } from '../kernel/index.ts';

export interface Wanted {
  readonly host: string;
  readonly number: number;
  readonly isChosen: boolean;
  /** What is to listen there, for people. */
  readonly what: string;
  /** The setting that names the port. */
  readonly setting: string;
}

/** Listens where it shall, or beside it when nobody chose the port and somebody else has it. */
export async function listenNear<T>(
  wanted: Wanted,
  logger: Logger,
  listen: (port: number) => Promise<T>,
): Promise<T> {
  const { host, number, isChosen, what, setting } = wanted;
  try {
    return await listen(number);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE' && !isChosen) {
      logger.warn(`port ${number} is taken; ${what} moves to a free one`, { port: number });
      return await listen(0);
    }
    throw new AppError(
      'port-unusable',
      `${what} cannot listen on ${host}:${number} (${code ?? 'unknown'}); ` +
        `free it, or set ${setting} to another port, or to 0 for any`,
      { cause: error },
    );
  }
}
