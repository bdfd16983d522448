import { Button } from 'antd';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LoyaltyRule, Programme } from '@/api/types';
import { Loaded } from '@/shared/Loaded';
import { PageHead } from '@/shared/PageHead';
import { useAddress } from '@/shared/use_address';
import { ProgrammeSwitch } from '../programme/ProgrammeSwitch';
import { usePresets } from '../use_presets';
import { useWholeRule } from '../use_rule_sentence';
import { emptyRule, ruleOfPreset } from './rule_draft';

interface Props {
  programme: Programme;
  /** The ids of the rules that there are. */
  taken: readonly string[];
  /** The form of a new rule, and the id that its preset has when it is free. */
  children: (rule: LoyaltyRule, id: string) => ReactNode;
}

const kEmpty = 'empty';

/** A new rule begins as a preset or with nothing; the choice stands in the address. */
export function NewRule({ programme, taken, children }: Props) {
  const { t } = useTranslation();
  const address = useAddress();
  const whole = useWholeRule(programme);
  const chosen = address.text('preset');
  const query = usePresets();
  if (chosen === kEmpty) return children(emptyRule(), '');
  return (
    <Loaded query={query} title={t('rule_form.new')}>
      {({ rules }) => {
        const preset = rules.find(({ id }) => id === chosen);
        if (preset) {
          const id = preset.id ?? '';
          return (
            <Fragment key={id}>
              {children(ruleOfPreset(preset), taken.includes(id) ? '' : id)}
            </Fragment>
          );
        }
        return (
          <>
            <PageHead title={t('rule_form.new')} lead={t('rule_form.choose')}>
              <ProgrammeSwitch />
            </PageHead>
            <div className="scroll-x">
              <table className="plain" style={{ maxWidth: 1100 }}>
                <tbody>
                  <tr>
                    <td className="nowrap">
                      <Button
                        type="link"
                        style={{ paddingInline: 0 }}
                        onClick={() => address.change({ preset: kEmpty })}
                      >
                        {t('rule_form.empty')}
                      </Button>
                    </td>
                    <td className="quiet">{t('rule_form.empty_hint')}</td>
                  </tr>
                  {rules.map((one) => (
                    <tr key={one.id}>
                      <td className="nowrap">
                        <Button
                          type="link"
                          style={{ paddingInline: 0 }}
                          onClick={() => address.change({ preset: one.id })}
                        >
                          {one.name}
                        </Button>
                      </td>
                      <td className="quiet">{whole(ruleOfPreset(one))}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}
