/** The camera page: reads what is in the square twice a second, and keeps it when asked to. */

import { show, update } from "./answer.js";
import { answerOf, message, pause, restAfter } from "./page.js";

const PAUSE = 500; // milliseconds from a question to the next, if the answer is there by then
const SHARE = 0.8; // of the shorter side of the camera's picture is the side of the square, as in the style sheet
const LARGEST = 640; // pixels, the side of the picture that is sent
const TROUBLE = {
  Insecure: "Browsers give the camera only to pages under HTTPS, or of this very machine. You can upload a photo.",
  NotAllowedError: "The camera was not allowed. Allow it beside the address of this page, and try again; or upload a photo.",
  NotFoundError: "No camera was found. Connect one and try again; or upload a photo.",
  NotReadableError: "The camera is busy: another program may use it. Close that and try again; or upload a photo.",
  Ended: "The camera was switched off or taken away. Try again; or upload a photo.",
};
const ALIKE = { OverconstrainedError: "NotFoundError", AbortError: "NotReadableError" };

const form = document.getElementById("camera");
const video = form.querySelector("video");
const trouble = document.getElementById("trouble");
const choice = document.getElementById("choice");
const cameras = choice.querySelector("select");
const again = document.getElementById("again");
const take = form.querySelector(".primary");
const answer = document.getElementById("answer");
const said = document.getElementById("said");
const hint = answer.firstElementChild;

let stream = null;
let turn = 0; // changes when a camera is asked for or let go, so that one that comes late is let go at once

/** Show what a camera sees: this one, or else the one that looks away from the visitor, if there are several. */
async function start(deviceId) {
  stop();
  if (!navigator.mediaDevices) return explain("Insecure");
  const mine = turn;
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
  try {
    const found = await navigator.mediaDevices.getUserMedia({ video: { ...which, width: 1280, height: 720 } });
    if (mine === turn) watch(found);
    else release(found);
  } catch (error) {
    if (mine === turn) explain(ALIKE[error.name] ?? error.name);
  }
}

function watch(found) {
  stream = video.srcObject = found;
  stream.getVideoTracks()[0].addEventListener("ended", () => explain("Ended"));
  offerChoice();
}

/** Let the camera go, so that its light goes out. */
function stop() {
  turn++;
  if (stream) release(stream);
  stream = video.srcObject = null;
}

function release(found) {
  found.getTracks().forEach((track) => track.stop());
}

function explain(name) {
  stop();
  tell(TROUBLE[name] ?? `The camera cannot be used (${name}). You can upload a photo.`);
}

/** Say what is wrong with the camera; nothing, if it is fine. */
function tell(text) {
  trouble.firstElementChild.textContent = text;
  trouble.hidden = again.hidden = !text;
  answer.hidden = take.hidden = take.disabled = Boolean(text);
}

async function offerChoice() {
  const found = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
  cameras.replaceChildren(...found.map((device, i) => new Option(device.label || `Camera ${i + 1}`, device.deviceId)));
  cameras.value = stream?.getVideoTracks()[0].getSettings().deviceId;
  choice.hidden = found.length < 2;
}

/** What is in the square, as a file. */
async function shot() {
  const side = SHARE * Math.min(video.videoWidth, video.videoHeight);
  const pixels = Math.min(side, LARGEST);
  const sheet = new OffscreenCanvas(pixels, pixels);
  const [left, top] = [video.videoWidth, video.videoHeight].map((length) => (length - side) / 2);
  sheet.getContext("2d").drawImage(video, left, top, side, side, 0, 0, pixels, pixels);
  return new File([await sheet.convertToBlob({ type: "image/jpeg", quality: 0.9 })], "camera.jpg");
}

/** Ask what is seen, again and again, one question at a time. */
async function follow() {
  for (;;) {
    const rest = pause(PAUSE);
    if (stream && !document.hidden && video.videoWidth) await look();
    await rest;
  }
}

/** Show the answer to what is seen now, and wait if the site asks for that. */
async function look() {
  const data = new FormData(form);
  try {
    data.set("image", await shot());
  } catch {
    return see(message("The camera gives no picture just now."));
  }
  try {
    const response = await fetch(form.dataset.live, { method: "POST", body: data });
    see(response.status === 204 ? hint : await answerOf(response));
    await pause(restAfter(response));
  } catch {
    see(message("The site cannot be reached."));
  }
}

let last = "";

/** Show what was found; what is read in two pictures running is said aloud, once. */
function see(element) {
  if (element.matches(".answer")) update(element);
  else show(element);
  const text = element.querySelector(".number, .digit")?.textContent ?? "";
  if (text === last && text !== said.textContent) said.textContent = text;
  last = text;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const files = new DataTransfer();
  files.items.add(await shot());
  form.elements.image.files = files.files;
  stop();
  form.submit();
});
video.addEventListener("loadeddata", () => tell(null));
again.addEventListener("click", () => start());
cameras.addEventListener("change", () => start(cameras.value));
navigator.mediaDevices?.addEventListener("devicechange", offerChoice);
addEventListener("pagehide", stop);
addEventListener("pageshow", (event) => event.persisted && start());
start();
follow();
