// The live page: its parts are replaced as the gate changes, and what is old says so; a code is found by scanning it.
import "./finding.js";
import { follow, showParts } from "./following.js";
import "./orders.js";

const gate = document.querySelector("meta[name=gate]").dataset;
follow(() => gate.live, { parts(news) {
  document.title = news.tab;
  showParts(news.parts);
} });
