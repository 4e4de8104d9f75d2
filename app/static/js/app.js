// Starts what this page needs. Everything works without it; this makes it quicker to the hand.
import * as aloud from "./aloud.js";
import * as desk from "./desk.js";
import * as dialogs from "./dialogs.js";
import * as forms from "./forms.js";
import * as offline from "./offline.js";
import * as poll from "./poll.js";
import * as sentence from "./sentence.js";
import * as theme from "./theme.js";
import * as times from "./times.js";
import * as toasts from "./toasts.js";

document.documentElement.classList.remove("no-js");
// offline and theme come first: they may take over a form before it is sent.
for (const part of [offline, theme, forms, poll, dialogs, toasts, times, sentence, aloud, desk]) part.start();
if (document.querySelector("[data-map]")) import("./map.js");   // maps are heavy: only where there is one
