// What a question still lacks before it can be asked: places in the words of a problem's `where`.
import type { Question } from '@/api/types';

type Json = Record<string, unknown>;

const kWithoutValue = new Set(['is_set', 'is_not_set']);
const kWithoutProperty = new Set(['count', 'people', 'per_person', 'days', 'hours']);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const join = (path: string, name: string): string => (path ? `${path}.${name}` : name);

const isBlank = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.some(isBlankItem));
const isBlankItem = (value: unknown): boolean => value === '' || value === null;

function ofMembers(value: Json, path: string): string[] {
  const found: string[] = [];
  for (const [name, inner] of Object.entries(value)) {
    const named = name === 'property' || name.endsWith('_property') || name === 'expression';
    if ((named || name === 'event' || name === 'set' || name === 'from') && inner === '')
      found.push(join(path, name));
    if ((name === 'sets' || name === 'models') && Array.isArray(inner) && inner.length === 0)
      found.push(join(path, name));
    if (name !== 'value') found.push(...gapsIn(inner, join(path, name)));
  }
  return found;
}

function gapsIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one, i) => gapsIn(one, `${path}[${i}]`));
  if (!isObject(value)) return [];
  // An event that is not chosen yet is an object without any choice in it.
  if (Object.keys(value).every((name) => name === 'name' || name === 'where'))
    return [join(path, 'event')];
  const found = ofMembers(value, path);
  if (typeof value.op === 'string' && !kWithoutValue.has(value.op)) {
    const empty = Array.isArray(value.value) && value.value.length === 0;
    if (isBlank(value.value) || empty) found.push(join(path, 'value'));
  }
  if (typeof value.measure === 'string' && !kWithoutProperty.has(value.measure) && !value.property)
    found.push(join(path, 'property'));
  return found;
}

export function gapsOf(question: Question): string[] {
  const found = gapsIn(question, '');
  const { from, to } = question.range;
  if (from && to && from >= to) found.push('range');
  return [...new Set(found)];
}
