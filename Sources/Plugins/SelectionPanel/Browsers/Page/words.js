// What the pages say, in the reader's language.
const english = {
  invite: "Choose a button", hintPanel: "Press a button on the panel. Its picture and its sound come here.",
  hintNone: "No panel is linked yet: use the buttons on this page, or the number keys.",
  hintLost: "The panel is not connected. The buttons on this page still work.",
  unlock: "Turn on the sound", unlockHint: "Browsers play sound only after a first touch.",
  preload: (done, wanted) => `Loading media: ${done} of ${wanted}`,
  buttons: "Buttons", buttonsTitle: "Choose", buttonsHint: "As if pressed on the panel: every screen plays it.",
  details: "Details", library: "Media", fullscreen: "Full screen", close: "Close",
  pause: "Pause", resume: "Go on", stop: "Stop", progress: "Position", picture: (n) => `Picture of number ${n}`,
  slot: (n) => `Play number ${n}`,
  ready: "Ready", soundOff: "Ready, sound is off", connecting: "Connecting …", lost: "No connection. Trying again …",
  panelLost: "The panel is not connected", playing: (n) => `Playing number ${n}`, paused: "paused",
  noSound: "no sound for this number", noSoundYet: "sound is off", failed: "the sound could not be played",
  latency: (ms) => `From press to sound: ${ms} ms`,
  keys: "Keys", keySpace: "pause, go on", keyDigits: "number, then Enter: play it", keyStop: "stop", keyFull: "full screen",
  keyDetails: "details", keyButtons: "buttons", log: "Log",
  factLast: "Last press to sound", factMedian: "Median of these", factRoundTrip: "To the router and back",
  factPanel: "Panel", factMedia: "Media loaded", factAwake: "Screen stays on", factSound: "Sound",
  yes: "yes", no: "no", on: "on", off: "off", connected: "connected", disconnected: "not connected", none: "none linked",
  needsTLS: "no: needs https", missing: (n) => `${n} missing`,
  logOpen: "connected", logLost: "connection lost", logPlay: (n) => `play ${n}`, logStop: "stop", logEnded: (n) => `ended ${n}`,
  logFailed: (n) => `failed ${n}`, logSound: (n, ms) => `sound of ${n} after ${ms} ms`, logMedia: "media have changed",
  libraryTitle: "Media", back: "To the panel", complete: "Everything is there.", wanted: (n) => `${n} of the files are missing.`,
  one: "1 file is missing.", all: "All", onlyMissing: "Missing only", filter: "Show",
  drop: "Drop files anywhere: 003.jpg or 003.mp3 goes to its number by name. Drop one on a card to put it there.",
  image: "Picture", sound: "Sound", add: "Add", replace: "Replace", remove: "Delete", isMissing: "missing", isEmpty: "empty file",
  confirmRemove: (name) => `Delete ${name}?`, listen: "Listen", halt: "Stop",
  token: "Token", tokenHelp: "To add or replace media, enter the token.", enter: "Enter", wrongToken: "That is not the token.",
  readOnly: "Read only: no token is set in routes.json, so media can be changed from the router's own machine alone.",
  uploading: (name, percent) => `${name}: ${percent} %`, uploaded: (name) => `${name} is in place.`,
  removed: (name) => `${name} was deleted.`, noName: (name) => `${name}: which number? Call it 003.jpg, or drop it on a card.`,
  kinds: "Pictures: JPEG, PNG, WebP, AVIF. Sounds: MP3, WAV, Ogg, FLAC.",
  errors: {
    access: "The token is needed.", slot: "There is no such number.", empty: "The file is empty.",
    kind: "This is no picture or sound of a kind that is taken.", full: "The disk is full.", disk: "It could not be written.",
    nothing: "There is nothing to delete.", large: "The file is too large.", network: "The router does not answer.",
  },
  chooseFor: (what, n) => `${what} for number ${n}`, gone: "The router does not answer.",
};
const german = {
  invite: "Taste wählen", hintPanel: "Drücke eine Taste am Panel. Bild und Ton kommen hierher.",
  hintNone: "Noch ist kein Panel verbunden: Nimm die Tasten auf dieser Seite oder die Zifferntasten.",
  hintLost: "Das Panel ist nicht verbunden. Die Tasten auf dieser Seite gehen trotzdem.",
  unlock: "Ton einschalten", unlockHint: "Browser spielen Ton erst nach einer Berührung.",
  preload: (done, wanted) => `Medien werden geladen: ${done} von ${wanted}`,
  buttons: "Tasten", buttonsTitle: "Wählen", buttonsHint: "Wie am Panel gedrückt: Jeder Bildschirm spielt es.",
  details: "Details", library: "Medien", fullscreen: "Vollbild", close: "Schließen",
  pause: "Pause", resume: "Weiter", stop: "Stopp", progress: "Stelle", picture: (n) => `Bild zu Nummer ${n}`,
  slot: (n) => `Nummer ${n} spielen`,
  ready: "Bereit", soundOff: "Bereit, Ton ist aus", connecting: "Verbinde …", lost: "Keine Verbindung. Neuer Versuch …",
  panelLost: "Das Panel ist nicht verbunden", playing: (n) => `Es spielt Nummer ${n}`, paused: "angehalten",
  noSound: "kein Ton zu dieser Nummer", noSoundYet: "Ton ist aus", failed: "der Ton ließ sich nicht abspielen",
  latency: (ms) => `Vom Drücken bis zum Ton: ${ms} ms`,
  keys: "Tastatur", keySpace: "anhalten, weiter", keyDigits: "Nummer, dann Eingabe: spielen", keyStop: "Stopp",
  keyFull: "Vollbild", keyDetails: "Details", keyButtons: "Tasten", log: "Protokoll",
  factLast: "Zuletzt vom Drücken bis zum Ton", factMedian: "Median davon", factRoundTrip: "Zum Router und zurück",
  factPanel: "Panel", factMedia: "Medien geladen", factAwake: "Bildschirm bleibt an", factSound: "Ton",
  yes: "ja", no: "nein", on: "an", off: "aus", connected: "verbunden", disconnected: "nicht verbunden", none: "keins",
  needsTLS: "nein: braucht https", missing: (n) => `${n} fehlen`,
  logOpen: "verbunden", logLost: "Verbindung verloren", logPlay: (n) => `spiele ${n}`, logStop: "Stopp",
  logEnded: (n) => `zu Ende ${n}`, logFailed: (n) => `fehlgeschlagen ${n}`,
  logSound: (n, ms) => `Ton von ${n} nach ${ms} ms`, logMedia: "Medien haben sich geändert",
  libraryTitle: "Medien", back: "Zum Panel", complete: "Alles ist da.", wanted: (n) => `${n} Dateien fehlen.`,
  one: "1 Datei fehlt.", all: "Alle", onlyMissing: "Nur fehlende", filter: "Anzeigen",
  drop: "Dateien irgendwo ablegen: 003.jpg oder 003.mp3 findet seine Nummer am Namen. Auf einer Karte abgelegt, gilt sie dort.",
  image: "Bild", sound: "Ton", add: "Hinzufügen", replace: "Ersetzen", remove: "Löschen", isMissing: "fehlt", isEmpty: "leere Datei",
  confirmRemove: (name) => `${name} löschen?`, listen: "Anhören", halt: "Anhalten",
  token: "Token", tokenHelp: "Zum Hinzufügen oder Ersetzen das Token eingeben.", enter: "Eingeben",
  wrongToken: "Das ist nicht das Token.",
  readOnly: "Nur lesen: In routes.json ist kein Token gesetzt, darum lassen sich Medien nur am Rechner des Routers ändern.",
  uploading: (name, percent) => `${name}: ${percent} %`, uploaded: (name) => `${name} ist am Platz.`,
  removed: (name) => `${name} wurde gelöscht.`, noName: (name) => `${name}: welche Nummer? Nenne sie 003.jpg oder lege sie auf eine Karte.`,
  kinds: "Bilder: JPEG, PNG, WebP, AVIF. Ton: MP3, WAV, Ogg, FLAC.",
  errors: {
    access: "Das Token fehlt.", slot: "Diese Nummer gibt es nicht.", empty: "Die Datei ist leer.",
    kind: "Das ist kein Bild oder Ton einer Art, die genommen wird.", full: "Der Datenträger ist voll.",
    disk: "Sie ließ sich nicht schreiben.", nothing: "Es gibt nichts zu löschen.", large: "Die Datei ist zu groß.",
    network: "Der Router antwortet nicht.",
  },
  chooseFor: (what, n) => `${what} zu Nummer ${n}`, gone: "Der Router antwortet nicht.",
};
const asked = new URLSearchParams(location.search).get("lang");
const wanted = [asked, ...navigator.languages].find((one) => /^(de|en)\b/i.test(one ?? "")) ?? "en";
export const language = /^de/i.test(wanted) ? "de" : "en";
export const words = language === "de" ? german : english;

/** Puts the words where the page says which. */
export function say() {
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = words[one.dataset.say];
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", words[one.dataset.label]);
}
