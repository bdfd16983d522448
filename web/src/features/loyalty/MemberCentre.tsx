import { MobileOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api, must } from '@/api/client';
import type { Programme } from '@/api/types';
import { ProblemView } from '@/shared/ProblemView';
import { SecretOnce } from '@/shared/SecretOnce';
import { useFormat } from '@/shared/use_format';

// The size of a phone. The page itself allows no frame around it.
const kPhone = 'popup,width=390,height=844';
const kDays = 30;

interface Props {
  programme: Programme;
  person: number;
}

/** Opens what a member sees, as on a phone; the link can be given to them. */
export function MemberCentre({ programme, person }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const make = useMutation({
    mutationFn: (_phone: Window | null) =>
      must(
        api.POST('/v1/loyalty/programmes/{programme}/people/{person}/link', {
          params: { path: { programme: programme.id, person } },
          body: { days: kDays },
        }),
      ),
    onSuccess: ({ token }, phone) => {
      phone?.location.replace(`/member/${token}?lang=${i18n.language}`);
    },
    onError: (_error, phone) => phone?.close(),
  });
  // A window may open only while the click lasts: it is there before its page is known.
  const open = () => {
    const phone = window.open('', '_blank', kPhone);
    if (phone) phone.opener = null;
    make.mutate(phone);
  };
  const link = make.data ? new URL(make.data.url, window.location.href).href : '';
  return (
    <>
      {make.isError ? <ProblemView error={make.error} /> : null}
      <p className="quiet">{t('member_centre.lead')}</p>
      <Button icon={<MobileOutlined />} loading={make.isPending} onClick={open}>
        {t('member_centre.open')}
      </Button>
      {make.data ? (
        <div style={{ marginTop: 10 }}>
          <SecretOnce
            text={link}
            hint={t('member_centre.until', { at: format.dateTime(make.data.expires_at) })}
          />
        </div>
      ) : null}
    </>
  );
}
