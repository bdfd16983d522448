import { Button, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { DrawDraft, Programme } from '@/api/types';
import { FieldFault } from '@/shared/form/Fields';
import { NeededNumber } from '@/shared/form/NeededNumber';
import { NumberInput } from '@/shared/NumberInput';
import { useWords } from '@/shared/use_words';
import { percentOf, ppmOf } from './odds';
import { useBatchOptions } from './use_batches';
import { wordOf } from './word_of';

type Prize = DrawDraft['prizes'][number];
const kKinds = ['nothing', 'points', 'coupon', 'goods'] as const;
const kMostPrizes = 50;

interface Props {
  programme: Programme;
  prizes: Prize[];
  change: (prizes: Prize[]) => void;
}

export function PrizesTable({ programme, prizes, change }: Props) {
  const { t } = useTranslation();
  const word = useWords();
  const options = useBatchOptions(programme.id);
  const set = (at: number, part: Partial<Prize>) =>
    change(prizes.map((one, i) => (i === at ? { ...one, ...part } : one)));
  return (
    <div className="scroll-x">
      <table className="plain" aria-label={t('draw.prizes')}>
        <thead>
          <tr>
            <th>{t('draw.prize')}</th>
            <th>{t('draw.kind')}</th>
            <th className="num">{t('draw.odds')}</th>
            <th>{t('draw.points')}</th>
            <th className="num">{t('draw.stock')}</th>
            <th aria-label={t('do.delete')} />
          </tr>
        </thead>
        <tbody>
          {prizes.map((one, at) => (
            <tr key={one.id}>
              <td>
                <Input
                  aria-label={`${t('draw.prize')} ${at + 1}`}
                  maxLength={60}
                  value={one.name}
                  onChange={({ target }) => set(at, { name: target.value })}
                />
                <FieldFault at={`prizes.${at}`} />
              </td>
              <td>
                <Select
                  aria-label={`${t('draw.kind')} ${at + 1}`}
                  value={one.kind}
                  onChange={(kind) => set(at, { kind })}
                  options={kKinds.map((value) => ({ value, label: word('prize_kind', value) }))}
                  style={{ minWidth: 110 }}
                />
              </td>
              <td className="num">
                <NeededNumber
                  aria-label={`${t('draw.odds')} ${at + 1}`}
                  min={0}
                  max={100}
                  precision={4}
                  value={percentOf(one.odds_ppm)}
                  onChange={(next) => set(at, { odds_ppm: ppmOf(next) })}
                />
              </td>
              <td>
                {one.kind === 'points' ? (
                  <NeededNumber
                    aria-label={`${t('draw.points')} ${at + 1}`}
                    min={1}
                    precision={0}
                    value={one.points || null}
                    onChange={(points) => set(at, { points })}
                  />
                ) : one.kind === 'coupon' ? (
                  <Select
                    aria-label={`${t('coupon.batch')} ${at + 1}`}
                    placeholder={t('coupon.batch')}
                    value={one.batch ?? null}
                    onChange={(batch) => set(at, { batch })}
                    options={options}
                    style={{ minWidth: 160 }}
                  />
                ) : null}
              </td>
              <td className="num">
                <NumberInput
                  aria-label={`${t('draw.stock')} ${at + 1}`}
                  min={0}
                  precision={0}
                  placeholder={t('reward.any_number')}
                  value={one.stock || null}
                  onChange={(next) => set(at, { stock: next ?? 0 })}
                />
              </td>
              <td>
                <Button
                  size="small"
                  aria-label={t('draw.remove', { name: one.name || at + 1 })}
                  onClick={() => change(prizes.filter((_, i) => i !== at))}
                >
                  {t('do.delete')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Button
        size="small"
        disabled={prizes.length >= kMostPrizes}
        onClick={() =>
          change([
            ...prizes,
            { id: wordOf('prize'), name: '', kind: 'points', odds_ppm: 0, points: 1 },
          ])
        }
      >
        {t('draw.add')}
      </Button>
    </div>
  );
}
