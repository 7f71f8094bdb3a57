// A code by this device's camera: started by a touch, stopped by a code, a touch, or after a while.
import { words } from "./clock.js";

const LOOK_MS = 150; // between two looks: fast enough for a hand, and the tablet stays cool
const MOST_MS = 60000; // a camera that nobody holds anything before is turned off
const WIDE = 1280; // pixels: more takes longer and reads no better
const FORMATS = { QRCode: "qr_code", Code128: "code_128", DataMatrix: "data_matrix", PDF417: "pdf417", Aztec: "aztec" };

const button = document.querySelector("#camera");
const figure = document.querySelector("#camera-picture");
const video = figure.querySelector("video");
const field = document.querySelector("#code");
const mistake = document.querySelector("#mistake");
const label = button.textContent;
let stream = null;

function tell(text) {
  mistake.textContent = text;
  mistake.hidden = !text;
}
function stop() {
  for (const track of stream?.getTracks() || []) track.stop();
  stream = null;
  video.srcObject = null;
  figure.hidden = true;
  button.textContent = label;
  button.setAttribute("aria-pressed", "false");
}
const why = (error) => ({ NotAllowedError: words.camera_refused, SecurityError: words.camera_refused })[error.name] || words.camera_none;

// What the browser brings with it is used where it reads what a voucher may have on it; else the reader of our own.
async function reader() {
  const known = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
  const wanted = Object.values(FORMATS);
  if (wanted.every((format) => known.includes(format))) {
    const detector = new BarcodeDetector({ formats: wanted });
    return async () => (await detector.detect(video))[0]?.rawValue;
  }
  await new Promise((done, failed) => {
    if (window.ZXingWASM) return done();
    const script = document.createElement("script");
    script.src = "/static/zxing/reader.js";
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    document.head.append(script);
  });
  await window.ZXingWASM.prepareZXingModule({ overrides: { locateFile: (name) => `/static/zxing/${name}` }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const how = { formats: Object.keys(FORMATS), maxNumberOfSymbols: 1 };
  return async () => {
    const scale = Math.min(1, WIDE / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const [found] = await window.ZXingWASM.readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), how);
    return found?.isValid ? found.text : "";
  };
}
async function start() {
  tell("");
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return tell(words.camera_insecure);
  button.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    return tell(why(error));
  } finally {
    button.disabled = false;
  }
  const mine = stream;
  button.textContent = words.camera_stop;
  button.setAttribute("aria-pressed", "true");
  figure.hidden = false;
  video.srcObject = stream;
  try {
    await video.play();
    const read = await reader();
    const until = performance.now() + MOST_MS;
    while (stream === mine && performance.now() < until) {
      const text = video.videoWidth ? await read() : "";
      if (stream !== mine) return;
      if (text) {
        stop();
        field.value = text;
        return field.form.requestSubmit();
      }
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  } catch {
    if (stream === mine) tell(words.camera_none);
  }
  if (stream === mine) stop();
}
button.hidden = false;
button.addEventListener("click", () => { if (stream) stop(); else start(); });
// Nobody is filmed by a page that nobody looks at.
document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
addEventListener("pagehide", stop);
