// The line to the server. It comes back by itself, and what was asked meanwhile is asked again: questions change nothing by being asked twice.

const SOON = 250, LATE = 4000; // milliseconds until the next try
const TOO_LONG = 1009; // how the server ends a line on which it was asked more than it takes

export class Connection {
  constructor(url, onState) {
    this.url = url;
    this.onState = onState;
    this.open = new Map(); // questions without an answer, by number
    this.keys = new Map();
    this.number = 0;
    this.wait = SOON;
    this.refused = Infinity; // bytes of a question that was too long for the server
    this.connect();
  }

  connect() {
    this.socket = new WebSocket(this.url);
    this.longest = 0; // bytes of a question on this line
    this.socket.onopen = () => {
      this.wait = SOON;
      this.onState(true);
      for (const [id, asked] of this.open) this.send(id, asked);
    };
    this.socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.socket.onclose = ({ code }) => {
      this.onState(false);
      if (code === TOO_LONG) this.refused = Math.min(this.refused, this.longest);
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

  send(id, { ask, given, key, reject }) {
    const words = JSON.stringify({ id, ask, given, key }), size = new Blob([words]).size;
    if (size < this.refused) {
      this.longest = Math.max(this.longest, size);
      this.socket.send(words);
    } else { // asked again, it would end the next line too
      this.open.delete(id);
      reject(new Error("This is more text than the server takes at once."));
    }
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
