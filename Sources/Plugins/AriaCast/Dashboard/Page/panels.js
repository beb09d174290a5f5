// The lists beside the player: senders, numbers, how to cast, log.

import { clock, number, say } from "./words.js";

const id = (name) => document.getElementById(name);

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);

export class Panels {
  constructor(state, player) {
    this.state = state;
    this.player = player;
  }

  all() { this.senders(); this.numbers(); this.casting(); this.log(); }

  senders() {
    const { senders } = this.state;
    id("no-sender").hidden = senders.length > 0;
    id("sender-count").textContent = number(senders.length);
    id("senders").replaceChildren(...senders.map((sender) => this.sender(sender)));
  }

  sender(sender) {
    const item = make("li");
    item.dataset.condition = sender.condition;
    const head = make("div", "head");
    head.append(make("strong", "", sender.label || sender.peer));
    if (sender.heard) head.append(make("span", "tag", say("heardNow")));
    const facts = [sender.label && sender.peer, say("packets", number(sender.packetsPerSecond)), `${number(sender.rate / 1000, sender.rate % 1000 ? 1 : 0)} kHz`, say("since", clock(sender.connectedMs))];
    item.append(head, make("div", "what", say(`condition${capital(sender.condition)}`)), make("div", "facts", facts.filter(Boolean).join(" · ")));
    const help = { silent: "silentHelp", stalled: "stalledHelp" }[sender.condition];
    if (help) item.append(make("p", "help", say(help)));
    return item;
  }

  numbers() {
    const sender = this.state.senders.find((one) => one.heard);
    const own = this.player.statistics;
    const rows = [];
    const add = (key, value, small) => rows.push([say(key), value, small]);
    const none = "–";
    add("rate", sender ? `${number(sender.rate / 1000, sender.rate % 1000 ? 1 : 0)} kHz` : none, sender && (sender.sample === "s16le" ? "16 bit" : "32 bit"));
    add("channels", sender ? (sender.channels === 1 ? say("mono") : sender.channels === 2 ? say("stereo") : number(sender.channels)) : none);
    add("packetRate", sender ? `${number(sender.packetsPerSecond)}/s` : none);
    add("late", sender ? number(sender.late) : none);
    add("buffer", sender?.bufferMs != null ? `${number(sender.bufferMs)} ms` : none);
    add("underruns", sender?.bufferMs != null ? number(sender.underruns) : none);
    add("ownBuffer", own ? `${number(Math.round(own.bufferMs))} ms` : none, own && say("reserve", number(Math.round(own.targetMs))));
    add("ownUnderruns", own ? number(own.underruns) : none);
    add("drift", own ? `${number(Math.round(own.driftPpm))} ppm` : none);
    add("browsers", number(this.state.listeners));
    add("page", say({ open: "open", lost: "retrying", connecting: "retrying" }[this.state.page]));
    add("sound", this.player.way === "plain" ? say("plainPlayer") : say({ open: "open", connecting: "retrying" }[this.player.state] || "off"));
    const list = id("numbers");
    while (list.children.length < rows.length) {
      const cell = make("div");
      cell.append(make("dt"), make("dd"));
      list.append(cell);
    }
    rows.forEach(([name, value, small], index) => {
      const [term, data] = list.children[index].children;
      const key = `${name}|${value}|${small}`;
      if (data.dataset.key === key) return;
      data.dataset.key = key;
      term.textContent = name;
      data.textContent = value;
      if (small) data.append(make("small", "", small));
    });
  }

  casting() {
    const { services, network, name } = this.state;
    const port = services[0]?.port ?? 12889;
    const names = services.length ? services.map((service) => service.name).join("” / “") : name || "…";
    id("cast-step2").textContent = say("castStep2", names);
    id("hints").replaceChildren(make("li", "", say("hint1")), make("li", "", say("hint2", port, network?.port ?? location.port)), make("li", "", say("hint3")));
    const rows = [];
    const isLocal = /^(localhost|127\.|\[::1\])/.test(location.hostname);
    const hosts = new Set(isLocal ? [] : [location.hostname]);
    for (const address of network?.addresses || []) hosts.add(address);
    if (!hosts.size && network) hosts.add(network.host);
    const speakers = services.length ? services : [{ name: say("byHand"), port }];
    for (const speaker of speakers) for (const host of [...hosts].slice(0, 3)) rows.push([speaker.name, `${host}:${speaker.port}`]);
    for (const host of [...hosts].slice(0, 1)) rows.push([say("thisPage"), `${location.protocol}//${host}:${network?.port ?? location.port}/`]);
    id("addresses").replaceChildren(...rows.map(([label, text]) => this.address(label, text)));
  }

  address(label, text) {
    const row = make("div", "address");
    row.append(make("span", "", label), make("code", "", text));
    if (!navigator.clipboard) return row;
    const button = make("button", "text", say("copy"));
    button.type = "button";
    button.setAttribute("aria-label", `${say("copy")}: ${text}`);
    button.onclick = async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = say("copied");
      setTimeout(() => { button.textContent = say("copy"); }, 1500);
    };
    row.append(button);
    return row;
  }

  log() {
    const list = id("log");
    const lines = this.state.log.slice(-100).reverse();
    if (!lines.length) return list.replaceChildren(make("li", "fine empty", say("logEmpty")));
    list.replaceChildren(...lines.map((line) => {
      const item = make("li");
      const time = make("time", "", new Date(line.at).toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23" }));
      time.dateTime = new Date(line.at).toISOString();
      item.append(time, make("span", "", this.sentence(line)));
      return item;
    }));
  }

  sentence({ topic, words }) {
    if (topic === "track") return words[1] ? say("logTrackBy", ...words) : say("logTrack", words[0]);
    if (topic === "command") return say("logCommand", say(words[0]));
    return say(`log${capital(topic)}`, ...words);
  }

  /** For those who hear the page: the level, four times a second at most. */
  meter(scope) {
    const decibels = Math.round(Math.max(-60, scope.levels[1], scope.levels[3]));
    const meter = id("meter");
    if (meter.getAttribute("aria-valuenow") === String(decibels)) return;
    meter.setAttribute("aria-valuenow", decibels);
    meter.setAttribute("aria-valuetext", `${number(decibels)} dB`);
  }
}
