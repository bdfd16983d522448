import { DownloadOutlined, SendOutlined, UsergroupAddOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '@/shared/LinkButton';
import { SaveSegment } from '@/shared/SaveSegment';
import { useRight } from '@/shared/session';
import { audienceOf } from '@/shared/set_words';

/** What can be done with the list. */
export function ListActions({ set, csv }: { set: string; csv: string }) {
  const { t } = useTranslation();
  const mayExport = useRight('customers.export');
  const mayWrite = useRight('campaigns.write');
  const audience = audienceOf(set);
  const params = new URLSearchParams();
  if (audience?.stages.length) params.set('stages', audience.stages.join(','));
  if (audience?.cells.length) params.set('cells', audience.cells.join(','));
  return (
    <>
      <LinkButton icon={<UsergroupAddOutlined />} to="/customers/review">
        {t('identity.review')}
      </LinkButton>
      {set ? <SaveSegment set={set} /> : null}
      {mayExport ? (
        <Button icon={<DownloadOutlined />} href={csv} download>
          {t('do.csv')}
        </Button>
      ) : null}
      {mayWrite && audience ? (
        <LinkButton
          type="primary"
          icon={<SendOutlined />}
          to={`/campaigns/new?${params.toString()}`}
        >
          {t('customers.recall')}
        </LinkButton>
      ) : null}
    </>
  );
}
