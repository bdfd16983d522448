// Debian's Chromium, headless, with everything off that would look for a network.
import {chromium} from 'playwright-core';

export function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.PERENNIAL_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
