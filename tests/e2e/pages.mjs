// Every page of the console, looked at with axe-core in both themes.

async function addresses(server) {
  const [campaign] = (await server.api('GET', '/v1/campaigns')).campaigns;
  const {imports} = await server.api('GET', '/v1/imports');
  const {customers} = await server.api('GET', '/v1/customers?sort=revenue&limit=1');
  const draft = await server.api('POST', '/v1/campaigns', {
    name: 'Draft',
    audience: {stages: ['silent'], cells: []},
    hold_out_percent: 20,
    subject: 'Hello',
    text: 'Come back',
  });
  return [
    '/',
    '/customers?set=stage%3Asilent&sort=revenue',
    `/customers/${customers[0].id}`,
    '/imports',
    `/imports/${imports[0].id}`,
    '/insights/activity',
    '/insights/retention',
    '/insights/retention?show=count',
    '/insights/retention?view=rate',
    '/value/stages',
    '/value/rfm',
    '/campaigns',
    `/campaigns/${campaign.id}`,
    `/campaigns/${campaign.id}?tab=ledger`,
    `/campaigns/${draft.id}/edit`,
    `/campaigns/${draft.id}/edit?step=what`,
    `/campaigns/${draft.id}/edit?step=when`,
    `/campaigns/${draft.id}/edit?step=proof`,
    '/settings/workspace',
    '/settings/users',
    '/settings/keys',
    '/settings/email',
    '/settings/data',
    '/settings/data?view=quarantine',
    '/settings/data?view=schema',
    '/settings/audit',
    '/settings/health',
    '/claim#made-up',
    '/nowhere',
  ];
}

// Goes to an address inside the console, as a click on a link does.
async function visit(visitor, address) {
  await visitor.page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, address);
  await visitor.page.locator('main').locator('h1, h2, h3').first().waitFor();
}

// What axe-core finds serious on any page, as "/address (theme): fault".
export async function everyPage(visitor, server) {
  const {page} = visitor;
  const faults = [];
  const all = await addresses(server);
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => localStorage.setItem('perennial.theme', name), theme);
    await page.goto(server.origin);
    for (const address of all) {
      await visit(visitor, address);
      for (const fault of await visitor.faults()) faults.push(`${address} (${theme}): ${fault}`);
    }
  }
  return faults;
}
