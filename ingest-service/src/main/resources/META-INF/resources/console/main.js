// The console's beginning: routes of the address' fragment to views, announcements, the connection, the token.

import { keepToken, token } from './api.js';
import { CreateView } from './create.js';
import { DetailView } from './detail.js';
import { setText } from './dom.js';
import { plural, stateOf } from './format.js';
import { ListView } from './list.js';
import { Store } from './store.js';

const main = document.getElementById('main');
const store = new Store();
let view = null;

/** #/ lists, #/new makes, #/pipelines/NAME shows one. */
function viewOf(hash) {
  const pipeline = hash.match(/^#\/pipelines\/([^/]+)$/);
  if (pipeline) {
    return new DetailView(store, decodeURIComponent(pipeline[1]));
  }
  return hash === '#/new' ? new CreateView(store) : new ListView(store);
}

function go(first) {
  view?.close();
  view = viewOf(location.hash);
  document.title = view.title === 'Sluice' ? 'Sluice' : `${view.title} · Sluice`;
  main.replaceChildren(view.element);
  for (const link of document.querySelectorAll('[data-route]')) {
    if (link.dataset.route === view.route) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  view.update();
  if (!first) {
    scrollTo(0, 0);
    view.element.querySelector('h1').focus();
  }
}

/** Tells people who cannot see the page what changed; only what matters, and each thing once. */
function announcing() {
  const told = new Map();
  const region = document.getElementById('announcements');
  store.subscribe(() => {
    const news = [];
    for (const pipeline of store.pipelines) {
      const { stopped, setAside } = pipeline.totals;
      // That there are some, not each of them.
      const now = stateOf(pipeline).text + (stopped > 0 ? `, ${plural(stopped, 'table')} stopped` : '')
          + (setAside > 0 ? ', rows are set aside' : '');
      const before = told.get(pipeline.name);
      told.set(pipeline.name, now);
      if (before !== undefined && before !== now) {
        news.push(`${pipeline.name}: ${now}`);
      }
    }
    if (news.length > 0) {
      setText(region, news.slice(0, 5).join('. '));
    }
  });
}

function connection() {
  const sign = document.getElementById('connection');
  store.subscribe(() => {
    sign.classList.toggle('lost', store.error !== null);
    setText(sign, store.error === null ? 'live' : store.error.status === 0 ? 'no answer' : 'refused');
  });
}

function tokens() {
  const dialog = document.getElementById('token');
  const input = document.getElementById('token-value');
  const button = document.getElementById('token-button');
  const label = () => setText(button, token() ? 'Token set' : 'Token');
  button.addEventListener('click', () => {
    input.value = '';
    dialog.returnValue = 'cancel';
    dialog.showModal();
    input.focus();
  });
  // Enter means the last button, not the first of the form.
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      dialog.close('keep');
    }
  });
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'keep' && input.value) {
      keepToken(input.value);
    } else if (dialog.returnValue === 'forget') {
      keepToken('');
    }
    input.value = '';
    label();
    store.begin();
  });
  label();
}

document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener('hashchange', () => go(false));
announcing();
connection();
tokens();
store.subscribe(() => view?.update());
go(true);
store.start();
