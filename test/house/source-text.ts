/**
 * TypeScript as text, with its comments and literals told apart from its code. The rules of the
 * house read this instead of a syntax tree: the compiler has no API to ask, and a rule that looks
 * at raw text would trip over its own messages.
 */
export interface Piece {
  readonly text: string;
  /** Offset in the file where the piece begins, its quote or slashes included. */
  readonly at: number;
}

export interface SourceText {
  /** The file with its comments, and the insides of its literals, turned to blanks. */
  readonly code: string;
  readonly comments: readonly Piece[];
  /** Strings and templates; what stands in a `${}` of a template is left out of its text. */
  readonly strings: readonly Piece[];
}

type Growing = { text: string; readonly at: number };

const TOKEN = new RegExp(
  [
    /\/\/[^\n]*|\/\*[\s\S]*?\*\//, // comments
    /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/, // strings
    /[\w$]+|\s+|[\s\S]/, // words, blanks, anything else
  ]
    .map((kind) => kind.source)
    .join('|'),
  'y',
);
const REGULAR_EXPRESSION = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE_CHUNK = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)?/y;
/** After one of these a slash begins a regular expression; after anything else it divides. */
const BEFORE_EXPRESSION =
  /^(?:[(,=:[!&|?{};+\-*%~^<>]|return|typeof|case|in|of|throw|else|await)?$/;

class Reader {
  readonly comments: Piece[] = [];
  readonly strings: Growing[] = [];
  private code = '';
  private at = 0;
  private previous = '';
  /** One entry for each open `${`: its template, and how many braces are open inside it. */
  private readonly holes: { template: Growing; braces: number }[] = [];
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  read(): SourceText {
    while (this.at < this.source.length) this.step();
    return { code: this.code, comments: this.comments, strings: this.strings };
  }

  private step(): void {
    const token = this.match(TOKEN);
    const kind = token[0] ?? '';
    if (token.startsWith('//') || token.startsWith('/*')) {
      this.comments.push({ text: token, at: this.at });
      this.take(blank(token));
    } else if ((kind === "'" || kind === '"') && token.length > 1) {
      this.strings.push({ text: token.slice(1, -1), at: this.at });
      this.take(hollow(token), kind);
    } else if (kind === '`') this.template();
    else if (kind === '}' && this.holes.at(-1)?.braces === 0)
      this.template(this.holes.pop()?.template);
    else if (kind === '/' && BEFORE_EXPRESSION.test(this.previous)) this.regularExpression();
    else this.plain(token);
  }

  private plain(token: string): void {
    const hole = this.holes.at(-1);
    if (hole && token === '{') hole.braces += 1;
    if (hole && token === '}') hole.braces -= 1;
    this.take(token, token.trim() || this.previous);
  }

  /** Reads one stretch of template text, from its backtick or from the end of a `${}`. */
  private template(open?: Growing): void {
    const template = open ?? { text: '', at: this.at };
    if (open === undefined) this.strings.push(template);
    this.take(this.source.charAt(this.at));
    const chunk = this.match(TEMPLATE_CHUNK);
    const ending = chunk.endsWith('${') ? '${' : chunk.endsWith('`') ? '`' : '';
    const text = chunk.slice(0, chunk.length - ending.length);
    template.text += ending === '${' ? `${text}\${}` : text;
    this.take(blank(text) + ending, ending === '${' ? '{' : '`');
    if (ending === '${') this.holes.push({ template, braces: 0 });
  }

  private regularExpression(): void {
    const found = this.match(REGULAR_EXPRESSION);
    if (found === '') this.plain('/');
    else this.take(hollow(found), '/');
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    return pattern.exec(this.source)?.[0] ?? '';
  }

  private take(code: string, previous = this.previous): void {
    this.code += code;
    this.at += code.length;
    this.previous = previous;
  }
}

export function readSource(source: string): SourceText {
  return new Reader(source).read();
}

/** The file without strings and regular expressions, but with its comments. */
export function codeWithComments(source: string, { code, comments }: SourceText): string {
  let text = code;
  for (const { at, text: comment } of comments) {
    text =
      text.slice(0, at) + source.slice(at, at + comment.length) + text.slice(at + comment.length);
  }
  return text;
}

export function lineAt(source: string, at: number): number {
  return source.slice(0, at).split('\n').length;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function hollow(text: string): string {
  return text.charAt(0) + blank(text.slice(1, -1)) + text.charAt(text.length - 1);
}
