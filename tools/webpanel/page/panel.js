/* The panel's page: keys and buttons out, what happens in, over one WebSocket to this server. */
"use strict";

const root = document.documentElement;
const display = $("display");
const canvas = $("lcd").getContext("2d");
let socket = null;
let power = { state: "off" };
let lab = null;
let held = null; // the certificate in force
let working = false;

function send(message) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/* -- light and dark ------------------------------------------------------------------------ */

const dark = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;
try { chosen = localStorage.getItem("theme"); } catch { /* a browser that keeps nothing */ }
function paint() { root.dataset.theme = chosen || (dark.matches ? "dark" : "light"); }
dark.addEventListener("change", paint);
$("theme").addEventListener("click", () => {
  chosen = root.dataset.theme === "dark" ? "light" : "dark";
  try { localStorage.setItem("theme", chosen); } catch { /* as above */ }
  paint();
});
paint();

/* -- the set's keys ------------------------------------------------------------------------ */

const LETTERS = { 1: ".,?", 2: "abc", 3: "def", 4: "ghi", 5: "jkl", 6: "mno", 7: "pqrs", 8: "tuv", 9: "wxyz", "*": "", 0: "+ ␣", "#": "" };
const SPOKEN = { "*": "star", "#": "hash" };
for (const c of "123456789*0#")
  $("pad").append(make("button", { type: "button", "data-key": "k" + c, "aria-label": "Key " + (SPOKEN[c] || c) },
    make("b", {}, c), make("small", {}, LETTERS[c])));

for (const button of document.querySelectorAll("[data-key]"))
  button.addEventListener("click", () => send({ do: "key", name: button.dataset.key }));

const NAMED = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", Enter: "ok", Backspace: "back", Delete: "delete", F1: "soft1", F2: "soft2", F3: "soft3", Escape: "soft1" };

display.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.altKey || e.metaKey) return;
  const name = NAMED[e.key] || ([...e.key].length === 1 ? "t" + e.key : null);
  if (!name) return; // Tab leaves the display, as everywhere
  e.preventDefault();
  send({ do: "key", name });
  const button = document.querySelector(`[data-key="${NAMED[e.key] || "k" + e.key}"]`);
  if (button) { button.classList.add("down"); setTimeout(() => button.classList.remove("down"), 120); }
});
display.addEventListener("paste", (e) => {
  e.preventDefault();
  send({ do: "type", text: e.clipboardData.getData("text").replace(/\s+/g, " ").trim() });
});

/* -- power --------------------------------------------------------------------------------- */

$("power").addEventListener("click", () => {
  send({ do: "power", on: power.state === "off" });
  display.focus({ preventScroll: true });
});
$("plug").addEventListener("click", () => send({ do: "cut" }));
$("restart").addEventListener("click", () => send({ do: "restart" }));
$("armed").addEventListener("click", () => send({ do: "power", on: true, cut: Number($("step").value) || 1 }));

function showPower() {
  const on = power.state !== "off";
  $("power").querySelector("span").textContent = on ? "Power off" : "Power on";
  $("power").classList.toggle("main", !on);
  $("plug").disabled = $("restart").disabled = !on;
  $("armed").disabled = on;
  const text = power.board && !power.display;
  $("lcd").hidden = Boolean(text);
  $("lines").hidden = !text || !on;
  $("dark").hidden = on;
  $("dark").textContent = power.why && /plug|cut|crash/.test(power.why) ? "No power: " + power.why : "No power";
  if (power.board) {
    $("board").textContent = power.board + " set";
    $("kind").textContent = power.board === "UNIX" ? ", a program of this machine" : ", an emulated ARM926";
    $("maker").textContent = power.board;
  }
  if (!on) { canvas.fillStyle = "#05080b"; canvas.fillRect(0, 0, 640, 480); working = false; }
  showState();
}

function showState() {
  const on = power.state !== "off";
  const active = held && held.slot === "active";
  const led = !on ? "off" : working ? "wait" : active ? "active" : "on";
  $("led").dataset.state = led;
  $("chip").dataset.state = on || active ? led === "off" ? "active" : led : "off";
  const words = { off: active ? "off, has a certificate" : "off", wait: "working", active: "certificate in force", on: "on, no certificate" };
  $("chip").querySelector("span").textContent = words[led];
}

/* -- the display --------------------------------------------------------------------------- */

async function showPicture(data) {
  const image = await createImageBitmap(new Blob([data], { type: "image/png" }));
  canvas.imageSmoothingEnabled = false; // twice the display's pixels: sharp at any size of the page
  canvas.drawImage(image, 0, 0, 640, 480);
}

