// The connection of the page: what the router says comes as pieces of one state; what is pressed goes back.

/** An address of this router for WebSockets. */
export const socketURL = (path) => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;

export class Live {
  /** @param hear called with each piece; @param turn called with "open" or "lost" */
  constructor(hear, turn) {
    this.hear = hear;
    this.turn = turn;
    this.wait = 500;
    this.connect();
    addEventListener("online", () => this.again());
    document.addEventListener("visibilitychange", () => document.hidden || this.again());
    addEventListener("pagehide", () => this.socket.close());
    addEventListener("pageshow", (event) => event.persisted && this.again());
  }

  connect() {
    clearTimeout(this.timer);
    this.timer = 0;
    const socket = new WebSocket(socketURL("/api/live"));
    this.socket = socket;
    socket.onopen = () => {
      this.wait = 500;
      this.turn("open");
      const token = sessionStorage.getItem("token");
      if (token) this.send({ token });
    };
    socket.onmessage = ({ data }) => this.hear(JSON.parse(data));
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.turn("lost");
      this.timer = setTimeout(() => this.connect(), this.wait * (0.8 + 0.4 * Math.random()));
      this.wait = Math.min(this.wait * 1.6, 10000);
    };
  }

  /** At once, if it waits. */
  again() {
    if (this.timer || this.socket.readyState > 1) this.connect();
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
