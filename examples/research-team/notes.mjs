import { DatabaseSync } from "node:sqlite";

/** The team's own notes, in memory. */
export function openNotes() {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, note TEXT NOT NULL)");
  const insert = database.prepare("INSERT INTO notes (subject, note) VALUES (?, ?)");
  insert.run("cost", "The depot needs chargers and a grid connection: 4 million euro for 60 buses.");
  insert.run("cost", "Batteries are replaced once in twelve years.");
  insert.run("cities", "Two neighbouring cities bought jointly and saved 8 percent.");
  const select = database.prepare("SELECT note FROM notes WHERE subject LIKE ? ORDER BY id");
  return {
    find: (subject) => select.all(`%${subject}%`).map((row) => row.note),
    close: () => database.close(),
  };
}
