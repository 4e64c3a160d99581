// Small helpers for elements.

export const byId = (id) => document.getElementById(id);

// An element: `el("button", { class: "plain", onclick: run, "aria-label": "Close" }, "x")`. Attributes that are undefined or false are left out.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "disabled" || key === "selected") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

// Sets a text. One that is the same is left alone, since a browser lays it out and paints it anew.
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// A menu of choices: texts, or pairs of value and text.
export function menu(label, choices, value, onchange) {
  const options = choices.map((choice) => {
    const [key, text] = Array.isArray(choice) ? choice : [choice, choice];
    return el("option", { value: key, selected: key === value }, text);
  });
  return el("select", { "aria-label": label, onchange: (event) => onchange(event.target.value) }, options);
}

// The last call of many, once nothing came for a while.
export function debounced(run, milliseconds) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), milliseconds);
  };
}
