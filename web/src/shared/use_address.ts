// The state of a page lives in its address, so that it can be shared and reloaded.
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

export type AddressChange = Record<string, string | number | null | undefined>;

export function useAddress() {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (next: AddressChange) =>
      setParams(
        (old) => {
          const copy = new URLSearchParams(old);
          for (const [name, value] of Object.entries(next)) {
            if (value === null || value === undefined || value === '') copy.delete(name);
            else copy.set(name, String(value));
          }
          return copy;
        },
        { replace: true },
      ),
    [setParams],
  );
  return useMemo(
    () => ({
      params,
      text: (name: string) => params.get(name) ?? '',
      word: <T extends string>(name: string, known: readonly T[], preset: T): T =>
        known.find((one) => one === params.get(name)) ?? preset,
      number: (name: string, preset: number): number => {
        const value = Number(params.get(name) ?? Number.NaN);
        return Number.isFinite(value) ? value : preset;
      },
      change,
    }),
    [params, change],
  );
}
