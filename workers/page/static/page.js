// Keeps the view up to date: fetches the same address and puts its <main> in place. Without JavaScript nothing is lost
// but this.
"use strict";

const main = () => document.querySelector("main");

async function refresh() {
  const seconds = Number(main()?.dataset.refresh);
  if (!seconds) return;
  const isBusy = document.hidden || main().contains(document.activeElement) || String(getSelection());
  if (!isBusy) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        const open = [...main().querySelectorAll("details[open][id]")].map((each) => each.id);
        main().replaceWith(fresh.querySelector("main"));
        open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
        document.title = fresh.title;
      }
      document.body.classList.toggle("is-stale", !answer.ok);
    } catch {
      document.body.classList.add("is-stale");
    }
  }
  setTimeout(refresh, seconds * 1000);
}

setTimeout(refresh, Number(main()?.dataset.refresh || 0) * 1000);
