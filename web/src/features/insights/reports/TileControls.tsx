import {
  ArrowLeftOutlined,
  ArrowRightOutlined,
  ColumnHeightOutlined,
  ColumnWidthOutlined,
  DeleteOutlined,
  VerticalAlignMiddleOutlined,
} from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DashboardTile } from '@/api/types';
import { canChange, type TileChange } from './tiles';

const kIcons: Record<TileChange, ReactNode> = {
  earlier: <ArrowLeftOutlined />,
  later: <ArrowRightOutlined />,
  wider: <ColumnWidthOutlined />,
  narrower: <VerticalAlignMiddleOutlined rotate={90} />,
  taller: <ColumnHeightOutlined />,
  lower: <VerticalAlignMiddleOutlined />,
};

interface Props {
  name: string;
  tiles: DashboardTile[];
  i: number;
  busy: boolean;
  change: (how: TileChange) => void;
  remove: () => void;
}

/** Buttons that move and resize a tile, for keyboard and mouse alike. */
export function TileControls({ name, tiles, i, busy, change, remove }: Props) {
  const { t } = useTranslation();
  return (
    <div className="tile-controls" role="toolbar" aria-label={t('dashboard.controls', { name })}>
      {(Object.keys(kIcons) as TileChange[]).map((how) => (
        <Button
          key={how}
          size="small"
          type="text"
          title={t(`dashboard.${how}`)}
          aria-label={t(`dashboard.${how}`)}
          icon={kIcons[how]}
          disabled={busy || !canChange(tiles, i, how)}
          onClick={() => change(how)}
        />
      ))}
      <Button
        size="small"
        type="text"
        title={t('dashboard.remove')}
        aria-label={t('dashboard.remove')}
        icon={<DeleteOutlined />}
        disabled={busy}
        onClick={remove}
      />
    </div>
  );
}
