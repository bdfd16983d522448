// Months as the ledger names them: "2026-11".
function moved(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const count = year * 12 + number - 1 + by;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`;
}
export const monthAfter = (month: string): string => moved(month, 1);
export const monthBefore = (month: string): string => moved(month, -1);
