// Keeps the panes up with the draft: at most two questions at a time, the newest draft always among them.
//
// The second is asked when the bill of the first is there, or after half of the time that an answer took last, so that two processes and
// the page work at once. An older part never replaces a newer one. A draft that takes long is given up for a newer one.

const PATIENCE = 400; // milliseconds after which a newer draft gives up an older one that is still worked on
const AT_ONCE = 2;

export function follow(studio) {
  const running = new Map(); // questions without an answer, by number: {began, counted, key}
  const shown = { bill: 0, picture: 0, done: 0 };
  let last = 0, wanted = false, timer = 0;

  const latest = () => running.get(last);

  function next() {
    clearTimeout(timer);
    if (!wanted) return;
    const newest = latest(), early = newest && !newest.counted ? newest.began + (studio.took ?? PATIENCE) / 2 - performance.now() : 0;
    if (running.size < AT_ONCE && early <= 0) { ask(); return; }
    if (running.size < AT_ONCE) { timer = setTimeout(next, early); return; }
    const [oldest] = running.values();
    const left = PATIENCE - (performance.now() - oldest.began);
    if (left <= 0) { running.delete([...running.keys()][0]); ask(oldest.key); } else timer = setTimeout(next, left);
  }

  async function ask(key) {
    wanted = false;
    const number = ++last, began = performance.now();
    const taken = new Set([...running.values()].map((one) => one.key));
    const draft = studio.draft(), unfolded = studio.moving ? studio.diagram?.unfolded : undefined;
    const mine = { began, counted: false, text: draft.text, key: key ?? ["answer", "answer too"].find((name) => !taken.has(name)) };
    running.set(number, mine);
    const answer = {};
    try {
      const done = await studio.ask("answer", { draft, counting: studio.counting, baseline: baseline(), unfolded }, {
        key: mine.key,
        part: (name, value) => {
          answer[name] = value;
          mine.counted = true;
          next(); // while this is drawn, another process works
          if (number > shown[name]) {
            shown[name] = number;
            studio.answer = { ...studio.answer, [name]: value, settings: draft.settings };
            if (name === "picture") studio.drawn = mine.text;
            studio.emit(name, value);
          }
        },
      });
      if (number > shown.done) finish(number, done, mine.text, answer, performance.now() - began);
    } catch (error) {
      if (number > shown.done) fail(number, error);
    }
    running.delete(number);
    next();
  }

  function baseline() {
    if (studio.baseline.startsWith("zoo:")) return { zoo: studio.baseline.slice(4) };
    if (studio.baseline !== "saved") return studio.baselines.get(studio.baseline) ?? null;
    return studio.saved && { text: studio.saved.text, file: studio.saved.file, settings: {} };
  }

  function finish(number, done, text, answer, took) {
    shown.done = number;
    studio.took = took;
    report(done.problems, text);
    if (done.whole) {
      settle("");
      studio.emit("answer", answer);
    } else settle(studio.answer?.picture ? "The text has mistakes: this is the last design that could be built." : "Nothing can be drawn before the text is right.");
  }

  function fail(number, error) {
    shown.done = number;
    report([{ severity: "error", message: error.message, hint: "", fixes: [] }], null);
    settle("This could not be worked out: this is the last design that was.");
  }

  // `text`: what the problems are of.
  function report(problems, text) {
    studio.problemsOf = text;
    const name = studio.draft().name;
    studio.problems = problems.map((one) => ({ ...one, here: one.file === undefined || one.file === name }));
    studio.emit("problems", studio.problems);
  }

  function settle(why) {
    studio.stale = Boolean(why);
    studio.emit("stale", why);
    document.body.classList.toggle("stale", studio.stale);
  }

  const change = () => { wanted = true; next(); };
  studio.on("draft", change);
  studio.on("counting", change);
}