function showText(lines) {
  const shown = lines.map(([text]) => text.trimEnd());
  // one announcement a screen, without the blank lines
  const said = shown.map((t) => t.trim()).filter(Boolean).join("\n");
  if ($("said").textContent !== said) $("said").textContent = said;
  $("lines").replaceChildren(...lines.map(([text, kind]) => make("span", { class: kind }, text)));
  const keys = lines.length ? lines[lines.length - 1][0] : "";
  for (const button of document.querySelectorAll("[data-type]"))
    button.disabled = !/\b(Save|Garder|Enregistrer)\b/.test(keys);
}

/* -- tabs ---------------------------------------------------------------------------------- */

const tabs = [...document.querySelectorAll("[role=tab]")];
function choose(tab, focus) {
  for (const each of tabs) {
    each.setAttribute("aria-selected", each === tab);
    each.tabIndex = each === tab ? 0 : -1;
    $(each.getAttribute("aria-controls")).hidden = each !== tab;
  }
  if (focus) tab.focus();
  if (tab.id === "tab-events") $("events").scrollTop = $("events").scrollHeight;
  if (tab.id === "tab-certificate" && held && held.slot === "active") send({ do: "looked" });
}
for (const [i, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (e) => {
    const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    choose(tabs[(to + tabs.length) % tabs.length], true);
  });
}

/* -- lab CA, configuration file, factory --------------------------------------------------- */

const act = (action, which) => send({ do: "lab", act: action, which });
$("profile").addEventListener("change", (e) => act("profile", e.target.value));
$("manual").addEventListener("change", (e) => act(e.target.checked ? "manual" : "automatic"));
$("rollover").addEventListener("click", () => act("rollover"));
$("offer").addEventListener("click", () => { send({ do: "offer", text: $("file").value }); notice("The set finds it at its next boot."); });
$("sample").addEventListener("click", () => {
  $("file").value = `# lanpbx.cfg\nscep_run=yes\nscep_url="${lab.url}"\nscep_ca_fingerprint=${lab.sha256}\nscep_challenge_password=yes\nscep_psk="${lab.challenge}"\nscep_spread=0\n`;
});
$("fresh").addEventListener("click", () => {
  if (confirm("The set's flash is replaced: its key and its certificate are gone. Go on?")) send({ do: "new" });
});
for (const button of document.querySelectorAll("[data-type]"))
  button.addEventListener("click", () => { send({ do: "type", text: lab[button.dataset.type] }); display.focus({ preventScroll: true }); });
for (const button of document.querySelectorAll("[data-copy]"))
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText($(button.dataset.copy).textContent); notice("Copied."); } catch { notice("The browser does not let the page copy."); }
  });

function showMission(done) {
  const items = [...$("mission").children];
  const now = items.find((li) => !done.includes(li.dataset.step));
  for (const li of items) {
    li.classList.toggle("done", done.includes(li.dataset.step));
    li.classList.toggle("now", li === now);
    if (li === now) li.setAttribute("aria-current", "step"); else li.removeAttribute("aria-current");
  }
  $("mission-done").hidden = Boolean(now);
}

let hush = null;
function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = false;
  clearTimeout(hush);
  hush = setTimeout(() => { $("notice").hidden = true; }, 5000);
}

/* -- the line to the server ---------------------------------------------------------------- */

function follow(e) {
  if (e.source === "set" && (e.event === "keygen" || e.event === "http" || e.event === "progress")) working = true;
  if (e.source === "set" && (e.event === "result" || e.event === "error" || e.event === "slot" || e.event === "warning")) working = false;
  showState();
}

const SHOW = {
  power: (m) => { power = m; showPower(); },
  text: (m) => showText(m.lines),
  event: (m) => { showEvents([m.entry]); follow(m.entry); },
  events: (m) => { $("events").replaceChildren(); showEvents(m.events); },
  lab: (m) => { lab = m; showLab(m, act); },
  certificate: (m) => {
    held = m.certificate;
    showCertificate(held);
    showState();
    if (!$("certificate-panel").hidden && held && held.slot === "active") send({ do: "looked" });
  },
  flash: showFlash,
  offered: (m) => { if (document.activeElement !== $("file")) $("file").value = m.text; },
  mission: (m) => showMission(m.done),
  notice: (m) => notice(m.text),
};

function connect() {
  socket = new WebSocket(`ws://${location.host}/live`);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => { root.dataset.live = "yes"; });
  socket.addEventListener("message", (e) => {
    if (typeof e.data !== "string") { showPicture(e.data); return; }
    const message = JSON.parse(e.data);
    if (SHOW[message.t]) SHOW[message.t](message);
  });
  socket.addEventListener("close", () => {
    root.dataset.live = "no";
    notice("The panel's server has gone. Trying again …");
    setTimeout(connect, 1500);
  });
}
connect();
