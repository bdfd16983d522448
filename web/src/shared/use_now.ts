import { useWorkspace } from './session';

/** The moment that the workspace stands on, or now, in milliseconds. */
export function useNow(): number {
  const { stands_on: standsOn } = useWorkspace();
  return standsOn ? Date.parse(standsOn) : Date.now();
}
