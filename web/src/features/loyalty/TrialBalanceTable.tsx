import { useTranslation } from 'react-i18next';
import type { TrialBalance } from '@/api/types';
import { Mark } from '@/shared/Mark';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';

/** Debits and credits of every account; their sums must agree. */
export function TrialBalanceTable({ balance }: { balance: TrialBalance }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const agree = balance.debits === balance.credits;
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            <th>{t('loyalty.account')}</th>
            <th className="num">{t('loyalty.debits')}</th>
            <th className="num">{t('loyalty.credits')}</th>
            <th className="num">{t('loyalty.balance')}</th>
          </tr>
        </thead>
        <tbody>
          {balance.accounts.map((row) => (
            <tr key={row.account}>
              <td>{word('account', row.account ?? '')}</td>
              <td className="num">{format.count(row.debits)}</td>
              <td className="num">{format.count(row.credits)}</td>
              <td className="num">{format.count(row.balance)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th>
              <Mark kind={agree ? 'good' : 'bad'}>
                {t(agree ? 'loyalty.balances' : 'loyalty.differs')}
              </Mark>
            </th>
            <th className="num">{format.count(balance.debits)}</th>
            <th className="num">{format.count(balance.credits)}</th>
            <th className="num">{format.count(balance.credits - balance.debits)}</th>
          </tr>
        </tfoot>
      </table>
      <p className="quiet small">{format.dateTime(balance.as_of)}</p>
    </div>
  );
}
