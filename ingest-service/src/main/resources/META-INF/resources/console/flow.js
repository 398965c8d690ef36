// The way of the data, drawn live: source, snapshot and stream, operators, lake. A way moves while rows go along it.

import { setAttribute, setText, svg } from './dom.js';
import { bytes, count, follows, lagPhrase, plural, rate } from './format.js';

const WIDE = {
  box: [940, 208],
  nodes: { source: [0, 68], snapshot: [240, 4], stream: [240, 132], operators: [510, 68], lake: [770, 68] },
  ways: {
    read: 'M170 94C205 94 205 40 240 40',
    log: 'M170 114C205 114 205 168 240 168',
    rows: 'M410 40C460 40 460 94 510 94',
    changes: 'M410 168C460 168 460 114 510 114',
    publish: 'M680 104H770',
  },
  rates: { rows: [468, 34], changes: [468, 184], publish: [725, 90] },
};

const NARROW = {
  box: [354, 452],
  nodes: { source: [92, 2], snapshot: [1, 122], stream: [183, 122], operators: [92, 252], lake: [92, 376] },
  ways: {
    read: 'M166 74C166 98 86 98 86 122',
    log: 'M188 74C188 98 268 98 268 122',
    rows: 'M86 194C86 223 166 223 166 252',
    changes: 'M268 194C268 223 188 223 188 252',
    publish: 'M177 324V376',
  },
  rates: { rows: [62, 228], changes: [292, 228], publish: [236, 355] },
};

const NODE = [170, 72];
const TITLES = { source: 'Source', snapshot: 'Snapshot', stream: 'Stream', operators: 'Operators', lake: 'Lake' };
const NARROW_BELOW = 700;

/** The drawing of one pipeline. */
export class Flow {
  constructor() {
    this.description = svg('desc', { id: 'flow-description' });
    this.element = svg('svg', {
      class: 'flow', role: 'img', 'aria-label': 'The way of the data', 'aria-describedby': 'flow-description',
    }, this.description);
    this.nodes = {};
    this.ways = {};
    this.rates = {};
    for (const name of Object.keys(WIDE.ways)) {
      this.ways[name] = svg('path', { class: 'way' });
      this.element.append(this.ways[name]);
    }
    for (const [name, title] of Object.entries(TITLES)) {
      this.nodes[name] = new Node(title);
      this.element.append(this.nodes[name].element);
    }
    for (const name of Object.keys(WIDE.rates)) {
      this.rates[name] = svg('text', { class: 'rate', 'text-anchor': 'middle' });
      this.element.append(this.rates[name]);
    }
    this.layOut(WIDE);
    this.observer = new ResizeObserver(([entry]) => {
      this.layOut(entry.contentRect.width < NARROW_BELOW ? NARROW : WIDE);
    });
  }

  /** Begins to follow the width of its place. */
  watch(place) {
    this.observer.observe(place);
  }

  close() {
    this.observer.disconnect();
  }

  layOut(layout) {
    if (this.layout === layout) {
      return;
    }
    this.layout = layout;
    setAttribute(this.element, 'viewBox', `0 0 ${layout.box.join(' ')}`);
    this.element.classList.toggle('narrow', layout === NARROW);
    for (const [name, [x, y]] of Object.entries(layout.nodes)) {
      this.nodes[name].element.setAttribute('transform', `translate(${x} ${y})`);
    }
    for (const [name, path] of Object.entries(layout.ways)) {
      this.ways[name].setAttribute('d', path);
    }
    for (const [name, [x, y]] of Object.entries(layout.rates)) {
      this.rates[name].setAttribute('x', x);
      this.rates[name].setAttribute('y', y);
    }
  }

  update(pipeline, rates) {
    const running = pipeline.state === 'RUNNING';
    const { totals } = pipeline;
    const streams = running && follows(pipeline.phase);
    const loads = running && (!streams || totals.loading > 0);
    const flowing = {
      read: loads && rates.read > 0,
      log: streams,
      rows: loads && rates.read > 0,
      changes: streams && rates.changes > 0,
      publish: running && rates.published + (loads ? rates.read : 0) > 0,
    };
    for (const [name, moves] of Object.entries(flowing)) {
      this.ways[name].classList.toggle('moves', moves);
    }
    this.nodes.source.show(running, plural(totals.tables, 'table'), streams ? lagPhrase(pipeline) : '');
    this.nodes.snapshot.show(loads, loads ? `${count(totals.rowsRead)} rows` : totals.rowsRead > 0 ? 'done' : '–',
        totals.bytesRead > 0 ? bytes(totals.bytesRead) : '');
    this.nodes.stream.show(streams, streams ? (pipeline.phase === 'CATCH_UP' ? 'catching up' : 'at the log’s end') : '–',
        streams ? plural(totals.changes, 'change') : '');
    this.nodes.operators.show(running, 'project, filter, route', 'the same for both');
    this.nodes.lake.show(running, pipeline.cut > 0 ? `cut ${count(pipeline.cut)}` : 'no cut yet', pipeline.position ?? '');
    setText(this.rates.rows, loads ? rate(rates.read) : '');
    setText(this.rates.changes, streams ? rate(rates.changes, 'changes/s') : '');
    setText(this.rates.publish, running && streams ? rate(rates.published) : '');
    setText(this.description, describe(loads, streams, rates, pipeline));
  }
}

function describe(loads, streams, rates, pipeline) {
  const parts = [];
  if (loads) {
    parts.push(`The snapshot reads ${rate(rates.read, 'rows per second')}`);
  }
  if (streams) {
    parts.push(`the stream brings ${rate(rates.changes, 'changes per second')}`);
  }
  if (parts.length === 0) {
    parts.push('Nothing moves');
  }
  parts.push(pipeline.cut > 0 ? `the lake is at cut ${pipeline.cut}` : 'the lake has no cut yet');
  return `${parts.join('; ')}.`;
}

/** One station. */
class Node {
  constructor(title) {
    const [width, height] = NODE;
    this.first = svg('text', { x: width / 2, y: 44, 'text-anchor': 'middle' });
    this.second = svg('text', { x: width / 2, y: 61, 'text-anchor': 'middle', class: 'small' });
    this.element = svg('g', { class: 'node' },
        svg('rect', { width, height, rx: 10 }),
        svg('text', { x: width / 2, y: 24, 'text-anchor': 'middle', class: 'title' }, title),
        this.first, this.second);
  }

  show(active, first, second) {
    this.element.classList.toggle('active', active);
    setText(this.first, first);
    setText(this.second, second);
  }
}
