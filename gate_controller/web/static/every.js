// What every page has: light or dark, logging out, the language in the cookie. No page needs it to be read.
const root = document.documentElement;
const cookie = (name, value) => { document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Strict`; };

const language = new URLSearchParams(location.search).get("lang");
if (language && /^(de|fr|it|en)$/.test(language)) cookie("lang", language);

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    cookie("theme", root.dataset.theme);
  });
}

export const proof = () => document.querySelector("meta[name=gate]")?.dataset.proof || "";

// A name for an order: the same one again is the same order. `crypto.randomUUID` needs a secure context.
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function post(path, body) {
  return fetch(path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-Gate-Proof": proof() },
    body: JSON.stringify(body),
  });
}

for (const button of document.querySelectorAll("[data-log-out]")) {
  button.addEventListener("click", async () => {
    try { await post("/logout", {}); } finally { location.replace("/login"); }
  });
}
// A page that the browser had kept whole is shown again as it was left, to whoever sits there now.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
