import { useMutation } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { DryRun, DryRunResult, LoyaltyLevel, Programme } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { useFormat } from '@/shared/use_format';
import { useNow } from '@/shared/use_now';
import { LiabilityAfter } from './dry_run/LiabilityAfter';
import { Moved } from './dry_run/Moved';
import { ReferralChange } from './ReferralChange';
import { useLevelName } from './use_levels';

const kDays = [30, 90, 365, 730] as const;
const kDayMs = 86_400_000;

interface ResultProps {
  result: DryRunResult;
  programme: Programme;
  /** Its terms are what is tried: shown though nobody came by a code. */
  ofReferral: boolean;
  /** The levels that are tried, which may have names of their own. */
  levels?: LoyaltyLevel[] | undefined;
}

function Result({ result, programme, ofReferral, levels }: ResultProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const signed = (value: number) => `${value > 0 ? '+' : ''}${format.count(value)}`;
  const known = useLevelName(programme.id);
  const level = (code: string) =>
    levels?.find((one) => one.code === code)?.name || known(code) || t('loyalty.no_level');
  const name = (code: string) =>
    programme.currencies.find((one) => one.code === code)?.name ?? code;
  return (
    <>
      <div className="scroll-x" tabIndex={0}>
        <table className="plain">
          <thead>
            <tr>
              <th>{t('loyalty.currency')}</th>
              <th className="num">{t('loyalty.was')}</th>
              <th className="num">{t('loyalty.would_be')}</th>
              <th className="num">{t('loyalty.difference')}</th>
              <th className="num">{t('loyalty.cost')}</th>
            </tr>
          </thead>
          <tbody>
            {result.currencies.map((row) => (
              <tr key={row.currency}>
                <td>{name(row.currency)}</td>
                <td className="num">{format.count(row.points_before)}</td>
                <td className="num">{format.count(row.points_after)}</td>
                <td className="num">{signed(row.points_after - row.points_before)}</td>
                <td className="num">
                  {format.money(row.cost_after_minor - row.cost_before_minor, { sign: true })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <LiabilityAfter currencies={result.currencies} name={name} />
      {ofReferral || result.referral.before.claims + result.referral.after.claims > 0 ? (
        <ReferralChange before={result.referral.before} after={result.referral.after} />
      ) : null}
      <p>{t('loyalty.dry_people', { n: format.count(result.people) })}</p>
      {result.moved.length === 0 ? (
        <p className="quiet">{t('loyalty.nobody_moves')}</p>
      ) : (
        <Moved moved={result.moved} level={level} />
      )}
    </>
  );
}

interface Props {
  programme: Programme;
  change: Pick<DryRun, 'rules' | 'levels' | 'referral'>;
}

/** What a form as it stands would have done to the past; nothing is changed. */
export function DryRunView({ programme, change }: Props) {
  const { t } = useTranslation();
  const now = useNow();
  const [days, setDays] = useState<number>(90);
  // What is tried: a result is shown as that of the form only while the form says the same.
  const input = JSON.stringify({ days, ...change });
  const run = useMutation({
    mutationFn: (_input: string) =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/dry-run', {
          params: { path: { programme: programme.id } },
          body: { from: new Date(now - days * kDayMs).toISOString(), ...change },
        }),
      ),
  });
  const current = run.variables === input;
  return (
    <>
      <p className="quiet">{t('loyalty.dry_lead')}</p>
      <div className="row" style={{ flexWrap: 'wrap', marginBottom: 12 }}>
        <Segmented
          aria-label={t('loyalty.dry_days')}
          value={days}
          onChange={setDays}
          options={kDays.map((value) => ({ value, label: t('loyalty.days', { n: value }) }))}
        />
        <Button loading={run.isPending} onClick={() => run.mutate(input)}>
          {t('loyalty.dry_do')}
        </Button>
      </div>
      {run.isError && current ? <ProblemView error={run.error} /> : null}
      {run.data && !current ? (
        <p className="notice" role="status">
          {t('loyalty.dry_stale')}
        </p>
      ) : null}
      {run.data && current ? (
        <Result
          result={run.data}
          programme={programme}
          ofReferral={change.referral !== undefined}
          levels={change.levels?.levels}
        />
      ) : null}
    </>
  );
}
