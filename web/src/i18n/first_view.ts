// Which texts the first view says: the doors, the frame and the overview. They are loaded before it
// shows; all others after it, so that texts of other pages do not delay it. A name stands for a
// text, with its plural forms, or for a whole group. catalogue.test.ts finds one that is missing.
export const kFirstView: readonly string[] = [
  'access',
  'campaign.difference_short',
  'campaign.effect',
  'campaign.held_out_n',
  'campaign.no_result_yet',
  'campaign.one',
  'campaign.sent_n',
  'campaign.state',
  'customer.cell',
  'customer.country',
  'customer.name',
  'customer.orders',
  'customer.revenue',
  'customer.silent_for',
  'do.hide_password',
  'do.retry',
  'do.show_password',
  'do.sign_in',
  'do.sign_out',
  'empty',
  'first',
  'header',
  'list',
  'nav',
  'nav_group',
  'overview',
  'people',
  'problem',
  'product',
  'retention.over',
  'today',
  'unit',
  'words.arm',
  'words.campaign_state',
  'words.cell',
  'words.growth',
  'words.held_out',
  'words.left_period',
  'words.light',
  'words.measure',
  'words.problem_code',
  'words.proof_verdict',
  'words.role',
  'words.stage',
  'words.tier',
  'words.verdict',
];

const kNames = new Set(kFirstView);

/** Whether the first view comes with this text, a key with dots as `t()` takes it. */
export function inFirstView(key: string): boolean {
  const path = key.replace(/_(one|other)$/, '').split('.');
  return path.some((_, i) => kNames.has(path.slice(0, i + 1).join('.')));
}
