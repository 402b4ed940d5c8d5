import { client as http } from "./gen/hey-api/client.gen.ts";
import {
  createCourse, deleteCourse, getCourse, listCourses, listCoursesNdjson, replaceCourse, updateCourse,
} from "./gen/hey-api/sdk.gen.ts";
import type { Course, CourseInputWritable, Problem } from "./gen/hey-api/types.gen.ts";
import { type Client, type ProblemDetails, perform, setting } from "./tasks.ts";

http.setConfig({ baseUrl: setting("BASE_URL"), auth: setting("TOKEN") });

interface Answer<T> {
  // Nothing with `Prefer: return=minimal`.
  data?: T | void;
  error?: Problem | undefined;
  response?: Response | undefined;
}

function found<T>({ data, error, response }: Answer<T>): T {
  if (!data) throw new Error(error?.detail ?? `status ${response?.status}`);
  return data;
}

function stored(answer: Answer<Course>) {
  return { entry: found(answer), etag: answer.response?.headers.get("etag") ?? "" };
}

function details(problem: Problem | undefined): ProblemDetails {
  if (problem === undefined) throw new Error("no problem");
  const errors = problem.errors ?? [];
  return { status: problem.status, codes: errors.map(({ code }) => code), pointers: errors.map(({ pointer }) => pointer) };
}

function input(slug: string, title: string): CourseInputWritable {
  return {
    slug, title: { de: title }, summary: { de: "Ein Kurs." }, provider: "KTS", language: "de",
    sources: ["https://example.org/kurs"],
  };
}

const client: Client = {
  list: async (limit) => found(await listCourses({ query: { limit } })),
  entry: async (key) => stored(await getCourse({ path: { key } })),
  withThemes: async (theme) => found(await listCourses({ query: { theme } })),
  create: async (slug, title) => stored(await createCourse({ body: input(slug, title) })),
  replaceStale: async (key, etag, title) =>
    details((await replaceCourse({ path: { key }, headers: { "If-Match": etag }, body: input(key, title) })).error),
  update: async (key, etag, title) =>
    stored(await updateCourse({ path: { key }, headers: { "If-Match": etag }, body: { title: { de: title } } })),
  remove: async (key, etag) => {
    const { error } = await deleteCourse({ path: { key }, headers: { "If-Match": etag } });
    if (error !== undefined) throw new Error(error.detail);
  },
  lines: async () => {
    const text: string = found(await listCoursesNdjson({ parseAs: "text" }));
    return text.trim().split("\n").map((line): Course => JSON.parse(line));
  },
  createInvalid: async (slug, theme) =>
    details((await createCourse({ body: { ...input(slug, "Kurs"), themes: [theme] } })).error),
};

await perform("hey-api", client);
