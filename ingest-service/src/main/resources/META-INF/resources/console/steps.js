// How far a pipeline is on its way: load, handover, catch-up, stream.

import { el, setAttribute, setText } from './dom.js';
import { count, duration, time } from './format.js';

const STEPS = [['Load', 'SNAPSHOT'], ['Handover', 'HANDOVER'], ['Catch up', 'CATCH_UP'], ['Stream', 'STREAMING']];

/** The four steps, with the moment of the handover when this page saw it. */
export class Steps {
  constructor() {
    this.items = STEPS.map(([title]) => {
      const note = el('span', { class: 'note' });
      const sign = el('span', { class: 'for-readers' });
      return { note, sign, element: el('li', {}, el('span', { class: 'step' }, title), sign, note) };
    });
    this.element = el('ol', { class: 'steps', 'aria-label': 'Phase' }, ...this.items.map((item) => item.element));
  }

  update({ phase, cut }, handover) {
    const present = STEPS.findIndex(([, name]) => name === (phase === 'RESNAPSHOT' ? 'SNAPSHOT' : phase));
    this.items.forEach(({ element, sign }, index) => {
      const done = index < present;
      element.classList.toggle('done', done);
      setAttribute(element, 'aria-current', index === present ? 'step' : null);
      setText(sign, done ? ' (done)' : '');
    });
    setText(this.items[1].note, this.handover(present, cut, handover));
  }

  handover(present, cut, event) {
    if (event) {
      const { position, rows, seconds } = event.details;
      return `at ${position}, ${time(event.at)}: ${count(rows)} rows in ${duration(seconds)}`;
    }
    return present > 1 && cut > 0 ? 'without gap or overlap' : '';
  }
}
