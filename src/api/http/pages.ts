/** Nothing but files and answers of ours, whatever a name or a reason may hold. */
export const STRICT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page that lets people in; no script. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 10vh auto; padding: 0 1.5rem; }
a { color: inherit; }
dt { font-weight: 600; margin-top: 1rem; }
dd { margin: 0; }
input, button { font: inherit; padding: .5rem .75rem; }
input { width: min(24rem, 100%); box-sizing: border-box; }
.wrong { color: #c33; }
`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="/console/icon.svg">
<link rel="stylesheet" href="/page.css"></head>
<body><main>${body}</main></body></html>
`;
}

/** Where a login leads: a page of our own, never another site. */
export function safeTarget(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])[\w\-./?=&%]*$/.test(next) ? next : '/';
}

export function loginPage(next: string, wrong = false): string {
  const target = escaped(safeTarget(next));
  return page(
    'Holdfast: log in',
    `<h1>Holdfast</h1>
<p>Log in with a token of the role viewer or operator. After <code>npm start</code> it is in
<code>.holdfast/run.json</code>.</p>
${wrong ? '<p class="wrong" role="alert">This token is not known here.</p>' : ''}
<form method="post" action="/login"><input type="hidden" name="next" value="${target}">
<p><label for="token">Token</label><br><input id="token" name="token" type="password" required
autocomplete="current-password"></p><p><button>Log in</button></p></form>`,
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
