// What the reference page can do with a script: send requests and copy the samples.
"use strict";

// Requests go to where this page came from, which is all that its policy lets through.
const HOME = new URL(".", location.href).href.slice(0, -1);
const key = document.querySelector("#key");
const secret = document.querySelector("#secret");

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function request(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = new Headers();
  if (secret.value) headers.set("Authorization", `Bearer ${secret.value.trim()}`);
  for (const { name, value, dataset } of form.querySelectorAll("input")) {
    if (dataset.in === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value && dataset.in === "query") query.set(name, value);
    else if (value) headers.set(name, value);
  }
  const body = form.elements.body;
  if (body) headers.set("Content-Type", body.dataset.type);
  const url = HOME + path + (query.size ? `?${query}` : "");
  return new Request(url, { method: form.dataset.method, headers, body: body?.value });
}

async function send(form) {
  const shown = form.querySelector(".sent");
  const start = performance.now();
  shown.replaceChildren(element("p", "", "Sending …"));
  try {
    const answer = await fetch(request(form));
    const text = await answer.text();
    const status = element("p", "", ` in ${Math.round(performance.now() - start)} ms`);
    status.prepend(element("span", `code s${String(answer.status)[0]}`, answer.status));
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
    shown.replaceChildren(status, element("pre", "headers", headers), element("pre", "body", indented(text)));
  } catch (error) {
    shown.replaceChildren(element("p", "", `The request could not be sent: ${error.message}`));
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    await send(form);
    button.disabled = false;
  });
}
key.hidden = false;
key.addEventListener("submit", (event) => event.preventDefault());

for (const sample of document.querySelectorAll("pre.copyable")) {
  const copy = element("button", "copy", "Copy");
  const text = sample.textContent;
  copy.type = "button";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  });
  sample.prepend(copy);
}
