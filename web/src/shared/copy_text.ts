/**
 * Copies a text. Browsers give their clipboard only to pages over https and of this machine; on
 * others a text is chosen and copied as by hand. Throws when neither is allowed.
 */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const box = document.createElement('textarea');
  box.value = text;
  box.readOnly = true;
  box.style.position = 'fixed';
  box.style.opacity = '0';
  // In a dialog, which keeps the focus to itself, the box is a part of it.
  const before = document.activeElement;
  const home = before?.closest('[role="dialog"]') ?? document.body;
  home.append(box);
  box.select();
  const done = document.execCommand('copy');
  box.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!done) throw new Error('copying is not allowed');
}
