import { expect, test } from 'vitest';
import { keyOf, mayOpen, navOf, pathFrom } from './places';
import { pageRoutes } from './routes';

test('a path belongs to the longest entry that it starts with', () => {
  expect(navOf('/')).toBe('overview');
  expect(navOf('/customers/17')).toBe('customers');
  expect(navOf('/campaigns/c1/edit')).toBe('campaigns');
  expect(navOf('/settings/keys')).toBe('settings');
  expect(navOf('/insights/ask/funnel')).toBe('insights');
  expect(navOf('/insights/retention')).toBe('retention');
  expect(navOf('/customersx')).toBeUndefined();
});

test('rights open pages', () => {
  const composer = pageRoutes.find((route) => route.path === '/campaigns/new');
  expect(composer && mayOpen(composer, ['campaigns.read'])).toBe(false);
  expect(composer && mayOpen(composer, ['campaigns.write'])).toBe(true);
  expect(mayOpen({ right: 'signed_in' }, [])).toBe(true);
});

test('the composer stays when a new campaign gets its address, other pages do not', () => {
  expect(keyOf('/campaigns/new')).toBe(keyOf('/campaigns/c1/edit'));
  expect(keyOf('/campaigns/c1')).not.toBe(keyOf('/campaigns/c2'));
  expect(keyOf('/campaigns/new/more')).toBe('/campaigns/new/more');
});

test('the programme stays chosen from one page of points to the other', () => {
  const here = { pathname: '/loyalty/rules/orders', search: '?programme=club&preset=empty' };
  expect(pathFrom(here, '/loyalty/coupons')).toBe('/loyalty/coupons?programme=club');
  expect(pathFrom(here, '/customers')).toBe('/customers');
  expect(pathFrom(here, '/settings/:tab?')).toBe('/settings');
  expect(pathFrom({ ...here, pathname: '/customers' }, '/loyalty')).toBe('/loyalty');
  expect(pathFrom({ ...here, search: '?programme=new' }, '/loyalty')).toBe('/loyalty');
});
