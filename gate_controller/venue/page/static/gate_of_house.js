// A gate's page in the house: its parts are replaced as it changes.
import { follow, showParts } from "/static/following.js";
import "/static/orders.js";

const page = document.querySelector("meta[name=gate]").dataset;
follow(() => page.live, { gate(news) {
  document.title = news.tab;
  showParts(news.parts);
} });
