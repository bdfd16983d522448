import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Approval, Programme } from '@/api/types';
import { download } from '@/shared/csv';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';
import { useRight } from '@/shared/session';
import { useAddress } from '@/shared/use_address';
import { useFormat } from '@/shared/use_format';
import { useWords } from '@/shared/use_words';
import { ForProgramme } from './ForProgramme';
import { ApprovalAmount } from './ApprovalAmount';
import { MemberLink } from './MemberLink';
import { ProgrammeSwitch } from './programme/ProgrammeSwitch';
import { wordOf } from './word_of';

const kStates = ['waiting', 'approved', 'refused'] as const;

function Body({ programme }: { programme: Programme }) {
  const { t } = useTranslation();
  const format = useFormat();
  const word = useWords();
  const client = useQueryClient();
  const address = useAddress();
  const mayWrite = useRight('loyalty.write');
  const state = address.word('state', kStates, 'waiting');
  const query = useQuery({
    queryKey: ['loyalty', programme.id, 'approvals', state],
    queryFn: () =>
      must(
        api.GET('/v1/loyalty/programmes/{programme}/approvals', {
          params: { path: { programme: programme.id }, query: { state } },
        }),
      ),
  });
  const decide = useMutation({
    mutationFn: ({ approval, approve }: { approval: string; approve: boolean }) =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/approvals/{approval}', {
          params: { path: { programme: programme.id, approval } },
          body: { approve },
        }),
      ),
    // Who agrees to codes gets them; nobody is shown them again.
    onSuccess: ({ codes }, { approval }) => {
      if (codes)
        download(`${wordOf(approval)}.csv`, [[t('coupon.code')], ...codes.map((code) => [code])]);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['loyalty'] }),
  });
  const what = (one: Approval) =>
    one.what === 'command' ? word('posting_kind', one.kind) : word('approval_what', one.what);
  const buttons = (one: Approval) =>
    [true, false].map((approve) => (
      <Popconfirm
        key={String(approve)}
        title={t(approve ? 'approval.approve_ask' : 'approval.refuse_ask', { what: what(one) })}
        okText={t(approve ? 'approval.approve' : 'approval.refuse')}
        cancelText={t('do.cancel')}
        onConfirm={() => decide.mutate({ approval: one.id, approve })}
      >
        <Button size="small" {...(approve ? { type: 'primary' as const } : { danger: true })}>
          {t(approve ? 'approval.approve' : 'approval.refuse')}
        </Button>
      </Popconfirm>
    ));
  return (
    <>
      {decide.isError ? <ProblemView error={decide.error} /> : null}
      <Segmented
        aria-label={t('coupon.state')}
        value={state}
        onChange={(next) => address.change({ state: next })}
        options={kStates.map((value) => ({ value, label: word('approval_state', value) }))}
        style={{ marginBottom: 16 }}
      />
      <Loaded query={query}>
        {({ approvals }) =>
          approvals.length === 0 ? (
            <Empty
              title={t('approval.none')}
              hint={t('approval.none_hint', { limit: format.count(programme.approval_limit) })}
            />
          ) : (
            <div className="scroll-x" tabIndex={0}>
              <table className="plain">
                <thead>
                  <tr>
                    <th>{t('loyalty.at')}</th>
                    <th>{t('loyalty.what')}</th>
                    <th>{t('coupon.person')}</th>
                    <th className="num">{t('loyalty.points')}</th>
                    <th>{t('loyalty.reason')}</th>
                    <th>{t('approval.asked_by')}</th>
                    <th>{t('approval.decision')}</th>
                  </tr>
                </thead>
                <tbody>
                  {approvals.map((one) => (
                    <tr key={one.id}>
                      <td className="nowrap">{format.dateTime(one.asked_at)}</td>
                      <td>{what(one)}</td>
                      <td>
                        {one.person === null ? null : (
                          <MemberLink programme={programme.id} person={one.person} />
                        )}
                      </td>
                      <td className="num">
                        <ApprovalAmount programme={programme} one={one} />
                      </td>
                      <td>{one.reason}</td>
                      <td>{one.asked_by}</td>
                      <td>
                        {state === 'waiting' ? (
                          <div className="row">{mayWrite ? buttons(one) : null}</div>
                        ) : (
                          t('approval.decided', {
                            by: one.decided_by,
                            at: format.dateTime(one.decided_at),
                          })
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </>
  );
}

export default function ApprovalsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('approval.title')} lead={t('approval.lead')}>
        <ProgrammeSwitch />
      </PageHead>
      <ForProgramme>{(programme) => <Body programme={programme} />}</ForProgramme>
    </>
  );
}
