// Curves over the last ten minutes, as SVG.

import { el, setAttribute, setText, svg } from './dom.js';

const WIDTH = 600;
const HEIGHT = 120;
/** What is shown grows with what is known, up to all that is kept. */
const SPANS = [1, 2, 5, 10].map((minutes) => minutes * 60_000);

/** A curve with its largest value, its present one, and marks. */
export class Chart {
  /**
   * @param title what is drawn
   * @param format turns a value into text
   */
  constructor(title, format) {
    this.format = format;
    this.area = svg('path', { class: 'area' });
    this.line = svg('path', { class: 'line' });
    this.marks = svg('g', { class: 'marks' });
    this.present = el('strong');
    this.top = el('span', { class: 'axis' });
    this.picture = svg('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': title,
    }, svg('path', { class: 'grid', d: `M0 1H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 1}H${WIDTH}` }),
        this.area, this.line, this.marks);
    this.start = el('span', { class: 'axis' });
    this.note = el('span', { class: 'axis' });
    this.element = el('figure', { class: 'chart' },
        el('figcaption', {}, el('span', {}, title), this.present),
        this.top, this.picture,
        el('div', { class: 'axis-row' }, this.start, this.note,
            el('span', { class: 'axis' }, 'now')));
  }

  /**
   * @param points [time, value], oldest first
   * @param marks times with a text
   */
  show(points, marks = []) {
    const now = points.at(-1)?.[0] ?? Date.now();
    const span = SPANS.find((one) => now - (points[0]?.[0] ?? now) <= one) ?? SPANS.at(-1);
    const most = niceAbove(Math.max(...points.map(([, value]) => value), 0));
    const x = (at) => Math.round((1 - (now - at) / span) * WIDTH * 10) / 10;
    const y = (value) => Math.round((HEIGHT - 1 - (value / most) * (HEIGHT - 4)) * 10) / 10;
    const inside = points.filter(([at]) => now - at <= span);
    const path = inside.map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('');
    setAttribute(this.line, 'd', path);
    setAttribute(this.area, 'd', inside.length > 1 ? `${path}L${x(now)} ${HEIGHT}L${x(inside[0][0])} ${HEIGHT}Z` : '');
    const recent = marks.filter(({ at }) => now - at <= span);
    this.marks.replaceChildren(...recent.map(({ at }) => svg('path', { d: `M${x(at)} 0V${HEIGHT}` })));
    setText(this.note, recent.length > 0 ? `┆ ${recent.at(-1).text}` : '');
    setText(this.present, this.format(points.at(-1)?.[1] ?? 0));
    setText(this.top, this.format(most));
    setText(this.start, `${span / 60_000} min ago`);
  }
}

/** The next of 1, 2, 5, 10, 20 … above a value, so that the scale does not tremble. */
function niceAbove(value) {
  if (value <= 1) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

/** A curve of the size of a word, for a list; nothing for those who cannot see it, the number stands beside it. */
export function sparkline() {
  const line = svg('polyline', { points: '' });
  const element = svg('svg', {
    class: 'sparkline', viewBox: '0 0 60 16', preserveAspectRatio: 'none', 'aria-hidden': 'true',
  }, line);
  return {
    element,
    show(values) {
      const most = Math.max(...values, 1);
      const first = 60 - values.length;
      setAttribute(line, 'points', values
          .map((value, index) => `${first + index},${(15 - (value / most) * 14).toFixed(1)}`)
          .join(' '));
    },
  };
}
