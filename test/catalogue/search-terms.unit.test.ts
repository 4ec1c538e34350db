import { expect } from 'chai';
import { askedFor, termsOf } from '../../src/catalogue/search-terms.ts';

describe('the words of a name', () => {
  it('are pairs of neighbours where no blanks stand between them', () => {
    const terms = termsOf('无线蓝牙耳机').split(' ');
    expect(terms).to.have.length(6); // five pairs, and the last sign alone
    expect(terms[2]).to.equal('z084dd07259');
    expect(askedFor('蓝牙')?.inIndex).to.equal('+"z084dd07259"');
    expect(askedFor('蓝牙耳机')?.inIndex).to.equal('+"z084dd07259 z0725908033 z080330673a"');
    expect(askedFor('机')?.inIndex).to.equal('+z0673a*');
  });

  it('are whole words elsewhere, in any case and with or without accents', () => {
    expect(termsOf('Café  CRÈME')).to.equal(termsOf('cafe creme'));
    expect(askedFor('Caf')?.inIndex).to.equal('+w636166*');
    expect(termsOf('Headphones'.toUpperCase())).to.equal(termsOf('ｈｅａｄｐｈｏｎｅｓ'));
  });

  it('of a mixed name are of both kinds', () => {
    expect(termsOf('Sony 耳机 X1').split(' ')).to.have.length(4);
    expect(askedFor('sony 耳机')?.inIndex).to.equal('+"z080330673a" +w736f6e79*');
  });

  it('are never what a search would understand as a sign of its own', () => {
    for (const text of ['+foo -bar', '"a" (b) ~c* <d> @5', "it's", 'a\\b', '💥💥', '\0']) {
      expect(termsOf(text), text).to.match(/^(?:[wz][0-9a-f]+(?: |$))*$/);
      expect(askedFor(text)?.inIndex ?? '', text).to.match(
        /^(?:\+"?[wz][0-9a-fz ]+"?\*?(?: |$))*$/,
      );
    }
    expect(askedFor(' -+*" ')).to.equal(null);
  });

  it('keep a sign beyond the first plane apart from its neighbours', () => {
    expect(termsOf('𠮷野家').split(' ')[0]).to.equal('z20bb7091ce');
  });

  it('do not tear a sign with its mark apart', () => {
    expect(askedFor('が')).to.not.deep.equal(askedFor('か'));
    expect(askedFor('한글')).to.deep.equal(askedFor('한글'.normalize('NFD')));
  });
});
