import { expect, test } from 'vitest';
import { audienceFrom, emptyDraft, lacking, previewSet } from './draft';

test('an address asks for an audience; words it does not know are left out', () => {
  expect(audienceFrom(new URLSearchParams('stages=silent,moon,churned&cells=at_risk'))).toEqual({
    stages: ['silent', 'churned'],
    cells: ['at_risk'],
  });
  expect(audienceFrom(new URLSearchParams())).toEqual({ stages: [], cells: [] });
});

test('steps that lack something are named', () => {
  const draft = emptyDraft({ stages: [], cells: [] });
  expect(lacking(draft)).toEqual(['who', 'what']);
  const done = {
    ...draft,
    name: 'Recall',
    audience: { stages: ['silent' as const] },
    subject: 'Hello',
    text: 'Dear {{ name | you }}',
  };
  expect(lacking(done)).toEqual([]);
  expect(lacking({ ...done, text: '{{ nmae }}' })).toEqual(['what']);
});

test('someone to preview with comes from the audience', () => {
  expect(previewSet({ stages: ['silent'], cells: ['at_risk'] })).toBe('stage:silent');
  expect(previewSet({ cells: ['at_risk'] })).toBe('cell:at_risk');
  expect(previewSet({})).toBe('');
});
