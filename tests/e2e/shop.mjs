// One customer in 25 of the sample shop, whole, and its anonymous orders in the same share: a file
// of about 20,000 lines that still spans the year, and a second file with these customers' names
// and e-mail addresses.
import {execFile} from 'node:child_process';
import {createReadStream} from 'node:fs';
import {mkdtemp, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';
import {createGunzip} from 'node:zlib';

import {ROOT} from './perennial.mjs';

const SHARE = 25;
const WHOLE_LINE = /^C?(\d+),.*?,([\d.]*),[^,]*$/;

const chosen = (number) => number % SHARE === 0;

async function orderLines() {
  const file = createReadStream(path.join(ROOT, 'data/online_retail.csv.gz')).pipe(createGunzip());
  const kept = [];
  const customers = new Set();
  let anonymous = 0;
  for await (const line of createInterface({input: file})) {
    if (kept.length === 0) {
      kept.push(line);
      continue;
    }
    const [, invoice, customer] = WHOLE_LINE.exec(line) ?? [];
    if (invoice === undefined || !chosen(Number(customer || invoice))) continue;
    kept.push(line);
    if (customer) customers.add(String(Number(customer)));
    else anonymous += 1;
  }
  return {kept, customers, anonymous};
}

// The paths of the two files, and what they hold: {orders, customers, orderRows, anonymousRows,
// people}; `people` has the rows of the file of customers as {id, name, email, country}. The caller
// removes `directory`.
export async function cutShop() {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'perennial-shop-'));
  const {kept, customers: bought, anonymous} = await orderLines();
  const {stdout} = await promisify(execFile)(path.join(ROOT, 'tools/demo_customers'), [], {
    maxBuffer: 1 << 26,
    encoding: 'utf8',
  });
  const [header, ...rows] = stdout.split(/\r?\n/).filter(Boolean);
  const mine = rows.filter((row) => bought.has(row.slice(0, row.indexOf(','))));
  const orders = path.join(directory, 'orders.csv');
  const customers = path.join(directory, 'customers.csv');
  await writeFile(orders, `${kept.join('\n')}\n`);
  await writeFile(customers, `${[header, ...mine].join('\n')}\n`);
  const people = mine.map((row) => {
    const [id, name, email, country] = row.split(',');
    return {id, name, email, country};
  });
  return {
    directory,
    orders,
    customers,
    orderRows: kept.length - 1,
    anonymousRows: anonymous,
    people,
  };
}
