/* What the panel shows of the messages it gets: events, lab CA, certificate, flash. For panel.js.
   Text always goes in as text, never as HTML. */
"use strict";

const $ = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...inside) {
  const svg = tag === "svg" || tag === "rect" || tag === "path" || tag === "title";
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") node.addEventListener("click", value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...inside.filter((part) => part !== null && part !== undefined));
  return node;
}

function grouped(digits) {
  return (digits || "").replace(/(.{4})(?=.)/g, "$1 ");
}

/* -- events -------------------------------------------------------------------------------- */

const STEPS = { link: "network link", ip: "IP address", address: "IP address", config: "configuration", software: "software", callserver: "call server", time: "call server, date and time" };

function sentence(e) {
  switch (e.event) {
    case "power": return e.on ? ["Power on", e.on] : ["Power off", e.off];
    case "boot": return [`Boot step ${e.step}`, [STEPS[e.name] || e.name, e.ip].filter(Boolean).join(", ")];
    case "config": return ["Configured", `${e.key}: ${e.old ?? "–"} → ${e.new ?? "–"}`];
    case "keygen": return ["Making a key", `${e.candidates} candidates, ${e.primes} of 2 primes`];
    case "http": return [e.op, `status ${e.status}, ${e.bytes} bytes`];
    case "slot": return ["New identity", `${e.slot} has a new certificate`];
    case "warning": return ["Warning", `${e.code}: ${e.message}`];
    case "error": return ["Error", `${e.error}: ${e.message}`];
    case "progress": return ["Working", e.what];
    case "result": return ["Done", e.state ? `state ${e.state}` : ""];
  }
  const rest = Object.entries(e).filter(([k]) => !["event", "time", "source"].includes(k));
  return [e.event, rest.map(([k, v]) => `${k.replace("_", " ")} ${typeof v === "object" ? JSON.stringify(v) : v}`).join(", ")];
}

const MOOD = { warning: "warning", error: "error", slot: "good" };

function showEvents(entries) {
  const list = $("events");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  for (const e of entries) {
    const [what, more] = sentence(e);
    const last = list.lastElementChild;
    const node = make("li", { class: MOOD[e.event] || "" },
      make("time", {}, e.time), make("span", { class: "who by-" + e.source }, e.source),
      make("span", { class: "what" }, make("b", {}, what), more ? " " + more : ""));
    // a key that is being made says so often: one line that counts is enough
    if (e.event === "keygen" && last && last.dataset.event === "keygen") last.replaceWith(node);
    else list.append(node);
    node.dataset.event = e.event;
    while (list.children.length > 400) list.firstElementChild.remove();
  }
  $("no-events").hidden = list.children.length > 0;
  if (atEnd) list.scrollTop = list.scrollHeight;
}

/* -- lab CA -------------------------------------------------------------------------------- */

function showLab(lab, act) {
  const profile = $("profile");
  if (profile.children.length !== lab.profiles.length)
    profile.replaceChildren(...lab.profiles.map(([value, name]) => make("option", { value }, name)));
  profile.value = lab.profile;
  $("manual").checked = lab.manual;
  $("lab-url").textContent = lab.url;
  $("lab-challenge").textContent = lab.challenge;
  $("lab-ca").textContent = lab.ca;
  $("lab-sha").textContent = grouped(lab.sha256);
  $("rollover").textContent = lab.next ? "Put the next CA in force" : "Announce the next CA";
  const badge = $("tab-lab").querySelector(".badge");
  badge.hidden = !lab.waiting.length;
  badge.textContent = lab.waiting.length;
  badge.setAttribute("aria-label", `${lab.waiting.length} waiting`);
  const button = (text, action, which, label) =>
    make("button", { type: "button", class: "small", "aria-label": label, on: () => act(action, which) }, text);
  $("waiting").replaceChildren(...lab.waiting.map((w) => make("li", {},
    make("code", {}, w.id.length > 24 ? w.id.slice(0, 24) + "…" : w.id), `asked ${w.polls + 1} times`,
    button("Approve", "approve", w.id, `Approve ${w.id}`), button("Deny", "deny", w.id, `Deny ${w.id}`))));
  if (!lab.waiting.length) $("waiting").append(make("li", { class: "empty" }, "No request waits."));
  const moods = { good: "good", held: "wait", revoked: "bad" };
  $("issued").replaceChildren(...lab.issued.map((c) => make("tr", {},
    make("td", {}, make("code", {}, c.serial.slice(-10))), make("td", { class: "free" }, c.subject),
    make("td", {}, c.not_after), make("td", {}, make("span", { class: "tag " + moods[c.state] }, c.state)),
    make("td", {}, c.state === "good" ? button("Revoke", "revoke", c.serial, `Revoke ${c.serial}`) : null,
      c.state === "good" ? button("Hold", "hold", c.serial, `Hold ${c.serial}`) : null,
      c.state === "held" ? button("Release", "release", c.serial, `Release ${c.serial}`) : null))));
  if (!lab.issued.length) $("issued").append(make("tr", {}, make("td", { colspan: 5, class: "empty" }, "No certificate yet.")));
  $("requests").replaceChildren(...lab.log.map((r) => make("tr", {},
    make("td", {}, r.time.slice(11, 19)), make("td", {}, r.operation || "–"), make("td", {}, r.message_type || "–"),
    make("td", {}, r.result || "–"), make("td", {}, [r.digest, r.cipher].filter(Boolean).join(", ") || "–"))));
  if (!lab.log.length) $("requests").append(make("tr", {}, make("td", { colspan: 5, class: "empty" }, "Nobody asked yet.")));
}

