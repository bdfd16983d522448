// Selectors as lists of choices: one event, any event, or any of several. Pure.
import type { EventChoice, Selector } from '@/api/types';

export function choicesOf(selector: Selector): EventChoice[] {
  if (selector.any_of) return selector.any_of;
  const { name: _, any_of: __, ...choice } = selector;
  return [choice];
}

/** The selector with these choices; its name stays. */
export function withChoices(selector: Selector, choices: EventChoice[]): Selector {
  const named = selector.name ? { name: selector.name } : {};
  if (choices.length === 1) return { ...named, ...choices[0] };
  return { ...named, any_of: choices };
}

/** Where a choice stands in the document, in the words of a problem's `where`. */
export const placeOf = (selector: Selector, path: string, i: number): string =>
  selector.any_of ? `${path}.any_of[${i}]` : path;

/** An event as one word, for a list to choose from; '' = not chosen. */
export function keyOf(choice: EventChoice): string {
  if (choice.any_event) return choice.type ? `any:${choice.type}` : 'any';
  if (choice.event === undefined && choice.type === undefined) return '';
  return `${choice.type ?? 'track'}:${choice.event ?? ''}`;
}

export function choiceOf(key: string): EventChoice {
  if (key === 'any') return { any_event: true };
  const at = key.indexOf(':');
  const type = key.slice(0, at);
  const name = key.slice(at + 1);
  if (type === 'any') return { any_event: true, type: name as NonNullable<EventChoice['type']> };
  return {
    ...(name === '' ? {} : { event: name }),
    ...(type === 'track' ? {} : { type: type as NonNullable<EventChoice['type']> }),
  };
}

/** Whether every choice names an event. */
export const isChosen = (selector: Selector): boolean =>
  choicesOf(selector).every((choice) => keyOf(choice) !== '');
