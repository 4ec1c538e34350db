import winston from 'winston';
import { type Logger, type LogLevel, redact, redactText } from '../kernel/index.ts';

export type LogFormat = 'pretty' | 'json';

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly stream: NodeJS.WritableStream;
}

export function createLogger({ level, format, stream }: LoggerOptions): Logger {
  const inner = winston.createLogger({
    level,
    format: winston.format.combine(
      redacted(),
      winston.format.timestamp(),
      format === 'json' ? winston.format.json() : pretty(),
    ),
    transports: [new winston.transports.Stream({ stream })],
  });
  return wrap(inner);
}

/** For parts that run before or without a log: says nothing. */
export const silentLogger: Logger = wrap(winston.createLogger({ silent: true, transports: [] }));

function wrap(inner: winston.Logger): Logger {
  return {
    error: (message, fields) => void inner.error(message, fields),
    warn: (message, fields) => void inner.warn(message, fields),
    info: (message, fields) => void inner.info(message, fields),
    debug: (message, fields) => void inner.debug(message, fields),
    writes: (level) => !inner.silent && inner.isLevelEnabled(level),
    with: (fields) => wrap(inner.child(fields)),
  };
}

const redacted = winston.format((info) => {
  const { level, message, ...fields } = info;
  Object.assign(info, redact(fields), { level, message: redactText(String(message)) });
  return info;
});

const pretty = () =>
  winston.format.printf(({ timestamp, level, message, ...fields }) => {
    const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
    const time = String(timestamp).slice(11, 23);
    return `${time} ${level.padEnd(5)} ${String(message)}${facts.join('')}`;
  });
