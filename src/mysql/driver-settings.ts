/** How the driver shall speak with the server, over whatever connection. */
export function driverSettings(url: string) {
  return {
    uri: url,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    // Values never become part of a text here: the driver escapes every one of them.
    multipleStatements: true,
    connectTimeout: 3000,
  };
}

/** `host:port/database` of a URL: what may be shown of it. */
export function databaseAddress(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 3306}${pathname}`;
}
