import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { useAddress } from '@/shared/use_address';
import { QuarantineDays } from './QuarantineDays';
import { QuarantineGroups } from './QuarantineGroups';
import { QuarantineList } from './QuarantineList';

/** Events that could not be taken: why, since when, each as it came, and taking it after all. */
export function QuarantineView() {
  const { t } = useTranslation();
  const address = useAddress();
  const filter = { source: address.text('source'), reason: address.text('reason') };
  const query = useQuery({
    queryKey: ['quarantine', 'summary', filter],
    queryFn: () => must(api.GET('/v1/quarantine/summary', { params: { query: filter } })),
    placeholderData: (before) => before,
  });
  return (
    <Loaded query={query} rows={6}>
      {(summary) =>
        summary.groups.length === 0 ? (
          <Empty title={t('data.quarantine_empty')} hint={t('data.quarantine_hint')} />
        ) : (
          <>
            <QuarantineGroups
              groups={summary.groups}
              filter={filter}
              choose={(next) => address.change(next)}
            />
            <QuarantineDays days={summary.days} />
            <QuarantineList key={`${filter.source}|${filter.reason}`} filter={filter} />
          </>
        )
      }
    </Loaded>
  );
}
