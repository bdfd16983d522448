/** "1, 2.5 10" → [1, 2.5, 10], ascending and each once; nothing → undefined. */
export function numbersOf(text: string): number[] | undefined {
  const numbers = text
    .split(/[\s,;，、；]+/)
    .filter(Boolean)
    .map(Number)
    .filter(Number.isFinite);
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  return sorted.length ? sorted : undefined;
}
