import { client as http } from "./gen/hey-api/client.gen.ts";
import {
  createCourse, deleteCourse, getCourse, listCourses, listCoursesNdjson, replaceCourse, updateCourse,
} from "./gen/hey-api/sdk.gen.ts";
import type { Course, Problem } from "./gen/hey-api/types.gen.ts";
import { type Client, course, details, perform, setting } from "./tasks.ts";

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

const client: Client = {
  list: async (limit) => found(await listCourses({ query: { limit } })),
  entry: async (key) => stored(await getCourse({ path: { key } })),
  withThemes: async (theme) => found(await listCourses({ query: { theme } })),
  create: async (slug, title) => stored(await createCourse({ body: course(slug, title) })),
  replaceStale: async (key, etag, title) =>
    details((await replaceCourse({ path: { key }, headers: { "If-Match": etag }, body: course(key, title) })).error),
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
    details((await createCourse({ body: { ...course(slug, "Kurs"), themes: [theme] } })).error),
};

await perform("hey-api", client);
