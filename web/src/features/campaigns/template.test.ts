import { expect, test } from 'vitest';
import { insertField, isFatal, mistakesIn } from './template';

test('good templates have no mistakes', () => {
  expect(
    mistakesIn(
      'Dear {{ name | customer }}, you spent {{spent}}. {{ trait:city | town }} { not a field }',
    ),
  ).toEqual([]);
});

test('unknown and unclosed fields are named', () => {
  expect(mistakesIn('{{ nmae | x }} {{ }} {{ name')).toEqual([
    { kind: 'unknown', field: 'nmae' },
    { kind: 'unknown', field: '' },
    { kind: 'unclosed', field: '{{ name' },
  ]);
  expect(mistakesIn('{{ name {{ email }}')).toEqual([
    { kind: 'unclosed', field: '{{ name {{ email }}' },
  ]);
});

test('a name without a fallback is a warning only', () => {
  const [mistake] = mistakesIn('Dear {{ name }}');
  expect(mistake).toEqual({ kind: 'no_fallback', field: 'name' });
  expect(mistake && isFatal(mistake)).toBe(false);
});

test('a field goes in place of the selection', () => {
  expect(insertField('Dear X,', 5, 6, 'name', 'friend')).toEqual({
    text: 'Dear {{ name | friend }},',
    caret: 24,
  });
  expect(insertField('', 0, 0, 'orders', '')).toEqual({ text: '{{ orders }}', caret: 12 });
});
