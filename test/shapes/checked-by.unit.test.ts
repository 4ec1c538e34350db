import { expect } from 'chai';
import { Type } from 'typebox';
import { AppError } from '../../src/kernel/index.ts';
import { checkedBy } from '../../src/shapes/index.ts';

const check = checkedBy(
  Type.Object(
    {
      name: Type.String({ minLength: 1, description: 'a name' }),
      parts: Type.Optional(
        Type.Array(Type.Object({ size: Type.Integer({ minimum: 1, description: 'a size' }) })),
      ),
    },
    { description: 'a thing { name }' },
  ),
);

const refusalOf = (value: unknown): AppError => {
  try {
    check(value);
  } catch (error) {
    expect(error).to.be.instanceOf(AppError);
    return error as AppError;
  }
  throw new Error('it was taken');
};

describe('a check made from a schema', () => {
  it('answers the very value when it is as it should be', () => {
    const value = { name: 'x', parts: [{ size: 1 }], more: true };
    expect(check(value)).to.equal(value);
  });

  it('names the field, the value found and what is allowed', () => {
    const refusal = refusalOf({ name: 'x', parts: [{ size: 1 }, { size: 0 }] });
    expect(refusal).to.include({ code: 'invalid-input', retryable: false });
    expect(refusal.message).to.equal('parts[1].size is 0, allowed is a size');
    expect(refusal.details).to.deep.equal({
      problems: [{ field: 'parts[1].size', value: '0', allowed: 'a size' }],
    });
  });

  it('names a field that is missing, and the whole when that is wrong', () => {
    expect(refusalOf({}).message).to.equal('name is nothing, allowed is a name');
    expect(refusalOf([]).message).to.equal('the value is [], allowed is a thing { name }');
    expect(refusalOf(undefined).message).to.equal(
      'the value is nothing, allowed is a thing { name }',
    );
  });

  it('tells several mistakes at once, and not hundreds', () => {
    const parts = Array.from({ length: 400 }, () => ({ size: 0 }));
    expect(refusalOf({ parts }).message.split('; ').length).to.be.within(2, 8);
  });

  it('shows long values cut, and those that JSON cannot write', () => {
    expect(refusalOf({ name: '', parts: 'x'.repeat(500) }).message.length).to.be.lessThan(250);
    expect(refusalOf(12n).message).to.contain('12n');
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    expect(refusalOf(deep).message).to.contain('the value is [..]');
    expect(refusalOf(Number.NaN).message).to.contain('the value is null');
  });
});
