// What is wrong with a thing that has a name and a time in which it is offered. Pure.
import type { Faults } from '@/shared/form/faults';

interface Thing {
  name: string;
  from: string;
  to: string;
}

export function faultsOfThing({ name, from, to }: Thing): Faults {
  const faults: Faults = {};
  if (!name.trim()) faults.name = 'needed';
  if (!from) faults.from = 'needed';
  if (!to) faults.to = 'needed';
  else if (from && Date.parse(to) <= Date.parse(from)) faults.to = 'after_from';
  return faults;
}
