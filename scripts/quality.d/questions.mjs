// Prints the dates that chrono-node finds in questions: `questions.mjs FOLDER FILE`, where FOLDER is
// where chrono-node is installed. Prints one JSON line for each line of FILE: a list of
// {"from", "to", "last"}: the first day, the day after the last as far as chrono-node is certain of
// day, month or year, and the last day if it gives an end.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, file] = process.argv.slice(2);
const chrono = createRequire(`${folder}/`)("chrono-node");

const iso = (year, month, day) => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

function found({ start, end }) {
  const [year, month, day] = ["year", "month", "day"].map((part) => start.get(part));
  const certain = (part) => start.isCertain(part);
  const last = end ? iso(end.get("year"), end.get("month") - 1, end.get("day")) : null;
  if (certain("day") || certain("weekday") || end || !(certain("month") || certain("year"))) {
    const next = end ? iso(end.get("year"), end.get("month") - 1, end.get("day") + 1) : null;
    return { from: iso(year, month - 1, day), to: next ?? iso(year, month - 1, day + 1), last };
  }
  return certain("month")
    ? { from: iso(year, month - 1, 1), to: iso(year, month, 1), last }
    : { from: iso(year, 0, 1), to: iso(year + 1, 0, 1), last };
}

for (const line of readFileSync(file, "utf8").trim().split("\n")) {
  const { question, today, day_first } = JSON.parse(line);
  const parser = day_first ? chrono.en.GB : chrono.en;
  const results = parser.parse(question, new Date(`${today}T12:00:00`), { forwardDate: false });
  console.log(JSON.stringify(results.map(found)));
}
