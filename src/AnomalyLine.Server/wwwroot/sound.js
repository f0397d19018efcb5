// Sounds where alarms call for somebody and the display has it switched on: by the button, or by ?sound=on in its address. A critical alarm sounds until somebody acknowledges it, a warning once.
"use strict";

{
  const key = "anomalyline-sound", period = 1000, again = 10;
  let context, heard = 0, pause = 0;
  const isOn = () => localStorage.getItem(key) === "on" || new URLSearchParams(location.search).get("sound") === "on";

  const tone = (frequency, at) => {
    const [oscillator, gain] = [context.createOscillator(), context.createGain()];
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(0.001, at);
    gain.gain.exponentialRampToValueAtTime(0.4, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + 0.4);
  };
  const sound = (isCritical) => {
    tone(880, context.currentTime);
    tone(isCritical ? 587 : 880, context.currentTime + 0.45);
    document.documentElement.dataset.sounded = Number(document.documentElement.dataset.sounded ?? 0) + 1;
  };

  const listen = () => {
    const count = document.querySelector("[data-calls]");
    const [calls, isCritical] = [Number(count?.dataset.calls ?? 0), count?.classList.contains("critical")];
    const isDue = isCritical ? pause <= 0 || calls > heard : calls > heard;
    if (isDue && context.state === "running") [heard, pause] = [calls, again];
    else if (calls < heard) heard = calls;
    pause = isCritical ? pause - 1 : 0;
    if (isDue && context.state === "running") sound(isCritical);
  };

  const tick = () => {
    const on = isOn();
    if (on) context ??= new AudioContext();
    for (const button of document.querySelectorAll("[data-sound]")) button.setAttribute("aria-pressed", on);
    for (const hint of document.querySelectorAll("[data-sound-blocked]")) hint.hidden = !on || context.state === "running";
    if (on) listen();
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-sound]")) {
      localStorage.setItem(key, isOn() ? "off" : "on");
      heard = pause = 0;
    }
    // Browsers let a page sound only after somebody has touched it.
    if (isOn()) (context ??= new AudioContext()).resume().then(tick);
    else tick();
  });
  tick();
  setInterval(tick, period);
}
