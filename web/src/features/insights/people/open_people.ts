// Opening the people behind a number. On pages without the drawer, or for somebody who may not see
// customers, there is nothing to open and numbers are plain text.
import { createContext, useContext } from 'react';
import type { Question } from '@/api/types';

export type OpenPeople = (handle: string, about: string) => void;

export const OpenPeopleContext = createContext<OpenPeople | null>(null);
export const useOpenPeople = (): OpenPeople | null => useContext(OpenPeopleContext);

export interface Opened {
  handle: string;
  about: string;
  question: Question | null;
}
