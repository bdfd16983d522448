// What a screen reader says, in Chinese: names that came from a library in English.

const CONTROLS = new Set([
  'button',
  'image',
  'img',
  'link',
  'menuitem',
  'tab',
  'checkbox',
  'spinbutton',
]);
const DRAWN = new Set(['button', 'image', 'img']);
const HAN = /\p{Script=Han}/u;

// The words by which the icons on the page are known to their library: plus, close-circle, …
function iconWords(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('.anticon')].flatMap((icon) =>
      [...icon.classList].map((name) => /^anticon-(.+)$/.exec(name)?.[1]).filter(Boolean),
    ),
  );
}

// The names of controls on a Chinese page that hold the English word of an icon, and those of
// buttons and pictures in which nothing is Chinese; one line a name.
export async function englishNames({page, t}) {
  const words = new Set(await iconWords(page));
  const own = new Set([t('header.other_language')]);
  const devtools = await page.context().newCDPSession(page);
  const {nodes} = await devtools.send('Accessibility.getFullAXTree');
  await devtools.detach();
  return nodes
    .filter(({ignored, role}) => !ignored && CONTROLS.has(role?.value))
    .map(({role, name}) => ({role: role.value, name: name?.value ?? ''}))
    .filter(({role, name}) => {
      if (own.has(name)) return false;
      if (name.split(/\s+/).some((word) => words.has(word))) return true;
      return DRAWN.has(role) && !HAN.test(name);
    })
    .map(({role, name}) => `${role} is named "${name}"`);
}
