// What the page says, in two languages.

const english = {
  skip: "To the content", settings: "Settings", nowPlaying: "Now playing", transport: "Transport",
  position: "Position in the track", seekHint: "Seek: some senders ignore this", previous: "Previous track",
  next: "Next track", play: "Play", pause: "Pause", stop: "Stop", mute: "Mute the speaker", speaker: "Speaker",
  speakerVolume: "Volume of the speaker", ownVolume: "Volume in this browser", thisBrowser: "This browser",
  listenHere: "Listen here", listen: "Listen in this browser", stopListening: "Stop listening", level: "Sound level",
  openStream: "Open as a stream in another player", senders: "Senders", noSender: "Nobody is connected.",
  statistics: "Statistics", howToCast: "How to cast to this speaker", log: "Log", close: "Close",
  language: "Language", automatic: "Automatic", appearance: "Appearance", light: "Light", dark: "Dark",
  background: "Background follows the sound", still: "Not at all", low: "A little", medium: "Medium", high: "Strongly",
  savePower: "Save power: no animation, fewer updates", autoplay: "Ask the sender to play when I begin to listen",
  nothing: "Nothing is playing", castNow: "Cast something to hear it here",
  unknownTitle: "Sound from {0}", tokenNeeded: "Read only: enter the token to use the buttons",
  readOnly: "Read only: no token is set in routes.json, so the buttons work on the router's own machine alone.", unlock: "Unlock",
  wrongToken: "That is not the token.", refused: "Not accepted: {0}",
  connecting: "Connecting …", lost: "No connection to the router. Trying again …", idle: "Ready",
  playing: "Playing", paused: "Paused", silent: "Connected, but silent", stalled: "The sender has stopped sending",
  waiting: "Connected, no sound yet", trackIs: "Now playing: {0}", trackBy: "{0} by {1}", timeOf: "{0} of {1}",
  conditionSound: "Sound", conditionSilent: "Connected, silent: it sends nothing but zeros",
  conditionStalled: "Sends nothing at the moment", conditionWaiting: "Connected, has sent nothing yet",
  silentHelp: "The player on the phone is paused, or its app does not allow its sound to be captured (many video and music services do not).",
  stalledHelp: "The phone may be asleep, its Wi-Fi may be bad, or the app has lost the connection. If it does not come back, end the cast in the app and start it again.",
  packets: "{0} packets/s", heardNow: "heard", since: "for {0}",
  buffer: "Speaker buffer", ownBuffer: "Browser buffer", rate: "Sample rate", channels: "Channels",
  packetRate: "Packets", underruns: "Speaker underruns", ownUnderruns: "Browser underruns", drift: "Drift correction",
  late: "Late packets", browsers: "Browsers listening", page: "Page connection", sound: "Sound connection",
  open: "open", closed: "closed", off: "off", retrying: "retrying", plainPlayer: "plain player", reserve: "of {0} ms wanted",
  mono: "1 (mono)", stereo: "2 (stereo)",
  noteLow: "Low delay: the number above says how far the sound is behind the sender.",
  noteScript: "This page was opened without https, so the browser plays by its older interface. It sounds the same.",
  notePlain: "This browser plays the plain stream; the delay is some seconds.",
  noteBlocked: "The browser did not allow sound. Press the button again.",
  noteNone: "This browser cannot play the sound.", noteOff: "Plays the sound of the speaker in this browser, with little delay.",
  castStep1: "Connect the phone or computer to the same network as this router.",
  castStep2: "Open the AriaCast app and choose “{0}”.",
  castStep3: "Not in the list? Add it by hand with one of these addresses:",
  thisPage: "This page", byHand: "By hand", copy: "Copy", copied: "Copied", name: "Name",
  notFound: "The speaker is not found?",
  hint1: "Guest networks and “client isolation” keep devices apart: use the main Wi-Fi.",
  hint2: "A firewall must let in TCP port {0} and UDP port 12888 (discovery), and TCP port {1} for this page.",
  hint3: "One speaker plays one sender at a time: end the cast on the other device first.",
  logJoined: "{0} connected ({1})", logLeft: "{0} left", logSilent: "{0} sends only silence",
  logSounding: "{0}: sound again", logStalled: "{0} has stopped sending", logFlowing: "{0} is sending again",
  logTrack: "Playing: {0}", logTrackBy: "Playing: {0} – {1}", logCommand: "Command: {0}", logVolume: "Volume {0} %",
  logMuted: "Muted", logUnderruns: "Speaker ran dry {0} × ({1})", logEmpty: "Nothing has happened yet.",
  toggle: "Play/Pause", seek: "Seek", logOpened: "This page was connected", logLost: "This page lost the connection",
};

