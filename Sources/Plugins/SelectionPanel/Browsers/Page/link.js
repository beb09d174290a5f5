// The connection of the page: comes back by itself, measures how far away the router is.

export class Link {
  /**
   * @param hello what to introduce oneself with, asked anew each time
   * @param hear called with each message
   * @param turn called with "open" or "lost"
   */
  constructor(hello, hear, turn) {
    Object.assign(this, { hello, hear, turn, wait: 300, roundTrips: [], timer: 0 });
    this.connect();
    addEventListener("online", () => this.again());
    document.addEventListener("visibilitychange", () => document.hidden || this.again());
    addEventListener("pagehide", () => this.socket.close());
    addEventListener("pageshow", (event) => event.persisted && this.again());
    setInterval(() => this.ping(), 5000);
  }

  get isOpen() { return this.socket.readyState === WebSocket.OPEN; }

  /** Milliseconds to the router and back, the quickest of late; undefined before the first. */
  get roundTrip() { return this.roundTrips.length ? Math.min(...this.roundTrips) : undefined; }

  connect() {
    clearTimeout(this.timer);
    this.timer = 0;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => {
      this.wait = 300;
      this.heardAt = performance.now();
      this.isFirst = true;
      this.introduce();
      this.ping();
      this.turn("open");
    };
    socket.onmessage = ({ data }) => this.take(JSON.parse(data), performance.now());
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.turn("lost");
      // Not all at once: a hundred displays lose the router in the same moment.
      this.timer = setTimeout(() => this.connect(), this.wait * (0.5 + Math.random()));
      this.wait = Math.min(this.wait * 1.7, 10000);
    };
  }

  take(message, at) {
    this.heardAt = at;
    if (message.type === "pong") {
      this.roundTrips = [...this.roundTrips, at - message.t].slice(-8);
      return;
    }
    const isFirst = this.isFirst && message.type === "state";
    if (isFirst) this.isFirst = false;
    this.hear(message, at, isFirst);
  }

  introduce() { this.send({ type: "hello", ...this.hello() }); }

  ping() {
    if (!this.isOpen) return;
    // Nothing for 12 s, not even an answer: the line is dead, whatever the system says.
    if (performance.now() - this.heardAt > 12000) {
      const dead = this.socket;
      dead.onclose = null;
      dead.close();
      this.turn("lost");
      this.connect();
    } else {
      this.send({ type: "ping", t: performance.now() });
    }
  }

  /** At once, if it waits. */
  again() { if (this.timer || this.socket.readyState > 1) this.connect(); }

  send(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
    return this.isOpen;
  }
}
