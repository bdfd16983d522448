// A campaign while it is composed. Pure.
import type { Audience, Campaign, CampaignDraft, Stage } from '@/api/types';
import { kCells } from '@/shared/cells';
import { kStages } from '@/shared/colors';
import { isFatal, mistakesIn } from './template';

export const kSteps = ['who', 'what', 'when', 'proof'] as const;
export type Step = (typeof kSteps)[number];

const list = (text: string | null): string[] => (text ?? '').split(',').filter(Boolean);

/** The audience that an address asks for: ?stages=silent,churned&cells=at_risk */
export function audienceFrom(params: URLSearchParams): Audience {
  const stages = list(params.get('stages')).filter((word): word is Stage =>
    kStages.some((one) => one === word),
  );
  const cells = list(params.get('cells')).filter((word) => kCells.some((one) => one === word));
  return { stages, cells };
}

export const emptyDraft = (audience: Audience): CampaignDraft => ({
  name: '',
  audience,
  hold_out_percent: 20,
  subject: '',
  text: '',
  html: '',
  result_days: 30,
});

export const draftOf = (campaign: Campaign): CampaignDraft => ({
  name: campaign.name,
  audience: campaign.audience,
  hold_out_percent: campaign.hold_out_percent,
  subject: campaign.subject,
  text: campaign.text,
  html: campaign.html ?? '',
  result_days: campaign.result_days ?? 30,
});

export const isChosen = ({ stages = [], cells = [] }: Audience): boolean =>
  stages.length + cells.length > 0;

/** The steps that still lack something, in order. */
export function lacking(draft: CampaignDraft): Step[] {
  const mistakes = [draft.subject, draft.text, draft.html ?? ''].flatMap(mistakesIn).some(isFatal);
  const steps: Step[] = [];
  if (!draft.name.trim() || !isChosen(draft.audience)) steps.push('who');
  if (!draft.subject.trim() || !draft.text.trim() || mistakes) steps.push('what');
  return steps;
}

/** A set whose people belong to the audience, for finding someone to preview with. */
export function previewSet({ stages = [], cells = [] }: Audience): string {
  if (stages[0]) return `stage:${stages[0]}`;
  return cells[0] ? `cell:${cells[0]}` : '';
}
