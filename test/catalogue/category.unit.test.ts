import { expect } from 'chai';
import { type Category, moveOf } from '../../src/catalogue/category.ts';

const category = (path: string): Category => {
  const ids = path.split('.').slice(0, -1).map(Number);
  return {
    categoryId: ids.at(-1) ?? 0,
    parentId: ids.at(-2) ?? null,
    level: ids.length,
    name: path,
    path,
    version: 1,
  };
};

describe('the move of a category', () => {
  it('carries all that is below to its new place', () => {
    expect(moveOf(category('1.5.'), category('2.3.'), 4)).to.deep.equal({
      from: '1.5.',
      to: '2.3.5.',
      levels: 1,
    });
    expect(moveOf(category('1.5.'), null, 4)).to.deep.equal({ from: '1.5.', to: '5.', levels: -1 });
  });

  it('is refused under itself and under what is below it, and only there', () => {
    expect(() => moveOf(category('1.5.'), category('1.5.'), 2)).to.throw(/under itself/);
    expect(() => moveOf(category('1.5.'), category('1.5.9.'), 3)).to.throw(/under itself/);
    expect(moveOf(category('1.5.'), category('1.55.'), 2).to).to.equal('1.55.5.');
  });

  it('is refused when its lowest would be too deep', () => {
    const deep = category('1.2.3.4.5.6.7.');
    expect(() => moveOf(category('9.'), deep, 2)).to.throw(/level 9 of 8/);
    expect(moveOf(category('9.'), deep, 1).levels).to.equal(7);
  });
});
