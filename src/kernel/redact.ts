const SECRET_KEY =
  /pass(word|wd)?$|secret|token|authorization|cookie|signature|api-?key|card|phone|address/i;
const URL_SECRET = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]*@/gi;

/** Takes passwords out of anything that looks like a URL. */
export function redactText(text: string): string {
  return text.replace(URL_SECRET, '$1:***@');
}

/** A copy fit for a log line: values under secret names are starred, URLs lose their passwords. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if (value instanceof Error) return redactText(value.message);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_KEY.test(key) ? '***' : redact(item, depth + 1),
    ]),
  );
}
