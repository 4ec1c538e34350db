export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogFields = Readonly<Record<string, unknown>>;

/** What rooms log through: a sentence, and the facts beside it. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** Is this level written at all? Ask before building costly fields. */
  writes(level: LogLevel): boolean;
  /** The same logger with these fields on every line. */
  with(fields: LogFields): Logger;
}