const german = {
  skip: "Zum Inhalt", settings: "Einstellungen", nowPlaying: "Es spielt", transport: "Steuerung",
  position: "Stelle im Titel", seekHint: "Springen: manche Sender ignorieren das", previous: "Voriger Titel",
  next: "Nächster Titel", play: "Wiedergabe", pause: "Pause", stop: "Stopp", mute: "Lautsprecher stumm schalten",
  speaker: "Lautsprecher", speakerVolume: "Lautstärke des Lautsprechers", ownVolume: "Lautstärke in diesem Browser",
  thisBrowser: "Dieser Browser", listenHere: "Hier mithören", listen: "In diesem Browser hören",
  stopListening: "Mithören beenden", level: "Pegel", openStream: "Als Stream in einem anderen Player öffnen",
  senders: "Sender", noSender: "Niemand ist verbunden.", statistics: "Statistik",
  howToCast: "So sendet man an diesen Lautsprecher", log: "Protokoll", close: "Schließen",
  language: "Sprache", automatic: "Automatisch", appearance: "Erscheinungsbild", light: "Hell", dark: "Dunkel",
  background: "Hintergrund folgt dem Klang", still: "Gar nicht", low: "Wenig", medium: "Mittel", high: "Stark",
  savePower: "Strom sparen: keine Animation, weniger Aktualisierungen",
  autoplay: "Beim Mithören den Sender um Wiedergabe bitten",
  nothing: "Es spielt nichts", castNow: "Sende etwas hierher, um es zu hören",
  unknownTitle: "Klang von {0}", tokenNeeded: "Nur lesen: Für die Tasten das Token eingeben",
  readOnly: "Nur lesen: In routes.json ist kein Token gesetzt, darum gehen die Tasten nur am Rechner des Routers selbst.",
  unlock: "Freischalten", wrongToken: "Das ist nicht das Token.", refused: "Nicht angenommen: {0}",
  connecting: "Verbinde …", lost: "Keine Verbindung zum Router. Neuer Versuch …", idle: "Bereit",
  playing: "Spielt", paused: "Angehalten", silent: "Verbunden, aber still", stalled: "Der Sender sendet nicht mehr",
  waiting: "Verbunden, noch kein Klang", trackIs: "Es spielt: {0}", trackBy: "{0} von {1}", timeOf: "{0} von {1}",
  conditionSound: "Klang", conditionSilent: "Verbunden, still: sendet nur Nullen",
  conditionStalled: "Sendet gerade nichts", conditionWaiting: "Verbunden, hat noch nichts gesendet",
  silentHelp: "Der Player auf dem Telefon ist angehalten, oder seine App erlaubt nicht, dass ihr Klang aufgenommen wird (bei vielen Video- und Musikdiensten so).",
  stalledHelp: "Vielleicht schläft das Telefon, das WLAN ist schlecht, oder die App hat die Verbindung verloren. Kommt sie nicht wieder, die Übertragung in der App beenden und neu starten.",
  packets: "{0} Pakete/s", heardNow: "zu hören", since: "seit {0}",
  buffer: "Puffer Lautsprecher", ownBuffer: "Puffer Browser", rate: "Abtastrate", channels: "Kanäle",
  packetRate: "Pakete", underruns: "Aussetzer Lautsprecher", ownUnderruns: "Aussetzer Browser",
  drift: "Driftausgleich", late: "Verspätete Pakete", browsers: "Hörende Browser",
  page: "Verbindung der Seite", sound: "Verbindung des Klangs",
  open: "offen", closed: "zu", off: "aus", retrying: "neuer Versuch", plainPlayer: "einfacher Player", reserve: "von {0} ms gewünscht",
  mono: "1 (mono)", stereo: "2 (stereo)",
  noteLow: "Geringe Verzögerung: die Zahl oben sagt, wie weit der Klang hinter dem Sender ist.",
  noteScript: "Diese Seite wurde ohne https geöffnet, daher spielt der Browser über seine ältere Schnittstelle. Es klingt gleich.",
  notePlain: "Dieser Browser spielt den einfachen Stream; die Verzögerung beträgt einige Sekunden.",
  noteBlocked: "Der Browser hat den Klang nicht erlaubt. Bitte die Taste noch einmal drücken.",
  noteNone: "Dieser Browser kann den Klang nicht abspielen.",
  noteOff: "Spielt den Klang des Lautsprechers in diesem Browser, mit wenig Verzögerung.",
  castStep1: "Telefon oder Computer mit demselben Netz verbinden wie diesen Router.",
  castStep2: "Die AriaCast-App öffnen und „{0}“ wählen.",
  castStep3: "Nicht in der Liste? Mit einer dieser Adressen von Hand hinzufügen:",
  thisPage: "Diese Seite", byHand: "Von Hand", copy: "Kopieren", copied: "Kopiert", name: "Name",
  notFound: "Der Lautsprecher wird nicht gefunden?",
  hint1: "Gastnetze und „Client-Isolation“ trennen Geräte voneinander: das Haupt-WLAN benutzen.",
  hint2: "Eine Firewall muss TCP-Port {0} und UDP-Port 12888 (Suche) durchlassen, für diese Seite auch TCP-Port {1}.",
  hint3: "Ein Lautsprecher spielt einen Sender zur Zeit: die Übertragung auf dem anderen Gerät zuerst beenden.",
  logJoined: "{0} verbunden ({1})", logLeft: "{0} ist gegangen", logSilent: "{0} sendet nur Stille",
  logSounding: "{0}: wieder Klang", logStalled: "{0} sendet nicht mehr", logFlowing: "{0} sendet wieder",
  logTrack: "Es spielt: {0}", logTrackBy: "Es spielt: {0} – {1}", logCommand: "Befehl: {0}", logVolume: "Lautstärke {0} %",
  logMuted: "Stumm geschaltet", logUnderruns: "Lautsprecher lief leer, {0} × ({1})", logEmpty: "Noch ist nichts geschehen.",
  toggle: "Wiedergabe/Pause", seek: "Springen", logOpened: "Diese Seite ist verbunden", logLost: "Diese Seite hat die Verbindung verloren",
};

export const languages = { en: english, de: german };
let words = english;

/** The reader's choice, else the browser's first language that we speak. */
export function chooseLanguage(choice) {
  const wanted = [choice, ...(navigator.languages || [])].filter(Boolean).map((tag) => tag.slice(0, 2).toLowerCase());
  const code = wanted.find((tag) => languages[tag]) || "en";
  words = languages[code];
  document.documentElement.lang = code;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.tagName === "BUTTON") node.title = say(node.dataset.label);
  }
  for (const node of document.querySelectorAll("[data-title]")) node.title = say(node.dataset.title);
}

/** A sentence, its {0} and {1} filled in. */
export function say(key, ...values) {
  return (words[key] || english[key] || key).replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");
}

export function number(value, digits = 0) {
  return value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** 83 000 ms as 1:23. */
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const tail = String(seconds % 60).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${tail}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
}
