import type { Import } from '@/api/types';

const kRows = 6;

export function SampleTable({ sample }: { sample: Import['sample'] }) {
  return (
    <div className="scroll-x" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            {sample.columns.map((column, i) => (
              <th key={i}>{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sample.rows.slice(0, kRows).map((row, i) => (
            <tr key={i}>
              {sample.columns.map((_, j) => (
                <td key={j} className="nowrap">
                  {row[j]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
