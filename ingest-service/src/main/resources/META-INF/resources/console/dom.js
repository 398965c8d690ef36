// Small helpers that build and change the page. Text goes in as text only: nothing here, or anywhere else in the
// console, parses markup from a string.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes, listeners (names that begin with "on") and children; strings become text. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children);
  return element;
}

/** Changes a text only when it is another one, so that nothing is laid out or read aloud again for nothing. */
export function setText(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) {
    element.textContent = wanted;
  }
}

/** Sets an attribute when it is another one; null removes it. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined) {
    element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/** Shows or hides. */
export function show(element, visible) {
  if (element.hidden === visible) {
    element.hidden = !visible;
  }
}

/** Enables or disables a button. Focus that would get lost goes to the heading of its view. */
export function enable(button, enabled) {
  if (button.disabled !== enabled) {
    return;
  }
  const focused = document.activeElement === button;
  button.disabled = !enabled;
  if (focused && !enabled) {
    document.querySelector('main h1')?.focus();
  }
}

/**
 * A list whose rows stay the same elements while their items change: rows are made, changed, moved and removed one by
 * one, so focus, selection and scroll position survive every update.
 */
export class KeyedList {
  /**
   * @param parent holds the rows
   * @param create makes a row for a first item: an object with `element` and `update(item)`
   */
  constructor(parent, create) {
    this.parent = parent;
    this.create = create;
    this.rows = new Map();
  }

  /** Shows these items in this order. */
  render(items, keyOf) {
    const gone = new Set(this.rows.keys());
    let place = this.parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      gone.delete(key);
      let row = this.rows.get(key);
      if (!row) {
        row = this.create(item);
        this.rows.set(key, row);
      }
      row.update(item);
      if (row.element === place) {
        place = place.nextElementSibling;
      } else {
        this.parent.insertBefore(row.element, place);
      }
    }
    for (const key of gone) {
      this.rows.get(key).element.remove();
      this.rows.delete(key);
    }
  }
}

/** Does something now and again, more seldom while nobody looks. The next turn begins after the last one ended. */
export function repeat(action, millis) {
  let timer = 0;
  let running = false;
  let again = false;
  let ended = false;
  async function turn() {
    clearTimeout(timer);
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await action();
    } finally {
      running = false;
      if (!ended) {
        timer = setTimeout(turn, again ? 0 : document.hidden ? millis * 5 : millis);
        again = false;
      }
    }
  }
  turn();
  return {
    now: () => turn(),
    stop: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
