import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Selector } from '@/api/types';
import { At } from '../At';
import { SelectorEditor } from '../SelectorEditor';
import { moved } from './moved';

interface Props {
  value: Selector[];
  onChange: (selectors: Selector[]) => void;
  path: string;
  add: string;
  fewest: number;
  most: number;
  label: (n: number) => string;
  /** They come one after the other, and can be moved. */
  ordered?: boolean;
}

/** A list of events: the steps of a funnel, the touches of an attribution. */
export function Selectors({ value, onChange, path, add, fewest, most, label, ordered }: Props) {
  const { t } = useTranslation();
  return (
    <>
      {value.map((selector, i) => (
        <At key={i} path={`${path}[${i}]`}>
          <div className="item">
            <b className="letter">{i + 1}</b>
            <div className="grow">
              <SelectorEditor
                path={`${path}[${i}]`}
                label={label(i + 1)}
                value={selector}
                onChange={(next) => onChange(value.map((one, at) => (at === i ? next : one)))}
              />
            </div>
            {ordered ? (
              <>
                <Button
                  type="text"
                  size="small"
                  disabled={i === 0}
                  aria-label={t('ask.move_up', { what: label(i + 1) })}
                  icon={<ArrowUpOutlined />}
                  onClick={() => onChange(moved(value, i, i - 1))}
                />
                <Button
                  type="text"
                  size="small"
                  disabled={i === value.length - 1}
                  aria-label={t('ask.move_down', { what: label(i + 1) })}
                  icon={<ArrowDownOutlined />}
                  onClick={() => onChange(moved(value, i, i + 1))}
                />
              </>
            ) : null}
            {value.length > fewest ? (
              <Button
                type="text"
                size="small"
                aria-label={t('ask.remove', { what: label(i + 1) })}
                icon={<DeleteOutlined />}
                onClick={() => onChange(value.filter((_, at) => at !== i))}
              />
            ) : null}
          </div>
        </At>
      ))}
      {value.length < most ? (
        <div className="adders">
          <Button type="link" size="small" onClick={() => onChange([...value, {}])}>
            + {add}
          </Button>
        </div>
      ) : null}
    </>
  );
}
