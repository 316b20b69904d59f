// Keeps the view up to date: fetches the same address and puts its <main> in place, where it was scrolled to. Without
// JavaScript nothing is missing but this. Who moves about by keyboard, writes, or has marked text is left alone.
"use strict";

const main = () => document.querySelector("main");
const isBusy = () => document.hidden || main().querySelector(":focus-visible") || String(getSelection());

function putInPlace(fresh) {
  const open = [...main().querySelectorAll("details[open][id]")].map((each) => each.id);
  const scrolled = [...main().querySelectorAll(".scroll")].map((each) => each.scrollLeft);
  main().replaceWith(fresh.querySelector("main"));
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  main().querySelectorAll(".scroll").forEach((each, number) => (each.scrollLeft = scrolled[number] ?? 0));
  document.querySelector("footer").replaceWith(fresh.querySelector("footer"));
  document.title = fresh.title;
}

async function refresh() {
  if (!isBusy()) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const text = await answer.text();
      if (answer.ok && !isBusy()) putInPlace(new DOMParser().parseFromString(text, "text/html"));
      document.body.classList.toggle("is-stale", !answer.ok);
    } catch {
      document.body.classList.add("is-stale");
    }
  }
  next();
}

function next() {
  const seconds = Number(main().dataset.refresh);
  if (seconds) setTimeout(refresh, seconds * 1000);
}

next();
