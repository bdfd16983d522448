import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useFormat } from '@/shared/use_format';
import { ForProgramme } from './ForProgramme';
import { GiftCardForm } from './GiftCardForm';
import { OneGiftCard } from './OneGiftCard';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useRight('loyalty.write');
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'gift-cards'],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/gift-cards', {
          params: { path: { programme: programme.id } },
        }),
      ),
  });
  const currency = (code: string) =>
    programme.currencies.find((one) => one.code === code)?.name ?? code;
  return (
    <>
      <Loaded query={query}>
        {({ batches }) =>
          batches.length === 0 ? (
            <Empty title={t('gift.none')} hint={t('gift.none_hint')} />
          ) : (
            <div className="scroll-x">
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('gift.name')}</th>
                    <th>{t('gift.currency')}</th>
                    <th className="num">{t('gift.made')}</th>
                    <th className="num">{t('gift.claimed')}</th>
                    <th className="num">{t('gift.voided')}</th>
                    <th className="num">{t('gift.unclaimed')}</th>
                  </tr>
                </thead>
                <tbody>
                  {batches.map((one) => (
                    <tr key={`${one.name}:${one.currency}`}>
                      <td>{one.name}</td>
                      <td>{currency(one.currency)}</td>
                      <td className="num">{format.count(one.made)}</td>
                      <td className="num">{format.count(one.claimed)}</td>
                      <td className="num">{format.count(one.voided)}</td>
                      <td className="num">{format.count(one.unclaimed)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      {mayWrite ? (
        <div className="grid2">
          <Section title={t('gift.new')}>
            <GiftCardForm programme={programme} />
          </Section>
          <Section title={t('gift.one')}>
            <OneGiftCard programme={programme} />
          </Section>
        </div>
      ) : null}
    </>
  );
}

export default function GiftCardsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('nav.gift_cards')} lead={t('gift.lead')}>
        <ProgrammeSwitch />
      </PageHead>
      <ForProgramme>{(programme) => <Body programme={programme} />}</ForProgramme>
    </>
  );
}