/* -- certificate --------------------------------------------------------------------------- */

function seal(good) {
  return make("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" },
    make("path", { d: "M16 3l4 3 5-.3 1 4.9 4 3-2.4 4.4 1 4.9-4.7 1.7-2.2 4.5L16 28l-4.7 1.1-2.2-4.5L4.4 22.9l1-4.9L3 13.6l4-3 1-4.9 5 .3z", fill: good ? "var(--good)" : "var(--k-old)" }),
    make("path", { d: "m11 16 3.5 3.5 6.5-7", fill: "none", stroke: "var(--card)", "stroke-width": "2.6", "stroke-linecap": "round", "stroke-linejoin": "round" }));
}

function showCertificate(c) {
  const place = $("certificate");
  if (!c || c.error) {
    place.replaceChildren(make("p", { class: "empty" }, c ? c.error : "The flash holds no certificate."));
    return;
  }
  const rows = [["Issuer", c.issuer], ["Serial number", c.serial], ["Valid from", c.not_before], ["Valid until", c.not_after],
    ["Key", c.key], ["Signature", c.signature], ...c.extensions];
  const active = c.slot === "active";
  place.replaceChildren(make("div", { class: "sheet", id: "sheet", "data-slot": c.slot },
    make("div", {}, seal(active), make("span", {}, make("b", {}, c.subject), make("br"),
      active ? "in force, from the customer's CA" : "the factory's: what the set was born with")),
    make("dl", { class: "facts" },
      ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
      make("dt", {}, "SHA-256"), make("dd", {}, make("code", { class: "digits" }, grouped(c.sha256))))),
    make("pre", { tabindex: 0, "aria-label": "The certificate in PEM" }, c.pem.trim()));
}

/* -- flash --------------------------------------------------------------------------------- */

function showFlash(f) {
  $("damage").replaceChildren(...f.damage.map((text) => make("li", {}, text)));
  $("flash-about").textContent = f.sectors.length
    ? `Read from the image without the device secret, by a reader written from the format's description alone. `
      + `${f.sectors.length} sectors of ${f.size / 1024} KiB, programmed in units of ${f.unit} bytes; ${f.boots ?? "–"} boots.`
    : "The image holds no key store.";
  const longest = Math.max(4096, ...f.sectors.flatMap((s) => s.used.map(([at, size]) => at + size)));
  $("sectors").replaceChildren(...f.sectors.map((s) => {
    const map = make("svg", { class: "map", viewBox: `0 0 ${longest} 10`, preserveAspectRatio: "none", role: "img", "aria-label": `sector ${s.index}: ${s.used.length} records` });
    for (const [at, size, kind, status] of s.used) {
      const torn = status === "not committed" || status === "damaged";
      const old = status !== "current" && status !== "second copy";
      map.append(make("rect", { x: at, y: 0, width: Math.max(size - longest / 900, longest / 500), height: 10,
        class: "k-" + (torn ? "torn" : old ? "old" : kind === "deletion" ? "old" : kind) }));
    }
    const name = s.role === "factory" ? "factory" : s.in_force ? "log in force" : s.state;
    return make("div", { class: "sector" + (s.in_force ? " force" : "") },
      make("span", {}, make("b", {}, `${s.index} ${name}`), ` · ${s.erases ?? "?"} erases`), map);
  }));
  $("records").replaceChildren(...f.records.slice().reverse().map((r) => make("tr", { class: r.status === "current" ? "" : "old" },
    make("td", {}, make("code", {}, "0x" + r.at.toString(16).padStart(6, "0"))), make("td", {}, r.slot), make("td", {}, r.what),
    make("td", {}, r.kind === "key" ? "sealed key" : r.kind), make("td", {}, r.bytes), make("td", {}, r.version), make("td", {}, r.status))));
}
