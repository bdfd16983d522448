import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Form, Input, Popover } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { Empty } from '@/shared/Empty';
import { Loaded } from '@/shared/Loaded';
import { Section } from '@/shared/Section';
import { useRight } from '@/shared/session';
import { useDashboards, useNewDashboard } from './use_reports';

function NewDashboard() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const make = useNewDashboard();
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <Form<{ name: string }>
          layout="inline"
          onFinish={({ name }) =>
            make.mutate(
              { name },
              {
                onSuccess: ({ id }) => void navigate(`/insights/dashboards/${id}?edit=yes`),
                onError: (error) => void message.error(error.message),
              },
            )
          }
        >
          <Form.Item
            name="name"
            label={t('ask.name')}
            rules={[{ required: true, message: t('report.name_wanted') }]}
          >
            <Input maxLength={200} />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={make.isPending}>
            {t('dashboard.make')}
          </Button>
        </Form>
      }
    >
      <Button size="small" icon={<PlusOutlined />}>
        {t('dashboard.new')}
      </Button>
    </Popover>
  );
}

export function DashboardsList() {
  const { t } = useTranslation();
  const may = useRight('insights.write');
  const query = useDashboards();
  return (
    <Section title={t('dashboard.dashboards')} aside={may ? <NewDashboard /> : null}>
      <Loaded query={query} rows={2}>
        {({ dashboards }) =>
          dashboards.length === 0 ? (
            <Empty title={t('dashboard.none')} hint={t('dashboard.none_hint')} />
          ) : (
            <ul className="analyses">
              {dashboards.map((one) => (
                <li key={one.id}>
                  <Link to={`/insights/dashboards/${one.id}`}>{one.name}</Link>
                  <span className="quiet small">
                    {t('dashboard.tiles', { count: one.tiles.length })}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}
