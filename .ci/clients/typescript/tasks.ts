// What every client must be able to do. Each function of Client returns values typed by the generated code.

export interface Entry {
  slug: string;
  title: { de: string; en?: string | undefined };
}

export interface Stored {
  entry: Entry;
  etag: string;
}

export interface ProblemDetails {
  status: number;
  codes: string[];
  pointers: (string | undefined)[];
}

export interface Client {
  list(limit: number): Promise<{ items: Entry[]; total: number }>;
  entry(slug: string): Promise<Stored>;
  /** Courses with any of the themes: `theme` is sent once for each. */
  withThemes(themes: string[]): Promise<{ items: Entry[]; total: number }>;
  create(slug: string, title: string): Promise<Stored>;
  /** Replaces the entry, and returns the problem with which that fails. */
  replaceStale(slug: string, etag: string, title: string): Promise<ProblemDetails>;
  update(slug: string, etag: string, title: string): Promise<Stored>;
  remove(slug: string, etag: string): Promise<void>;
  lines(): Promise<Entry[]>;
  /** Creates a course with a theme that does not exist, and returns the problem. */
  createInvalid(slug: string, theme: string): Promise<ProblemDetails>;
}

interface Problem {
  status: number;
  errors?: { code: string; pointer?: string | undefined }[] | undefined;
}

export function details(problem: Problem | undefined): ProblemDetails {
  if (problem === undefined) throw new Error("no problem");
  const errors = problem.errors ?? [];
  return { status: problem.status, codes: errors.map(({ code }) => code), pointers: errors.map(({ pointer }) => pointer) };
}

export function course(slug: string, title: string) {
  return {
    slug, title: { de: title }, summary: { de: "Ein Kurs." }, provider: "KTS", language: "de",
    sources: ["https://example.org/kurs"],
  };
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Performs the tasks in order, and prints a line for each. */
export async function perform(name: string, client: Client): Promise<void> {
  const slug = `client-check-${name}-${crypto.randomUUID()}`;
  let etag = "";
  let first: Entry | undefined;
  const tasks: [string, () => Promise<void>][] = [
    ["list", async () => {
      const page = await client.list(2);
      first = page.items[0];
      check(page.items.length === 2 && page.total > 2, "a page of two courses");
    }],
    ["entry", async () => {
      const { entry } = await client.entry(first?.slug ?? "");
      check(entry.title.de === first?.title.de, "the first course of the list");
    }],
    ["repeated keys", async () => {
      const each = await Promise.all(["mobility", "participation"].map((theme) => client.withThemes([theme])));
      const both = await client.withThemes(["mobility", "participation"]);
      const largest = Math.max(...each.map(({ total }) => total));
      check(both.total > largest, `more courses with either of two themes than ${largest}, not ${both.total}`);
    }],
    ["create", async () => {
      const created = await client.create(slug, "Erstellt");
      etag = created.etag;
      check(created.entry.slug === slug && etag !== "", "the created course and its entity tag");
    }],
    ["412", async () => {
      const problem = await client.replaceStale(slug, '"stale"', "Ersetzt");
      check(problem.status === 412, `a problem with status 412, not ${problem.status}`);
    }],
    ["update", async () => {
      const updated = await client.update(slug, etag, "Geändert");
      check(updated.entry.title.de === "Geändert" && updated.etag !== etag, "the changed title and a new entity tag");
      etag = updated.etag;
    }],
    ["NDJSON", async () => {
      const entries = await client.lines();
      check(entries.some((entry) => entry.slug === slug), "the course among the lines");
    }],
    ["problem", async () => {
      const { status, codes, pointers } = await client.createInvalid("client-check", "no-theme");
      check(status === 422 && codes.length === 1 && pointers.includes("/themes/0"), "one violation, at /themes/0");
    }],
    ["delete", async () => client.remove(slug, etag)],
  ];
  for (const [task, run] of tasks) {
    await run();
    console.log(`${name}: ${task}: ok`);
  }
}

export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
