// Lets the clock in the bar run, on pages that the server keeps alive and on those that it does not. It is the server's clock, whatever that of this machine says.
"use strict";

{
  const hour = 3600, day = 24 * hour;
  let from, shown, since;
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const tick = () => {
    const clock = document.querySelector("[data-clock]");
    if (clock?.firstChild) {
      // A page that has come alive says anew when it was made.
      if (clock.dataset.clock !== from) {
        const [hours, minutes, seconds] = clock.firstChild.data.split(":").map(Number);
        [from, shown, since] = [clock.dataset.clock, hours * hour + minutes * 60 + seconds + (Number(clock.dataset.clock) % 1000) / 1000, performance.now()];
      }
      const now = (shown + (performance.now() - since) / 1000) % day;
      clock.firstChild.data = `${two(now / hour)}:${two((now % hour) / 60)}:${two(now % 60)}`;
    }
    setTimeout(tick, 1000);
  };
  tick();
}
