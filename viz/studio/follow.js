// Keeps the panes up with the draft: one question at a time, always about the newest draft, and none that nobody waits for.

const PATIENCE = 400; // milliseconds after which a newer draft gives up an older one that is still worked on

export function follow(studio) {
  let sent = 0, running = null, wanted = false, timer = 0;

  async function ask() {
    wanted = false;
    const draft = studio.draft(), began = performance.now(), number = ++sent;
    const baseline = studio.baseline === "saved" ? studio.saved && { text: studio.saved.text, file: studio.saved.file, settings: {} }
      : studio.baseline ? { zoo: studio.baseline.replace(/^zoo:/, "") } : null;
    running = { began, draft };
    const current = () => number === sent;
    const answer = {};
    try {
      const done = await studio.ask("answer", { draft, counting: studio.counting, baseline }, {
        key: "answer",
        part: (name, value) => {
          if (!current()) return;
          answer[name] = value;
          if (name === "bill") studio.answer = { ...studio.answer, bill: value };
          studio.emit(name, value);
        },
      });
      if (current()) finish(done, answer, performance.now() - began);
    } catch (error) {
      if (current()) fail(error);
    }
    if (current()) {
      running = null;
      if (wanted) ask();
    }
  }

  function finish(done, answer, took) {
    studio.took = took;
    report(done.problems);
    if (done.whole) {
      studio.answer = answer;
      settle("");
      studio.emit("answer", answer);
    } else settle(studio.answer ? "The text has mistakes: this is the last design that could be built." : "Nothing can be drawn before the text is right.");
  }

  function fail(error) {
    report([{ severity: "error", message: error.message, hint: "", fixes: [] }]);
    settle("This could not be worked out: this is the last design that was.");
  }

  function report(problems) {
    const name = studio.draft().name;
    studio.problems = problems.map((one) => ({ ...one, here: one.file === undefined || one.file === name }));
    studio.emit("problems", studio.problems);
  }

  function settle(why) {
    studio.stale = Boolean(why);
    studio.emit("stale", why);
    document.body.classList.toggle("stale", studio.stale);
    studio.emit("settled", {});
  }

  function change() {
    wanted = true;
    clearTimeout(timer);
    if (!running) { ask(); return; }
    const left = PATIENCE - (performance.now() - running.began);
    timer = setTimeout(() => { if (wanted) ask(); }, Math.max(0, left));
  }

  studio.on("draft", change);
  studio.on("counting", change);
}
