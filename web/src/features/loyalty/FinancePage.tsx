import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useAddress } from '@/shared/use_address';
import { Closings } from './Closings';
import { ForProgramme } from './ForProgramme';
import { LiabilityView } from './LiabilityView';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { TrialBalanceTable } from './TrialBalanceTable';
import { currencyOf } from './currency_of';
import { useProgramme } from './use_programme';

function Body({ programme, currency }: { programme: Programme; currency: string }) {
  const { t } = useTranslation();
  const params = { path: { programme: programme.id }, query: { currency } };
  const liability = useQuery({
    queryKey: ['loyalty', programme.id, 'liability', currency],
    queryFn: () => must(api.GET('/v1/loyalty/programmes/{programme}/liability', { params })),
  });
  const balance = useQuery({
    queryKey: ['loyalty', programme.id, 'trial-balance', currency],
    queryFn: () => must(api.GET('/v1/loyalty/programmes/{programme}/trial-balance', { params })),
  });
  return (
    <>
      <Loaded query={liability}>{(found) => <LiabilityView liability={found} />}</Loaded>
      <Section title={t('loyalty.trial_balance')}>
        <Loaded query={balance}>{(found) => <TrialBalanceTable balance={found} />}</Loaded>
      </Section>
      <Section title={t('loyalty.closings')}>
        <Closings programme={programme} currency={currency} />
      </Section>
    </>
  );
}

export default function FinancePage() {
  const { t } = useTranslation();
  const address = useAddress();
  const { programme } = useProgramme();
  const currency = currencyOf(programme, address.text('currency'));
  return (
    <>
      <PageHead
        title={t('nav.loyalty_finance')}
        lead={programme ? t('loyalty.finance_lead', { zone: programme.zone }) : undefined}
      >
        <ProgrammeSwitch />
        {programme ? (
          <Select
            aria-label={t('loyalty.currency')}
            value={currency}
            onChange={(next) => address.change({ currency: next })}
            options={programme.currencies.map(({ code, name }) => ({ value: code, label: name }))}
            style={{ minWidth: 160 }}
          />
        ) : null}
      </PageHead>
      <ForProgramme>
        {(one) => <Body key={currency} programme={one} currency={currency} />}
      </ForProgramme>
    </>
  );
}
