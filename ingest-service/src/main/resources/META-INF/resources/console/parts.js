// Pieces that several views show.

import { el, setAttribute, setText } from './dom.js';

/** A state as a word with a coloured dot. */
export class Badge {
  constructor() {
    this.element = el('span', { class: 'badge' });
  }

  show({ text, tone }) {
    setText(this.element, text);
    setAttribute(this.element, 'class', `badge ${tone}`);
  }
}

/** A titled part of a page. */
export function panel(title, ...children) {
  const id = `h-${title.toLowerCase().replace(/\W+/g, '-')}`;
  return el('section', { class: 'panel', 'aria-labelledby': id }, el('h2', { id }, title), ...children);
}

/** A button that does something. */
export function button(text, action, attributes = {}) {
  return el('button', { type: 'button', onclick: action, ...attributes }, text);
}

/** A name with a value that changes. */
export class Fact {
  constructor(name) {
    this.value = el('dd');
    this.element = el('div', { class: 'fact' }, el('dt', {}, name), this.value);
  }

  show(text) {
    setText(this.value, text);
  }
}
