import { expect } from 'chai';
import { codeWithComments, lineAt, readSource } from './source-text.ts';

const strings = (source: string) => readSource(source).strings.map((piece) => piece.text);
const comments = (source: string) => readSource(source).comments.map((piece) => piece.text);
const code = (source: string) => readSource(source).code.replace(/ +/g, ' ').trim();

describe('source text', () => {
  it('keeps every offset and line where it was', () => {
    const source = "const a = 'x\\'y'; // it's\n/* two\nlines */ const b = `p${a}q\n${b}`;\n";
    const read = readSource(source);
    expect(read.code.length).to.equal(source.length);
    expect(read.code.split('\n').length).to.equal(source.split('\n').length);
    expect(lineAt(source, read.code.indexOf('const b'))).to.equal(3);
  });

  it('tells comments from strings that look like comments', () => {
    expect(strings("const url = 'http://host'; // 'no string'")).to.deep.equal(['http://host']);
    expect(comments("const url = 'http://host'; // 'no string'")).to.deep.equal(["// 'no string'"]);
  });

  it('tells a regular expression from a division', () => {
    expect(code('const r = /[/"]a`/g; const s = 1;')).to.equal('const r = / g; const s = 1;');
    expect(code('const q = a / b / c; f()')).to.equal('const q = a / b / c; f()');
    expect(strings("x.replace(/'/g, 'y')")).to.deep.equal(['y']);
    expect(strings("const half = (a + b) / 2; const c = 'z';")).to.deep.equal(['z']);
  });

  it('reads the code inside a template, and templates inside that', () => {
    const source = '`select ${list.map((x) => ({ x: `${run(x)} inner` }))} from y`; call();';
    expect(strings(source)).to.deep.equal(['select ${} from y', '${} inner']);
    expect(code(source)).to.contain('list.map((x) => ({ x: `${run(x)}');
    expect(code(source)).to.match(/; call\(\);$/);
    expect(code(source)).not.to.match(/from y|inner/);
  });

  it('ends a template with an escaped backtick and a dollar where they end', () => {
    expect(strings("`a\\`b $5`; 'c'")).to.deep.equal(['a\\`b $5', 'c']);
  });

  it('puts comments back beside the code when asked', () => {
    const source = "try { a('b'); } catch { /* kept */ }";
    expect(codeWithComments(source, readSource(source))).to.equal(
      "try { a(' '); } catch { /* kept */ }",
    );
  });
});
