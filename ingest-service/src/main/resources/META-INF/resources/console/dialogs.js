// Questions before something is done, and short messages afterwards.

import { el, setText } from './dom.js';

const TOAST_MILLIS = 8000;

/**
 * Asks before something is done; the browser keeps the focus inside and gives it back.
 *
 * @param question title, text, and the word for yes
 * @returns whether the answer was yes
 */
export function confirmed({ title, text, yes }) {
  const dialog = document.getElementById('confirm');
  setText(dialog.querySelector('#confirm-title'), title);
  setText(dialog.querySelector('#confirm-text'), text);
  setText(dialog.querySelector('#confirm-yes'), yes);
  dialog.returnValue = 'no';
  dialog.showModal();
  dialog.querySelector('#confirm-yes').focus();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}

/** Shows a message for a while; it can be dismissed. */
export function toast(text, tone = 'idle') {
  const message = el('div', { class: `toast ${tone}` }, el('p', {}, text));
  const dismiss = el('button', { type: 'button', class: 'quiet', 'aria-label': 'Dismiss' }, '×');
  dismiss.addEventListener('click', () => message.remove());
  message.append(dismiss);
  document.getElementById('toasts').append(message);
  setTimeout(() => message.remove(), TOAST_MILLIS);
}

/** Does something, and shows why it did not work where it did not. */
export async function attempt(action, done) {
  try {
    const result = await action();
    if (done) {
      toast(done, 'good');
    }
    return result;
  } catch (e) {
    toast(e.message, 'bad');
    return null;
  }
}
