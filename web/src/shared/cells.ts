// The named RFM cells, best first, as the contract spells them.
export const kCells = [
  'champions',
  'loyal',
  'potential_loyal',
  'new',
  'promising',
  'need_attention',
  'about_to_sleep',
  'at_risk',
  'cannot_lose',
  'hibernating',
] as const;
