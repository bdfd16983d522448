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

// What axe-core finds serious on any page, as "/address (theme): fault".
export async function everyPage(visitor, server) {
  const {page} = visitor;
  const faults = [];
  const {origin} = server;
  for (const theme of ['light', 'dark']) {
    await page.evaluate((name) => localStorage.setItem('perennial.theme', name), theme);
    for (const address of await addresses(server)) {
      await page.goto('about:blank');
      await page.goto(origin + address);
      await page.locator('h1').first().waitFor();
      for (const fault of await visitor.faults()) faults.push(`${address} (${theme}): ${fault}`);
    }
  }
  return faults;
}
