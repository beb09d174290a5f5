// What the page says, in the reader's language.
const english = {
  title: "Microphones",
  streams: "Streams",
  noStreams: "No microphone sends at the moment.",
  files: "Files",
  noFiles: "No recorder has told of a finished file yet.",
  file: "File", length: "Length", size: "Size", reason: "Ended",
  how: "Connect a microphone",
  howText: "Devices stream over WebSocket to this address; a hardware id may follow as /ws/ID.",
  listen: "Listen", stop: "Stop", link: "Link for players",
  frames: "Frames", rate: "per second", missing: "Missing", gaps: "Gaps", twice: "Repeated", late: "Out of order",
  held: "held", quiet: (s) => `nothing for ${s} s`,
  level: "Level",
  more: (n) => `and ${n} more`,
  state: (streaming, connected) => `${streaming} streaming, ${connected} connected`,
  lost: "The router does not answer.",
  channels: (n) => (n === 1 ? "mono" : n === 2 ? "stereo" : `${n} channels`),
  reasons: { rotated: "rotated", closed: "closed", lost: "connection lost", stopping: "router stopped", full: "disk full", repaired: "repaired" },
};
const german = {
  title: "Mikrofone",
  streams: "Ströme",
  noStreams: "Zurzeit sendet kein Mikrofon.",
  files: "Dateien",
  noFiles: "Noch hat kein Rekorder eine fertige Datei gemeldet.",
  file: "Datei", length: "Länge", size: "Größe", reason: "Ende",
  how: "Ein Mikrofon anschließen",
  howText: "Geräte senden über WebSocket an diese Adresse; eine Gerätekennung darf als /ws/ID folgen.",
  listen: "Anhören", stop: "Anhalten", link: "Link für Abspieler",
  frames: "Rahmen", rate: "je Sekunde", missing: "Fehlend", gaps: "Lücken", twice: "Doppelt", late: "Vertauscht",
  held: "wartet", quiet: (s) => `seit ${s} s nichts`,
  level: "Pegel",
  more: (n) => `und ${n} weitere`,
  state: (streaming, connected) => `${streaming} senden, ${connected} verbunden`,
  lost: "Der Router antwortet nicht.",
  channels: (n) => (n === 1 ? "Mono" : n === 2 ? "Stereo" : `${n} Kanäle`),
  reasons: { rotated: "gewechselt", closed: "geschlossen", lost: "Verbindung verloren", stopping: "Router beendet", full: "Platte voll", repaired: "repariert" },
};
const wanted = navigator.languages.find((one) => /^(de|en)\b/i.test(one)) ?? "en";
export const language = /^de/i.test(wanted) ? "de" : "en";
export const words = language === "de" ? german : english;
