// The line to the server. It comes back by itself, and what was asked meanwhile is asked again: questions change nothing by being asked twice.

const SOON = 250, LATE = 4000; // milliseconds until the next try

export class Connection {
  constructor(url, onState) {
    this.url = url;
    this.onState = onState;
    this.open = new Map(); // questions without an answer, by number
    this.keys = new Map();
    this.number = 0;
    this.wait = SOON;
    this.connect();
  }

  connect() {
    this.socket = new WebSocket(this.url);
    this.socket.onopen = () => {
      this.wait = SOON;
      this.onState(true);
      for (const [id, asked] of this.open) this.send(id, asked);
    };
    this.socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.socket.onclose = () => {
      this.onState(false);
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(LATE, this.wait * 1.6);
    };
  }

  get up() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  // The answer to a question. A newer one with the same key, or the signal, gives it up: its promise then never ends.
  ask(name, given, { key, part, progress, signal } = {}) {
    const id = ++this.number;
    if (key) {
      this.open.delete(this.keys.get(key));
      this.keys.set(key, id);
    }
    return new Promise((resolve, reject) => {
      const asked = { ask: name, given, key, part, progress, resolve, reject };
      this.open.set(id, asked);
      signal?.addEventListener("abort", () => this.cancel(id));
      if (this.up) this.send(id, asked);
    });
  }

  cancel(id) {
    if (this.open.delete(id) && this.up) this.socket.send(JSON.stringify({ cancel: id }));
  }

  send(id, { ask, given, key }) {
    this.socket.send(JSON.stringify({ id, ask, given, key }));
  }

  hear(said) {
    const asked = this.open.get(said.id);
    if (!asked) return; // it was given up
    if (said.part !== undefined) asked.part?.(said.part, said.value);
    else if (said.progress !== undefined) asked.progress?.(said.progress, said.words);
    else {
      this.open.delete(said.id);
      if (said.failed !== undefined) asked.reject(new Error(said.failed));
      else asked.resolve(said.done);
    }
  }
}
